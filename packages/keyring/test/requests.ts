// Requests as core makes them, with defaults for what a test does not care about.

import { algorithmSuites, type KeyringDecryptRequest, type KeyringEncryptRequest } from '@waxseal/core';

export const CONTEXT = Object.freeze({ purpose: 'test', Äpfel: 'grün' });

export function encryptRequest(changes: Partial<KeyringEncryptRequest> = {}): KeyringEncryptRequest {
  return {
    algorithmSuite: algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
    encryptionContext: CONTEXT,
    ...changes,
  };
}

export function decryptRequest(
  encryptedDataKeys: KeyringDecryptRequest['encryptedDataKeys'],
  changes: Partial<KeyringDecryptRequest> = {},
): KeyringDecryptRequest {
  return { ...encryptRequest(), encryptedDataKeys, ...changes };
}
