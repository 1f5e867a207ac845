// The encryption context: text pairs that are authenticated with the message. Its encoding is in format/.

import { isWellFormed } from './format/text.ts';

/**
 * Pairs of text bound to a message as additional authenticated data; not secret, and stored in the header unless they
 * are required context.
 *
 * Keys and values are well-formed Unicode of at most 65,535 bytes of UTF-8 each. Keys that start with `aws-crypto-` are
 * reserved. Contexts that waxseal returns have no prototype and are frozen, so that `__proto__` is a key like any other.
 */
export type EncryptionContext = Readonly<Record<string, string>>;

/** Context keys with this prefix belong to the format; a caller may not supply one when encrypting. */
export const RESERVED_KEY_PREFIX = 'aws-crypto-';

/** The context key under which a signing suite stores its public key: base64 of the compressed point. */
export const PUBLIC_KEY_CONTEXT_KEY = 'aws-crypto-public-key';

/** The context without pairs: most messages have it several times over, so nobody makes another. */
export const EMPTY_CONTEXT: EncryptionContext = Object.freeze(Object.create(null));

/**
 * Copies and checks a context that a caller gave.
 *
 * @returns A frozen copy without prototype.
 * @throws TypeError when it is not an object of strings, or a string has a lone surrogate.
 */
export function copyEncryptionContext(given: EncryptionContext | undefined): EncryptionContext {
  if (given === undefined) return EMPTY_CONTEXT;
  if (typeof given !== 'object' || given === null || Array.isArray(given) || given instanceof Map) {
    throw new TypeError('encryptionContext must be an object whose values are strings');
  }
  const context: Record<string, string> = Object.create(null);
  for (const key of Object.keys(given)) {
    const value: unknown = given[key];
    if (typeof value !== 'string') throw new TypeError('encryptionContext values must be strings');
    if (!isWellFormed(key) || !isWellFormed(value)) {
      throw new TypeError('encryptionContext must be well-formed Unicode: a key or value has a lone surrogate');
    }
    context[key] = value;
  }
  return Object.freeze(context);
}

/** @throws TypeError when a key is reserved for the format. */
export function assertNoReservedKeys(context: EncryptionContext): void {
  for (const key of Object.keys(context)) {
    if (key.startsWith(RESERVED_KEY_PREFIX)) {
      throw new TypeError(
        `encryptionContext keys that start with "${RESERVED_KEY_PREFIX}" are reserved for the message format`,
      );
    }
  }
}

/** @returns A frozen context with the pairs of both; where both have a key, the second's value counts. */
export function mergeContexts(first: EncryptionContext, second: EncryptionContext): EncryptionContext {
  const [firstKeys, secondKeys] = [Object.keys(first), Object.keys(second)];
  if (firstKeys.length + secondKeys.length === 0) return EMPTY_CONTEXT;
  const merged: Record<string, string> = Object.create(null);
  for (const key of firstKeys) merged[key] = first[key] ?? '';
  for (const key of secondKeys) merged[key] = second[key] ?? '';
  return Object.freeze(merged);
}

/** @returns A frozen context with the pairs whose key passes the test. */
export function filterContext(context: EncryptionContext, keep: (key: string) => boolean): EncryptionContext {
  const keys = Object.keys(context).filter(keep);
  if (keys.length === 0) return EMPTY_CONTEXT;
  const kept: Record<string, string> = Object.create(null);
  for (const key of keys) kept[key] = context[key] ?? '';
  return Object.freeze(kept);
}
