// Requests to keyrings as core makes them, with defaults for what a test does not care about.

import {
  algorithmSuites,
  type EncryptedDataKey,
  type KeyringDecryptRequest,
  type KeyringEncryptRequest,
} from '@waxseal/core';

/** Bound by every request that says nothing else. */
export const CONTEXT: Readonly<Record<string, string>> = Object.freeze({
  purpose: 'conformance',
  tenant: 'Äcme €',
  z: '',
  a: '😀',
});
const COMMITTING = algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY;

/** Freezes everything but the bytes. */
export function deepFreeze<Value extends object>(value: Value): Value {
  for (const part of Object.values(value)) {
    // A view on memory can't be frozen.
    if (typeof part === 'object' && part !== null && !ArrayBuffer.isView(part)) deepFreeze(part);
  }
  return Object.freeze(value);
}

/** A frozen request to encrypt. */
export function encryptRequest(changes: Partial<KeyringEncryptRequest> = {}): KeyringEncryptRequest {
  return deepFreeze({ algorithmSuite: COMMITTING, encryptionContext: CONTEXT, ...changes });
}

/** A request to decrypt. */
export function decryptRequest(
  encryptedDataKeys: readonly EncryptedDataKey[],
  changes: Partial<KeyringDecryptRequest> = {},
): KeyringDecryptRequest {
  return { algorithmSuite: COMMITTING, encryptionContext: CONTEXT, encryptedDataKeys, ...changes };
}

/** A copy whose bytes may be changed. */
export const copyOf = ({ providerId, providerInfo, ciphertext }: EncryptedDataKey): EncryptedDataKey => ({
  providerId,
  providerInfo: Uint8Array.from(providerInfo),
  ciphertext: Uint8Array.from(ciphertext),
});

/** Bytes as text, for comparisons with short failures. */
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** What a promise was rejected with; undefined when it was not. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
