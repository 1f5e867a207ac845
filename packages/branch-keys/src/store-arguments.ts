// Checks of what callers give to key stores and keyrings.

import type { EncryptionContext } from '@waxseal/core';
import type { BranchKeyStorage } from './branch-key-storage.ts';
import { isUuid } from './uuid.ts';

/** DynamoDB's limit on a partition key, in bytes of UTF-8. */
const MAX_ID_LENGTH = 2048;

/** The bound of `CachingMaterialsManager`, in UTF-16 code units. */
const MAX_PARTITION_LENGTH = 1024;

/** @throws TypeError unless it has the methods of the port. */
export function requireStorage(storage: unknown): BranchKeyStorage {
  const { prepare, read, write, list } = (storage ?? {}) as Partial<BranchKeyStorage>;
  if ([prepare, read, write, list].every((method) => typeof method === 'function')) return storage as BranchKeyStorage;
  throw new TypeError('storage must be a BranchKeyStorage, with prepare, read, write and list');
}

/** @throws TypeError unless it is a function, or absent. */
export function requireFunction<Callback>(callback: Callback, field: string): Callback {
  if (callback === undefined || typeof callback === 'function') return callback;
  throw new TypeError(`${field} must be a function`);
}

/** @throws TypeError unless they are an array of texts, or absent; it quotes none of them, since they grant access. */
export function copyGrantTokens(grantTokens: readonly string[] | undefined): readonly string[] | undefined {
  if (grantTokens === undefined) return undefined;
  const isList = Array.isArray(grantTokens) && grantTokens.every((token) => typeof token === 'string');
  if (!isList) throw new TypeError('grantTokens must be an array of texts');
  return [...grantTokens];
}

/** Whether it is a non-empty, well-formed text of at most 2,048 bytes of UTF-8. */
export function isBranchKeyId(branchKeyId: unknown): branchKeyId is string {
  if (typeof branchKeyId !== 'string' || branchKeyId === '' || !isWellFormed(branchKeyId)) return false;
  return new TextEncoder().encode(branchKeyId).length <= MAX_ID_LENGTH;
}

/** @throws TypeError unless it is a branch key id. */
export function requireBranchKeyId(branchKeyId: unknown): string {
  if (isBranchKeyId(branchKeyId)) return branchKeyId;
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

/** @throws TypeError unless it is a name of at most 1,024 characters. */
export function requirePartitionId(partitionId: unknown): string {
  const name = requireName(partitionId, 'partitionId');
  if (name.length <= MAX_PARTITION_LENGTH) return name;
  throw new TypeError('partitionId must be a text of 1 to 1,024 characters');
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
