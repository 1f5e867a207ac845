// Why an encrypted data key fits the keys at hand, or does not. By comparing names alone: no key is used here.

import { isMultiRegionKey, type KmsArn, parseKmsKeyArn } from 'waxseal';
import type { KeyConfiguration } from './configuration.ts';
import type { DataKeyDescription } from './data-key-description.ts';
import { printable } from './printable-text.ts';

/** What is said of one encrypted data key. */
export type KeyComparison = {
  /** Whether one of the keys at hand would try to open it. */
  readonly fits: boolean;
  /** One line for each key that was compared. */
  readonly remarks: readonly string[];
};

/**
 * Compares an encrypted data key with the keys at hand.
 *
 * @param kmsKeyArns - What stands for `--kms-key`, with the key of `--local`.
 */
export function compareKeys(
  dataKey: DataKeyDescription,
  configuration: KeyConfiguration,
  kmsKeyArns: readonly string[],
): KeyComparison {
  switch (dataKey.providerId) {
    case 'aws-kms':
      return compareKmsKeys(dataKey.key, configuration, kmsKeyArns);
    case 'aws-kms-hierarchy':
      return compareBranchKey(dataKey.key, configuration);
    case 'aws-kms-rsa':
    case 'aws-kms-ecdh':
    case 'raw-ecdh':
      return { fits: false, remarks: ['no option of the command line opens this kind: use the library'] };
    default:
      return compareRawKey(dataKey, configuration);
  }
}

function compareKmsKeys(stored: string, configuration: KeyConfiguration, kmsKeyArns: readonly string[]): KeyComparison {
  const arn = parseKmsKeyArn(stored);
  if (arn === undefined) return { fits: false, remarks: ['this is no key ARN: no keyring opens it'] };
  const strict = kmsKeyArns.map((given) => compareArns(arn, given));
  const discovery = configuration.discovery ? [compareFilter(arn, configuration)] : [];
  const all = [...strict, ...discovery];
  if (all.length > 0) return { fits: all.some(({ fits }) => fits), remarks: all.map(({ remark }) => remark) };
  return { fits: false, remarks: ['no KMS key was given: add --kms-key with this ARN, or --discovery'] };
}

type Remark = { readonly fits: boolean; readonly remark: string };

function compareArns(stored: KmsArn, given: string): Remark {
  const arn = parseKmsKeyArn(given);
  if (arn === undefined) return { fits: false, remark: `${given} is no key ARN: an alias or bare id can't decrypt` };
  const differences = differencesOf(stored, arn);
  if (differences.length === 0) return { fits: true, remark: `is ${given}` };
  const isReplica = isMultiRegionKey(arn) && differences.length === 1 && stored.region !== arn.region;
  if (isReplica) return { fits: true, remark: `is a replica of ${given}` };
  return { fits: false, remark: `is not ${given}: ${differences.join(', ')}` };
}

function differencesOf(stored: KmsArn, given: KmsArn): string[] {
  const compare = (name: string, one: string, other: string): string[] =>
    one === other ? [] : [`another ${name} (${printable(one)}, not ${other})`];
  return [
    ...compare('partition', stored.partition, given.partition),
    ...compare('Region', stored.region, given.region),
    ...compare('account', stored.account, given.account),
    ...compare('key', stored.resourceId, given.resourceId),
  ];
}

function compareFilter(stored: KmsArn, configuration: KeyConfiguration): Remark {
  const { discoveryAny, discoveryAccount = [], discoveryPartition = 'aws', region } = configuration;
  const regionFits = region === undefined || region.includes(stored.region) || isMultiRegionKey(stored);
  if (!regionFits)
    return { fits: false, remark: `--discovery leaves out its Region, ${printable(stored.region)} (--region)` };
  if (discoveryAny) return { fits: true, remark: '--discovery-any would call this key' };
  if (stored.partition !== discoveryPartition) {
    return {
      fits: false,
      remark: `--discovery leaves out its partition, ${printable(stored.partition)} (--discovery-partition)`,
    };
  }
  if (discoveryAccount.includes(stored.account)) return { fits: true, remark: '--discovery would call this key' };
  return { fits: false, remark: `--discovery leaves out its account, ${stored.account} (--discovery-account)` };
}

function compareBranchKey(stored: string, { branchKey }: KeyConfiguration): KeyComparison {
  if (branchKey === undefined)
    return { fits: false, remarks: ['no branch key was given: add --branch-key with this id'] };
  if (branchKey === stored) return { fits: true, remarks: [`is --branch-key ${branchKey}`] };
  return { fits: false, remarks: [`is not --branch-key ${branchKey}`] };
}

function compareRawKey({ providerId, key }: DataKeyDescription, configuration: KeyConfiguration): KeyComparison {
  const { rawAesKey, namespace = '', name = '' } = configuration;
  if (rawAesKey === undefined) {
    return { fits: false, remarks: ['a raw key: add --raw-aes-key with this namespace and name'] };
  }
  const differences = [
    ...(providerId === namespace ? [] : [`another namespace (--namespace is "${namespace}")`]),
    ...(key === name ? [] : [`another name (--name is "${name}")`]),
  ];
  if (differences.length > 0) return { fits: false, remarks: [`is not --raw-aes-key: ${differences.join(', ')}`] };
  return { fits: true, remarks: [`has namespace and name of --raw-aes-key ${rawAesKey}`] };
}
