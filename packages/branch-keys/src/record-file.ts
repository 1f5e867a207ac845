// The content of a file with all records of one branch key.

import { BranchKeyStorageError } from './branch-key-errors.ts';
import type { BranchKeyRecord } from './branch-key-record.ts';

/** The number of the format; a reader refuses any other. */
const FORMAT = 1;

const CANONICAL_BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Encodes records as JSON:
 *
 *   { "format": 1, "records": [ { "attributes": { "<name>": "<text>" }, "enc": "<base64>" } ] }
 */
export function encodeRecordFile(records: readonly BranchKeyRecord[]): string {
  const entries = records.map(({ attributes, ciphertext }) => ({
    attributes,
    enc: Buffer.from(ciphertext).toString('base64'),
  }));
  return `${JSON.stringify({ format: FORMAT, records: entries }, undefined, 1)}\n`;
}

/**
 * Decodes what `encodeRecordFile` wrote.
 *
 * @param path - Named in the error.
 * @throws BranchKeyStorageError (`invalid`) for anything else.
 */
export function decodeRecordFile(text: string, path: string): BranchKeyRecord[] {
  try {
    const content: unknown = JSON.parse(text);
    if (isObject(content) && content['format'] === FORMAT && Array.isArray(content['records'])) {
      return content['records'].map(decodeRecord);
    }
  } catch {}
  throw new BranchKeyStorageError(`${path} is not a file of branch-key records, format ${FORMAT}`, 'invalid');
}

function decodeRecord(entry: unknown): BranchKeyRecord {
  if (!isObject(entry) || !isObject(entry['attributes'])) throw new TypeError('no attributes');
  const attributes: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(entry['attributes'])) {
    if (typeof value !== 'string') throw new TypeError('an attribute is not a text');
    attributes[name] = value;
  }
  const { enc } = entry;
  if (typeof enc !== 'string' || !CANONICAL_BASE64.test(enc)) throw new TypeError('enc is not base64');
  return { attributes, ciphertext: Uint8Array.from(Buffer.from(enc, 'base64')) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
