// Checks of what callers give to key stores and keyrings.

import type { EncryptionContext } from '@waxseal/core';
import { isUuid } from './uuid.ts';

/** DynamoDB's limit on a partition key, in bytes of UTF-8. */
const MAX_ID_LENGTH = 2048;

/** @throws TypeError unless it is a non-empty, well-formed text of at most 2,048 bytes of UTF-8. */
export function requireBranchKeyId(branchKeyId: unknown): string {
  if (typeof branchKeyId === 'string' && branchKeyId !== '' && isWellFormed(branchKeyId)) {
    if (new TextEncoder().encode(branchKeyId).length <= MAX_ID_LENGTH) return branchKeyId;
  }
  throw new TypeError(`branchKeyId must be a well-formed text of 1 to ${MAX_ID_LENGTH} bytes`);
}

/** @throws TypeError unless it is a UUID in lower case with hyphens. */
export function requireVersion(version: unknown): string {
  if (typeof version === 'string' && isUuid(version)) return version;
  throw new TypeError('version must be a UUID in lower case, with hyphens');
}

/**
 * U+0000 separates the parts of cache ids, so a name can't have one.
 *
 * @throws TypeError unless it is a well-formed text, not empty and without U+0000.
 */
export function requireName(name: unknown, field: string = 'logicalName'): string {
  if (typeof name === 'string' && name !== '' && !name.includes('\0') && isWellFormed(name)) return name;
  throw new TypeError(`${field} must be a well-formed text, not empty and without U+0000`);
}

/**
 * @returns A frozen copy without prototype.
 * @throws TypeError when it is not an object of well-formed texts, or is empty though an id is given: the specification
 *   asks that keys with ids of the caller's choice be told apart by a context as well.
 */
export function requireContext(context: EncryptionContext | undefined, branchKeyId: unknown): EncryptionContext {
  const copy: Record<string, string> = Object.create(null);
  const given: unknown = context ?? {};
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw new TypeError(CONTEXT_FORM);
  for (const [key, value] of Object.entries(given)) {
    if (typeof value !== 'string' || !isWellFormed(key) || !isWellFormed(value)) throw new TypeError(CONTEXT_FORM);
    copy[key] = value;
  }
  if (branchKeyId !== undefined && Object.keys(copy).length === 0) {
    throw new TypeError('a branchKeyId of your own needs an encryptionContext with at least one pair');
  }
  return Object.freeze(copy);
}

const CONTEXT_FORM = 'encryptionContext must be an object whose keys and values are well-formed texts';

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
