// KMS tells only that a record is not as it was wrapped. Which attribute is at fault is found by comparing its siblings.

import type { KmsError } from '@waxseal/keyring';
import { BranchKeyRecordError, isRecordError } from './branch-key-errors.ts';
import { ACTIVE_TYPE, ATTRIBUTE, addressOf, type BranchKeyRecord, CUSTOM_CONTEXT_PREFIX } from './branch-key-record.ts';
import type { BranchKeyStorage, StorageRequestOptions } from './branch-key-storage.ts';
import { uuidAfterPrefix } from './check-record.ts';

/** Siblings looked at; a branch key with more versions still gets an answer. */
const MAX_SIBLINGS = 1000;

const SPECIFIED: ReadonlySet<string> = new Set(Object.values(ATTRIBUTE));
/** What records of different versions may differ in. */
const PER_VERSION: ReadonlySet<string> = new Set([ATTRIBUTE.type, ATTRIBUTE.version, ATTRIBUTE.createTime]);

/** What KMS answers when a record is not as it was wrapped, or not under the key that it names. */
const REFUSALS: ReadonlySet<string> = new Set(['ERR_KMS_INVALID_CIPHERTEXT', 'ERR_KMS_INCORRECT_KEY']);

/** Whether KMS looked at a record and did not accept it. */
export function isRefusal(error: KmsError): boolean {
  return REFUSALS.has(error.code);
}

/**
 * Explains why KMS refused a record, without calling KMS again.
 *
 * Named are attributes that the specification does not know; else those that do not agree with the other records of the
 * branch key; else those that no other record vouches for.
 *
 * @param cause - The error of KMS.
 */
export async function explainRefusal(
  storage: BranchKeyStorage,
  record: BranchKeyRecord,
  cause: unknown,
  options: StorageRequestOptions,
): Promise<BranchKeyRecordError> {
  const refuse = (names: readonly string[], complaint: string) =>
    new BranchKeyRecordError(addressOf(record), names, complaint, cause);
  const foreign = Object.keys(record.attributes).filter((name) => !SPECIFIED.has(name) && !isCustom(name));
  if (foreign.length > 0) return refuse(foreign, 'was not there when KMS wrapped it');
  const siblings = await siblingsOf(storage, record, options);
  const differing = new Set(siblings.flatMap((sibling) => sharedDifferences(record, sibling)));
  for (const name of versionDifferences(record, siblings)) differing.add(name);
  if (differing.size > 0) {
    return refuse([...differing], 'was changed, added or removed: other records of the key differ');
  }
  const hasTwin = siblings.some((sibling) => isTwin(record, sibling));
  const unvouched = hasTwin ? [ATTRIBUTE.ciphertext] : [ATTRIBUTE.createTime, ATTRIBUTE.ciphertext];
  return refuse(unvouched, 'was changed: KMS does not open the record, and all else agrees with its siblings');
}

/** A storage that fails here must not hide why the record was refused. */
async function siblingsOf(
  storage: BranchKeyStorage,
  record: BranchKeyRecord,
  options: StorageRequestOptions,
): Promise<BranchKeyRecord[]> {
  const { branchKeyId, recordType } = addressOf(record);
  const siblings: BranchKeyRecord[] = [];
  try {
    for await (const sibling of storage.list(branchKeyId, options)) {
      if (isRecordError(sibling)) continue;
      if (addressOf(sibling).recordType !== recordType) siblings.push(sibling);
      if (siblings.length === MAX_SIBLINGS) break;
    }
  } catch {
    options.signal?.throwIfAborted();
  }
  return siblings;
}

/** The version that a record holds the key of, in the form that the active record names it. */
function versionText(record: BranchKeyRecord): string | undefined {
  const { recordType } = addressOf(record);
  return recordType === ACTIVE_TYPE ? record.attributes[ATTRIBUTE.version] : recordType;
}

/** Whether both hold one key: the active record, and that of the version it names. */
function isTwin(record: BranchKeyRecord, sibling: BranchKeyRecord): boolean {
  return versionText(record) === versionText(sibling);
}

/** Attributes that all records of a branch key share, and these two don't. */
function sharedDifferences(record: BranchKeyRecord, sibling: BranchKeyRecord): string[] {
  const names = new Set([...Object.keys(record.attributes), ...Object.keys(sibling.attributes)]);
  return [...names].filter((name) => !PER_VERSION.has(name) && record.attributes[name] !== sibling.attributes[name]);
}

/** What tells versions apart, where it does not fit together: an active record and its version are of one moment. */
function versionDifferences(record: BranchKeyRecord, siblings: readonly BranchKeyRecord[]): string[] {
  const createTime = record.attributes[ATTRIBUTE.createTime];
  const twin = siblings.find((sibling) => isTwin(record, sibling));
  if (addressOf(record).recordType !== ACTIVE_TYPE) {
    return twin === undefined || twin.attributes[ATTRIBUTE.createTime] === createTime ? [] : [ATTRIBUTE.createTime];
  }
  if (twin === undefined) return [ATTRIBUTE.version];
  if (twin.attributes[ATTRIBUTE.createTime] === createTime) return [];
  const versions = siblings.filter((sibling) => uuidAfterPrefix(addressOf(sibling).recordType) !== undefined);
  const namesOther = versions.some((sibling) => sibling.attributes[ATTRIBUTE.createTime] === createTime);
  return [namesOther ? ATTRIBUTE.version : ATTRIBUTE.createTime];
}

function isCustom(name: string): boolean {
  return name.startsWith(CUSTOM_CONTEXT_PREFIX);
}
