// Which KMS key wraps the records of a store, and under which ARN it is called.

import { refuseUnknownOptions } from '@waxseal/core/crypto';
import { formatKmsArn, isMultiRegionKey, type KmsArn, matchesMultiRegionKey, parseKmsKeyArn } from '@waxseal/keyring';
import { requireRegion } from './region-name.ts';

/**
 * The KMS key of a key store.
 *
 * - `arn`: this key alone. `formerArns` are keys that records may still be wrapped under while they are being moved to
 *   `arn`: such records are read, and versioning moves them; nothing new is wrapped under them.
 * - `mrkArn`: this key or, if it is a multi-Region key, a replica of it; KMS is called with this ARN.
 * - `discovery`: whatever key a record names. Reads only. Whoever can write to the storage then chooses the key.
 * - `discoveryRegion`: the same, with multi-Region keys called in this Region.
 *
 * @see AWS Encryption SDK specification, framework/branch-key-store.md, "AWS KMS Configuration"
 */
export type KmsKeyOption =
  | { readonly arn: string; readonly formerArns?: readonly string[] | undefined }
  | { readonly mrkArn: string }
  | 'discovery'
  | { readonly discoveryRegion: string };

/** What any of the kinds may have. */
type KmsKeyFields = {
  readonly arn?: string;
  readonly formerArns?: readonly string[];
  readonly mrkArn?: string;
  readonly discoveryRegion?: string;
};

/** The rules of one `KmsKeyOption`. */
export type KmsKeyChoice = {
  /** @returns The ARN to call KMS with for a record that names `storedArn`; undefined when that key is not allowed. */
  readonly keyFor: (storedArn: string) => string | undefined;
  /** The key under which new branch keys are made; undefined in the discovery kinds. */
  readonly creationArn: string | undefined;
  /** @returns The `kms-arn` of the next version of a branch key whose active record names `storedArn`. */
  readonly nextArn: (storedArn: string) => string;
};

/**
 * @throws TypeError when the option is none of the four kinds or has anything else in it, an ARN is not that of a key
 *   (aliases are not allowed), or a Region has no name of one.
 */
export function chooseKmsKey(option: KmsKeyOption): KmsKeyChoice {
  if (option === 'discovery') return readOnly((storedArn) => storedArn);
  if (typeof option !== 'object' || option === null) throw wrongOption();
  const { arn, formerArns, mrkArn, discoveryRegion } = option as KmsKeyFields;
  if (arn !== undefined) {
    refuseUnknownOptions(option, ['arn', 'formerArns'], 'kmsKey');
    return strictChoice(arn, formerArns ?? []);
  }
  if (mrkArn !== undefined) {
    refuseUnknownOptions(option, ['mrkArn'], 'kmsKey');
    return multiRegionChoice(mrkArn);
  }
  if (discoveryRegion === undefined) throw wrongOption();
  refuseUnknownOptions(option, ['discoveryRegion'], 'kmsKey');
  return regionChoice(discoveryRegion);
}

function wrongOption(): TypeError {
  return new TypeError("kmsKey must be { arn }, { mrkArn }, 'discovery' or { discoveryRegion }");
}

function strictChoice(arn: string, formerArns: readonly string[]): KmsKeyChoice {
  requireKeyArn(arn, 'kmsKey.arn');
  if (!Array.isArray(formerArns)) throw new TypeError('kmsKey.formerArns must be an array of KMS key ARNs');
  const former = new Set<string>(formerArns);
  for (const formerArn of former) requireKeyArn(formerArn, 'kmsKey.formerArns');
  return {
    keyFor: (storedArn) => (storedArn === arn || former.has(storedArn) ? storedArn : undefined),
    creationArn: arn,
    nextArn: () => arn,
  };
}

function multiRegionChoice(mrkArn: string): KmsKeyChoice {
  const configured = requireKeyArn(mrkArn, 'kmsKey.mrkArn');
  const matches = (storedArn: string): boolean => {
    const stored = parseKmsKeyArn(storedArn);
    return stored !== undefined && matchesMultiRegionKey(configured, stored);
  };
  return {
    keyFor: (storedArn) => (matches(storedArn) ? mrkArn : undefined),
    creationArn: mrkArn,
    // The specification says "the configured key", but every implementation keeps what is stored.
    nextArn: (storedArn) => storedArn,
  };
}

function regionChoice(region: string): KmsKeyChoice {
  requireRegion(region, 'kmsKey.discoveryRegion');
  return readOnly((storedArn) => {
    const stored = parseKmsKeyArn(storedArn);
    if (stored === undefined || !isMultiRegionKey(stored)) return storedArn;
    return formatKmsArn({ ...stored, region });
  });
}

function readOnly(keyFor: (storedArn: string) => string | undefined): KmsKeyChoice {
  return { keyFor, creationArn: undefined, nextArn: (storedArn) => storedArn };
}

/** @throws TypeError unless the text is the ARN of a KMS key. */
export function requireKeyArn(arn: unknown, field: string): KmsArn {
  const parsed = typeof arn === 'string' ? parseKmsKeyArn(arn) : undefined;
  if (parsed !== undefined) return parsed;
  throw new TypeError(`${field} must be a KMS key ARN, such as arn:aws:kms:us-east-1:111122223333:key/…; no alias`);
}
