// Files of which some records are not of our form: the others are read and written all the same.

import { BranchKeyRecordError } from './branch-key-errors.ts';
import { ATTRIBUTE, type BranchKeyRecord, type RecordAddress } from './branch-key-record.ts';
import { decodeRecordFile, encodeRecordFile } from './record-file.ts';

/** A record that is not of our form. */
export type DamagedRecord = {
  readonly address: RecordAddress;
  /** What is wrong with it. */
  readonly error: BranchKeyRecordError;
  /** As it stands in the file, so that a write leaves it there for whoever mends it. */
  readonly entry: unknown;
};

/** What a file of branch-key records holds. */
export type RecordFileContent = {
  readonly records: readonly BranchKeyRecord[];
  readonly damaged: readonly DamagedRecord[];
};

/**
 * Decodes a file of branch-key records, the damaged ones apart.
 *
 * @param path - Named in the error.
 * @throws BranchKeyStorageError (`invalid`) for what is not such a file, or holds a record that does not tell its
 *   address: it could be any record, so none of the branch key may be called absent.
 */
export function decodeRecords(text: string, path: string): RecordFileContent {
  try {
    return { records: decodeRecordFile(text, path), damaged: [] };
  } catch (error) {
    const content = separate(text, path);
    if (content === undefined) throw error;
    return content;
  }
}

/** Encodes what `decodeRecords` gave, after changes to the records; the damaged ones stay as they were. */
export function encodeRecords({ records, damaged }: RecordFileContent): string {
  const text = encodeRecordFile(records);
  if (damaged.length === 0) return text;
  const content = JSON.parse(text) as { readonly records: readonly unknown[] };
  return fileOf(content, [...content.records, ...damaged.map(({ entry }) => entry)]);
}

/** Decodes record by record. @returns Undefined for a file that is not ours. */
function separate(text: string, path: string): RecordFileContent | undefined {
  const content = objectIn(parsed(text));
  const entries = content['records'];
  if (!Array.isArray(entries) || decoded(fileOf(content, []), path) === undefined) return undefined;
  const records: BranchKeyRecord[] = [];
  const damaged: DamagedRecord[] = [];
  for (const entry of entries) {
    const alone = decoded(fileOf(content, [entry]), path);
    const address = addressIn(entry);
    if (alone !== undefined) records.push(...alone);
    else if (address !== undefined) damaged.push({ address, error: damageOf(entry, address), entry });
    else return undefined;
  }
  return { records, damaged };
}

function damageOf(entry: unknown, address: RecordAddress): BranchKeyRecordError {
  const attributes = Object.entries(attributesOf(entry));
  const notText = attributes.filter(([, value]) => typeof value !== 'string').map(([name]) => name);
  if (notText.length > 0) return new BranchKeyRecordError(address, notText, 'must be a text');
  return new BranchKeyRecordError(address, [ATTRIBUTE.ciphertext], 'must be base64');
}

function addressIn(entry: unknown): RecordAddress | undefined {
  const { [ATTRIBUTE.branchKeyId]: branchKeyId, [ATTRIBUTE.type]: recordType } = attributesOf(entry);
  return typeof branchKeyId === 'string' && typeof recordType === 'string' ? { branchKeyId, recordType } : undefined;
}

function attributesOf(entry: unknown): Readonly<Record<string, unknown>> {
  return objectIn(objectIn(entry)['attributes']);
}

function fileOf(content: Readonly<Record<string, unknown>>, records: readonly unknown[]): string {
  return `${JSON.stringify({ ...content, records }, undefined, 1)}\n`;
}

function decoded(text: string, path: string): BranchKeyRecord[] | undefined {
  try {
    return decodeRecordFile(text, path);
  } catch {
    return undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is no object has nothing in it. */
function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
