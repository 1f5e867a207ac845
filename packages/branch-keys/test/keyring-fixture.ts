// A hierarchical keyring over memory, a KMS that counts, and a clock that the test turns.

import { algorithmSuites, type EncryptionContext, type KeyringEncryptResult } from '@waxseal/core';
import {
  BranchKeyStorageError,
  BranchKeyStore,
  HierarchicalKeyring,
  type HierarchicalKeyringOptions,
  MemoryStorage,
} from '../src/index.ts';
import { FakeClock } from './fake-clock.ts';
import { ARN, FakeKms } from './fake-kms.ts';

export const algorithmSuite = algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY;

/** A storage that counts reads and can be down. */
export class CountedStorage extends MemoryStorage {
  reads = 0;
  down = false;

  override async read(...parameters: Parameters<MemoryStorage['read']>) {
    this.reads += 1;
    await new Promise((resolve) => setImmediate(resolve));
    if (this.down) throw new BranchKeyStorageError('the table is unreachable', 'transient');
    return super.read(...parameters);
  }
}

export async function setUpKeyring(options: Partial<HierarchicalKeyringOptions> = {}) {
  const kms = new FakeKms();
  const storage = new CountedStorage();
  const clock = new FakeClock();
  const keyStore = new BranchKeyStore({ storage, kms, logicalName: 'keys', kmsKey: { arn: ARN } });
  const { branchKeyId, version } = await keyStore.createKey({ branchKeyId: 't1', encryptionContext: { t: '1' } });
  const shared = { keyStore, maxAgeMs: 60_000, clock, ...options };
  const keyring = new HierarchicalKeyring(options.branchKeyIdFor === undefined ? { branchKeyId, ...shared } : shared);
  return { kms, storage, clock, keyStore, keyring, branchKeyId, version };
}

export function wrap(keyring: HierarchicalKeyring, encryptionContext: EncryptionContext = { a: 'b' }) {
  return keyring.onEncrypt({ algorithmSuite, encryptionContext });
}

export function unwrap(
  keyring: HierarchicalKeyring,
  wrapped: Pick<KeyringEncryptResult, 'encryptedDataKeys'>,
  encryptionContext: EncryptionContext = { a: 'b' },
) {
  return keyring.onDecrypt({ algorithmSuite, encryptionContext, encryptedDataKeys: wrapped.encryptedDataKeys });
}

export function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
}
