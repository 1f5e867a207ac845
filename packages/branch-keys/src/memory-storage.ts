import { BranchKeyConflictError } from './branch-key-errors.ts';
import { addressOf, type BranchKeyRecord, type RecordAddress } from './branch-key-record.ts';
import type { BranchKeyStorage, RecordWrite, StorageRequestOptions } from './branch-key-storage.ts';
import { conditionHolds, copyRecord, requireOneBranchKey } from './record-writes.ts';

/** Branch keys in the memory of this process: for tests, and for keys that may die with it. */
export class MemoryStorage implements BranchKeyStorage {
  /** By branch key id, then by type. */
  readonly #records = new Map<string, Map<string, BranchKeyRecord>>();

  async prepare(options: StorageRequestOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
  }

  async read(address: RecordAddress, options: StorageRequestOptions = {}): Promise<BranchKeyRecord | undefined> {
    options.signal?.throwIfAborted();
    const record = this.#records.get(address.branchKeyId)?.get(address.recordType);
    return record === undefined ? undefined : copyRecord(record);
  }

  async write(writes: readonly RecordWrite[], options: StorageRequestOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    const branchKeyId = requireOneBranchKey(writes);
    const records = this.#records.get(branchKeyId) ?? new Map<string, BranchKeyRecord>();
    for (const write of writes) {
      const stored = records.get(addressOf(write.record).recordType);
      if (!conditionHolds(write.condition, stored)) throw new BranchKeyConflictError(branchKeyId);
    }
    for (const { record } of writes) records.set(addressOf(record).recordType, copyRecord(record));
    this.#records.set(branchKeyId, records);
  }

  async *list(
    branchKeyId: string | undefined,
    options: StorageRequestOptions = {},
  ): AsyncGenerator<BranchKeyRecord, void, undefined> {
    const ids = branchKeyId === undefined ? [...this.#records.keys()] : [branchKeyId];
    for (const id of ids) {
      for (const record of [...(this.#records.get(id)?.values() ?? [])]) {
        options.signal?.throwIfAborted();
        yield copyRecord(record);
      }
    }
  }
}
