// What a record must look like before KMS is asked about it.

import { parseKmsKeyArn } from '@waxseal/keyring';
import { BranchKeyRecordError } from './branch-key-errors.ts';
import {
  ACTIVE_TYPE,
  ATTRIBUTE,
  addressOf,
  BEACON_TYPE,
  type BranchKeyRecord,
  CUSTOM_CONTEXT_PREFIX,
  HIERARCHY_VERSION,
  type RecordAddress,
  VERSION_PREFIX,
} from './branch-key-record.ts';
import { isUuid } from './uuid.ts';

/** KMS ciphertexts are no longer. */
const MAX_CIPHERTEXT_LENGTH = 6144;

/** What a record says, once its form is known to be right. Nothing is authenticated yet. */
export type CheckedRecord = {
  readonly branchKeyId: string;
  /** The UUID of the version; undefined for a beacon key. */
  readonly version: string | undefined;
  readonly kmsArn: string;
  /** The branch key's own context: the attributes with the prefix, without it. Frozen and without prototype. */
  readonly encryptionContext: Readonly<Record<string, string>>;
};

/**
 * Checks the form of a record.
 *
 * Attributes that are not in the specification are let through: KMS has bound them or refuses the record.
 *
 * @param expected - The address it was read from; absent: the record's own.
 * @throws BranchKeyRecordError naming the attribute.
 */
export function checkRecord(record: BranchKeyRecord, expected: RecordAddress = addressOf(record)): CheckedRecord {
  const { attributes, ciphertext } = record;
  const requireThat = (holds: boolean, attribute: string, complaint: string): void => {
    if (!holds) throw new BranchKeyRecordError(expected, [attribute], complaint);
  };
  const { branchKeyId, recordType } = expected;
  requireThat(branchKeyId !== '' && attributes[ATTRIBUTE.branchKeyId] === branchKeyId, ATTRIBUTE.branchKeyId, OTHER);
  requireThat(isRecordType(recordType) && attributes[ATTRIBUTE.type] === recordType, ATTRIBUTE.type, OTHER);
  for (const name of [ATTRIBUTE.logicalName, ATTRIBUTE.ciphertext]) {
    requireThat(!Object.hasOwn(attributes, name), name, 'must not be stored as text');
  }
  const kmsArn = attributes[ATTRIBUTE.kmsArn] ?? '';
  requireThat(parseKmsKeyArn(kmsArn) !== undefined, ATTRIBUTE.kmsArn, 'must be a KMS key ARN');
  requireThat((attributes[ATTRIBUTE.createTime] ?? '') !== '', ATTRIBUTE.createTime, 'is missing');
  const hierarchyVersion = attributes[ATTRIBUTE.hierarchyVersion];
  requireThat(hierarchyVersion === HIERARCHY_VERSION, ATTRIBUTE.hierarchyVersion, 'must be 1');
  const sized = ciphertext.length > 0 && ciphertext.length <= MAX_CIPHERTEXT_LENGTH;
  requireThat(sized, ATTRIBUTE.ciphertext, `must be 1 to ${MAX_CIPHERTEXT_LENGTH} bytes`);
  const version = versionOf(record, expected);
  return { branchKeyId, version, kmsArn, encryptionContext: customContextOf(attributes) };
}

const OTHER = 'is not the one asked for';

function isRecordType(type: string): boolean {
  return type === ACTIVE_TYPE || type === BEACON_TYPE || uuidAfterPrefix(type) !== undefined;
}

/** @returns The UUID in `branch:version:<uuid>`; undefined for any other text. */
export function uuidAfterPrefix(text: string): string | undefined {
  const uuid = text.slice(VERSION_PREFIX.length);
  return text.startsWith(VERSION_PREFIX) && isUuid(uuid) ? uuid : undefined;
}

function versionOf({ attributes }: BranchKeyRecord, address: RecordAddress): string | undefined {
  const stored = attributes[ATTRIBUTE.version];
  if (address.recordType === ACTIVE_TYPE) {
    const version = uuidAfterPrefix(stored ?? '');
    if (version !== undefined) return version;
    throw new BranchKeyRecordError(address, [ATTRIBUTE.version], `must be ${VERSION_PREFIX}<uuid>`);
  }
  if (stored === undefined) return uuidAfterPrefix(address.recordType);
  throw new BranchKeyRecordError(address, [ATTRIBUTE.version], 'belongs to the active record alone');
}

function customContextOf(attributes: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const context: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith(CUSTOM_CONTEXT_PREFIX)) context[name.slice(CUSTOM_CONTEXT_PREFIX.length)] = value;
  }
  return Object.freeze(context);
}
