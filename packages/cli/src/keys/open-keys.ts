// From a configuration to a keyring or a materials manager.

import { stat } from 'node:fs/promises';
import type { Keyring, KmsDiscoveryFilter, MaterialsManager } from 'waxseal';
import {
  BranchKeyStore,
  CachingMaterialsManager,
  createKmsMrkDiscoveryMultiKeyring,
  FileStorage,
  HierarchicalKeyring,
  isMultiRegionKey,
  KmsDiscoveryKeyring,
  KmsKeyring,
  KmsMrkKeyring,
  MultiKeyring,
  parseKmsKeyArn,
  RawAesKeyring,
} from 'waxseal';
import { type KeyConfiguration, namesKeys } from '../configuration.ts';
import { readSmallFile } from '../read-small-file.ts';
import type { Session } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import { type KmsSource, openKmsSource } from './kms-source.ts';

/** Keys that are open. */
export type OpenKeys = {
  readonly keys: Keyring | MaterialsManager;
  /** What the keys are called by, in the order in which they are tried: for explanations. */
  readonly kmsKeyArns: readonly string[];
  /** Wipes cached keys and frees clients. */
  close(): Promise<void>;
};

type Purpose = 'encrypt' | 'decrypt';

const BRANCH_KEY_MAX_AGE_MS = 300_000;
const MAX_AES_KEY_LENGTH = 32;

/**
 * Opens the keys that a configuration names: one keyring for each kind, the first of which makes the data keys.
 *
 * @param purpose - `--discovery` only decrypts: it is left out when encrypting, if there are other keys. `--branch-key`
 *   encrypts with `--branch-kms-key` alone.
 * @throws UsageError when it names none, or half of something; the file system's error for a key file.
 */
export async function openKeys(configuration: KeyConfiguration, session: Session, purpose: Purpose): Promise<OpenKeys> {
  if (!namesKeys(configuration)) {
    throw new UsageError(
      'no keys: give --kms-key ARN, --discovery, --raw-aes-key FILE, --branch-key ID, --config FILE, or --local to try it out',
    );
  }
  const kms = needsKms(configuration) ? await openKmsSource(configuration, session) : undefined;
  const kmsKeyArns = [...(configuration.kmsKey ?? [])];
  if (kms?.localKeyArn !== undefined) kmsKeyArns.push(kms.localKeyArn);
  const keyrings = await makeKeyrings(configuration, purpose, kms, kmsKeyArns);
  // Last, since it can't make data keys.
  if (kms !== undefined && configuration.discovery && purpose === 'decrypt')
    keyrings.push(discoveryKeyring(configuration, kms));
  if (keyrings.length === 0)
    throw new UsageError('--discovery only decrypts: name a key to encrypt with, such as --kms-key ARN');
  const [generator, ...children] = keyrings;
  const keyring =
    generator === undefined || children.length === 0 ? generator : new MultiKeyring({ generator, children });
  const closing: (() => unknown)[] = [() => kms?.close()];
  const keys = withCache(keyring as Keyring, configuration.cacheMaxAge, closing);
  for (const one of keyrings) if (one instanceof HierarchicalKeyring) closing.unshift(() => one.close());
  return {
    keys,
    kmsKeyArns,
    async close(): Promise<void> {
      for (const close of closing) await close();
    },
  };
}

function needsKms({ kmsKey, discovery, branchKey, local }: KeyConfiguration): boolean {
  return Boolean(kmsKey?.length || discovery || branchKey || local);
}

function withCache(keyring: Keyring, maxAgeSeconds: number | undefined, closing: (() => unknown)[]): OpenKeys['keys'] {
  if (maxAgeSeconds === undefined) return keyring;
  const cached = new CachingMaterialsManager({ source: keyring, maxAgeMs: maxAgeSeconds * 1000 });
  closing.unshift(() => cached.close());
  return cached;
}

async function makeKeyrings(
  configuration: KeyConfiguration,
  purpose: Purpose,
  kms: KmsSource | undefined,
  kmsKeyArns: readonly string[],
): Promise<Keyring[]> {
  const keyrings: Keyring[] = [];
  if (kms !== undefined) {
    keyrings.push(...kmsKeyrings(kms, kmsKeyArns, configuration.region));
    if (configuration.branchKey !== undefined) keyrings.push(await hierarchicalKeyring(configuration, purpose, kms));
  }
  if (configuration.rawAesKey !== undefined) keyrings.push(await rawAesKeyring(configuration));
  return keyrings;
}

/** Ordinary keys share a keyring; each multi-Region key has one of its own, which also opens what its replicas wrapped. */
function kmsKeyrings(kms: KmsSource, keyIds: readonly string[], regions: readonly string[] | undefined): Keyring[] {
  const isMultiRegion = (keyId: string): boolean => {
    const arn = parseKmsKeyArn(keyId);
    return arn !== undefined && isMultiRegionKey(arn);
  };
  const multiRegion = keyIds
    .filter(isMultiRegion)
    .map((keyId) => new KmsMrkKeyring({ kms: kms.clientFor, keyId, regions }));
  const [generatorKeyId, ...others] = keyIds.filter((keyId) => !isMultiRegion(keyId));
  if (generatorKeyId === undefined) return multiRegion;
  const ordinary = new KmsKeyring({ kms: kms.clientFor, generatorKeyId, keyIds: others });
  return isMultiRegion(keyIds[0] ?? '') ? [...multiRegion, ordinary] : [ordinary, ...multiRegion];
}

function discoveryKeyring(configuration: KeyConfiguration, { clientFor }: KmsSource): Keyring {
  const filter = discoveryFilter(configuration);
  const { region: regions } = configuration;
  if (regions === undefined) return new KmsDiscoveryKeyring({ kms: clientFor, filter });
  return createKmsMrkDiscoveryMultiKeyring({ kms: clientFor, regions, filter });
}

/** A discovery keyring opens what any key of these accounts wrapped, so the accounts must be named, or `any` said aloud. */
function discoveryFilter({ discoveryAny, discoveryAccount, discoveryPartition }: KeyConfiguration): KmsDiscoveryFilter {
  if (discoveryAny === true) return 'any';
  const accounts = [...(discoveryAccount ?? [])];
  if (accounts.length > 0) return { partition: discoveryPartition ?? 'aws', accounts };
  throw new UsageError('--discovery needs --discovery-account ID (once or more), or --discovery-any for every account');
}

async function rawAesKeyring({ rawAesKey = '', namespace, name }: KeyConfiguration): Promise<Keyring> {
  if (namespace === undefined || name === undefined) throw new UsageError('--raw-aes-key needs --namespace and --name');
  const key = await readSmallFile(rawAesKey, MAX_AES_KEY_LENGTH);
  try {
    if (![16, 24, 32].includes(key.length)) {
      const length = key.length > MAX_AES_KEY_LENGTH ? `more than ${MAX_AES_KEY_LENGTH}` : key.length;
      throw new UsageError(
        `${rawAesKey} is no AES key: it has ${length} bytes, not 16, 24 or 32 (waxseal keygen makes one)`,
      );
    }
    return new RawAesKeyring({ namespace, name, key });
  } finally {
    key.fill(0);
  }
}

async function hierarchicalKeyring(
  configuration: KeyConfiguration,
  purpose: Purpose,
  kms: KmsSource,
): Promise<Keyring> {
  const { branchKey, keyStore, keyStoreName, branchKmsKey } = configuration;
  if (keyStore === undefined || keyStoreName === undefined) {
    throw new UsageError('--branch-key needs --key-store DIRECTORY and --key-store-name NAME');
  }
  // Otherwise whoever can write the store wraps a branch key of his own under a KMS key of his own, and reads what follows.
  if (purpose === 'encrypt' && branchKmsKey === undefined) {
    throw new UsageError('to encrypt, --branch-key needs --branch-kms-key ARN, the KMS key that wraps the branch key');
  }
  // The storage would tell of a store that is not there as of one without this key.
  if (!(await stat(keyStore)).isDirectory()) throw new UsageError(`--key-store: ${keyStore} is not a directory`);
  const store = new BranchKeyStore({
    storage: new FileStorage({ path: keyStore }),
    kms: kms.clientFor,
    logicalName: keyStoreName,
    kmsKey: branchKmsKey === undefined ? 'discovery' : { mrkArn: branchKmsKey },
  });
  return new HierarchicalKeyring({ keyStore: store, branchKeyId: branchKey, maxAgeMs: BRANCH_KEY_MAX_AGE_MS });
}
