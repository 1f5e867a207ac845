// What the two discovery keyrings share: trying the keys that a message names.

import type { KeyringDecryptRequest } from '@waxseal/core';
import type { KmsClient } from './kms-client.ts';
import type { KmsClientFinder } from './kms-client-finder.ts';
import { unwrapDataKey } from './kms-data-keys.ts';
import { type KmsEncryptedDataKey, kmsEncryptedDataKeys } from './kms-encrypted-data-key.ts';
import { KmsError } from './kms-error.ts';
import { dataKeyUnavailable, firstDataKey } from './unwrap-attempts.ts';

/** How a discovery keyring goes about the keys of a message. */
export type KmsDiscovery = {
  readonly keyring: string;
  readonly clientFor: KmsClientFinder<Pick<KmsClient, 'decrypt'>>;
  readonly grantTokens: readonly string[] | undefined;
  /** The key ARN to call for an encrypted data key; undefined: leave it out. */
  readonly keyToCall: (entry: KmsEncryptedDataKey) => string | undefined;
};

/**
 * Unwraps by the keys that the message names.
 *
 * @returns undefined when no encrypted data key is of `aws-kms`.
 * @throws DataKeyUnavailableError when each attempt failed, and when every key was left out.
 */
export async function discoverDataKey(
  { keyring, clientFor, grantTokens, keyToCall }: KmsDiscovery,
  request: KeyringDecryptRequest,
): Promise<Uint8Array | undefined> {
  const entries = kmsEncryptedDataKeys(keyring, request.encryptedDataKeys);
  const candidates = entries.flatMap((entry) => {
    const keyId = keyToCall(entry);
    if (keyId === undefined) return [];
    const unwrap = () => unwrapDataKey(clientFor(keyId, 'Decrypt'), { keyId, grantTokens }, entry.ciphertext, request);
    return [{ key: keyId, unwrap }];
  });
  if (candidates.length === 0 && entries.length > 0) {
    const attempts = entries.map(({ keyArn: key }) => {
      return { keyring, key, cause: new KmsError('excludedKey', 'Decrypt', key) };
    });
    throw dataKeyUnavailable('unwrap', attempts);
  }
  return firstDataKey(keyring, candidates, request.signal);
}
