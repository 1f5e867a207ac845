// What every home does alike with records to be written.

import { addressOf, type BranchKeyRecord } from './branch-key-record.ts';
import type { RecordWrite, WriteCondition } from './branch-key-storage.ts';

/** DynamoDB's limit on a transaction. */
const MAX_WRITES = 100;

/** @returns A copy that shares no memory with the record. */
export function copyRecord(record: BranchKeyRecord): BranchKeyRecord {
  const attributes: Record<string, string> = Object.assign(Object.create(null), record.attributes);
  return { attributes, ciphertext: Uint8Array.from(record.ciphertext) };
}

/** @param stored - The record at the address that is to be written. */
export function conditionHolds(condition: WriteCondition, stored: BranchKeyRecord | undefined): boolean {
  if (condition === 'absent') return stored === undefined;
  if (stored === undefined || stored.ciphertext.length !== condition.ciphertext.length) return false;
  return stored.ciphertext.every((byte, index) => byte === condition.ciphertext[index]);
}

/**
 * @returns The branch key id of all the writes.
 * @throws TypeError when there are none or more than 100, or they are not of one branch key and of different types.
 */
export function requireOneBranchKey(writes: readonly RecordWrite[]): string {
  const addresses = writes.map(({ record }) => addressOf(record));
  const [first] = addresses;
  const types = new Set(addresses.map(({ recordType }) => recordType));
  const oneKey = addresses.every(({ branchKeyId }) => branchKeyId !== '' && branchKeyId === first?.branchKeyId);
  if (first !== undefined && writes.length <= MAX_WRITES && oneKey && types.size === writes.length) {
    return first.branchKeyId;
  }
  throw new TypeError(`write takes 1 to ${MAX_WRITES} records of one branch key, each once`);
}
