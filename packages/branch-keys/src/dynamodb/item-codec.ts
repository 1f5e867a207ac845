// Records as items of the table, and back.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { BranchKeyRecordError } from '../branch-key-errors.ts';
import { ATTRIBUTE, type BranchKeyRecord, type RecordAddress } from '../branch-key-record.ts';

type Item = Record<string, AttributeValue>;

/** @returns The primary key of a record: `branch-key-id` and `type`, both S. */
export function encodeKey({ branchKeyId, recordType }: RecordAddress): Item {
  return { [ATTRIBUTE.branchKeyId]: { S: branchKeyId }, [ATTRIBUTE.type]: { S: recordType } };
}

/** @returns The item: `enc` is B, `hierarchy-version` N, every other attribute S. */
export function encodeItem({ attributes, ciphertext }: BranchKeyRecord): Item {
  const item: Item = Object.create(null);
  for (const [name, value] of Object.entries(attributes)) {
    item[name] = name === ATTRIBUTE.hierarchyVersion ? { N: value } : { S: value };
  }
  item[ATTRIBUTE.ciphertext] = { B: ciphertext };
  return item;
}

/** @throws BranchKeyRecordError naming an attribute that is missing or of another type. */
export function decodeItem(item: Item): BranchKeyRecord {
  const address = {
    branchKeyId: item[ATTRIBUTE.branchKeyId]?.S ?? '',
    recordType: item[ATTRIBUTE.type]?.S ?? '',
  };
  const ciphertext = item[ATTRIBUTE.ciphertext]?.B;
  if (ciphertext === undefined) throw new BranchKeyRecordError(address, [ATTRIBUTE.ciphertext], 'must be binary (B)');
  const attributes: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(item)) {
    if (name !== ATTRIBUTE.ciphertext) attributes[name] = decodeText(name, value, address);
  }
  return { attributes, ciphertext: Uint8Array.from(ciphertext) };
}

function decodeText(name: string, value: AttributeValue, address: RecordAddress): string {
  const isNumber = name === ATTRIBUTE.hierarchyVersion;
  const text = isNumber ? value.N : value.S;
  if (text !== undefined) return text;
  throw new BranchKeyRecordError(address, [name], `must be ${isNumber ? 'a number (N)' : 'a text (S)'}`);
}
