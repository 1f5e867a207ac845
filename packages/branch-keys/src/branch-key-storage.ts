// The port to the home of branch-key records. Knows neither KMS nor what an attribute means.

import type { BranchKeyRecordError } from './branch-key-errors.ts';
import type { BranchKeyRecord, RecordAddress } from './branch-key-record.ts';

/** What must be so for a record to be written. */
export type WriteCondition =
  /** Nothing is stored at the record's address. */
  | 'absent'
  /** The record stored there has exactly these bytes as `enc`. */
  | { readonly ciphertext: Uint8Array };

/** One record to be put, replacing what is stored at its address. */
export type RecordWrite = { readonly record: BranchKeyRecord; readonly condition: WriteCondition };

/** Second argument of every call. */
export type StorageRequestOptions = { readonly signal?: AbortSignal | undefined };

/**
 * The home of branch-key records: DynamoDB, a directory, memory.
 *
 * For implementers: what is read must be what the last successful write put there (read your writes, strongly
 * consistent); records given and returned belong to the receiver, so copy what you keep. `packages/conformance/suites`
 * has the suite that every home must pass.
 */
export interface BranchKeyStorage {
  /**
   * Makes the home ready: creates the table or directory, or checks that the existing one fits.
   *
   * @throws BranchKeyStorageError when one exists that does not fit.
   */
  prepare(options?: StorageRequestOptions): Promise<void>;

  /**
   * @returns The record, or undefined when there is none.
   * @throws BranchKeyRecordError naming an attribute that is not text (or bytes, for `enc`).
   * @throws BranchKeyStorageError when the home fails.
   */
  read(address: RecordAddress, options?: StorageRequestOptions): Promise<BranchKeyRecord | undefined>;

  /**
   * Puts all records or none, in one step that no reader sees halfway.
   *
   * @param writes - 1 to 100, all of one branch key id, each record at most once.
   * @throws BranchKeyConflictError when a condition did not hold.
   * @throws BranchKeyStorageError when the home fails; whether it was written is unknown then if the category is
   *   `transient`.
   */
  write(writes: readonly RecordWrite[], options?: StorageRequestOptions): Promise<void>;

  /**
   * Lists records in no particular order, in pages: memory stays bounded whatever the number of records. A record
   * written meanwhile may or may not appear; one that was there all the time appears exactly once.
   *
   * @param branchKeyId - Absent: those of all branch keys.
   * @returns Each record, or the error that `read` would throw for it: one bad record does not hide the others.
   * @throws BranchKeyStorageError when the home fails.
   */
  list(
    branchKeyId: string | undefined,
    options?: StorageRequestOptions,
  ): AsyncIterable<BranchKeyRecord | BranchKeyRecordError>;
}
