// A key store over memory, with ways to look at its records and to change them.

import type { BranchKeyRecord } from '../src/branch-key-record.ts';
import { BranchKeyStore, type KmsKeyOption, MemoryStorage } from '../src/index.ts';
import { ARN, FakeKms } from './fake-kms.ts';

/** What tests of the key store work on. */
export type StoreFixture = {
  readonly kms: FakeKms;
  readonly storage: MemoryStorage;
  readonly store: BranchKeyStore;
  read(branchKeyId: string, recordType: string): Promise<BranchKeyRecord>;
  /** Replaces a record, whatever its new attributes say. */
  put(old: BranchKeyRecord, attributes: Record<string, string>, ciphertext?: Uint8Array): Promise<void>;
};

/** Makes an empty key store named `keys`. */
export function setUpStore(kmsKey: KmsKeyOption = { arn: ARN }): StoreFixture {
  const kms = new FakeKms();
  const storage = new MemoryStorage();
  const store = new BranchKeyStore({ storage, kms, logicalName: 'keys', kmsKey });
  const read = async (branchKeyId: string, recordType: string): Promise<BranchKeyRecord> => {
    const record = await storage.read({ branchKeyId, recordType });
    if (record === undefined) throw new Error('no such record');
    return record;
  };
  const put = async (old: BranchKeyRecord, attributes: Record<string, string>, ciphertext = old.ciphertext) =>
    storage.write([{ record: { attributes, ciphertext }, condition: { ciphertext: old.ciphertext } }]);
  return { kms, storage, store, read, put };
}
