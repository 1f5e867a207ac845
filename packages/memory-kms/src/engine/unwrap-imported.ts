// Opening key material that was wrapped for import.

import { createDecipheriv } from 'node:crypto';
import { invalidCiphertext } from './ciphertext-blob.ts';
import { privateKeyOf } from './key-objects.ts';
import type { ImportToken } from './key-record.ts';
import { decryptRsa } from './rsa-cipher.ts';

/** The alternative initial value of AES key wrap with padding (RFC 5649, section 3). */
const KWP_IV = Buffer.from('A65959A6', 'hex');

/**
 * Unwraps under the token's wrapping key.
 *
 * RSAES_OAEP_*: the material itself. RSA_AES_KEY_WRAP_*: an AES-256 key under RSA-OAEP, as long as the modulus, then
 * the material under that key by AES-KWP.
 *
 * @returns The material, owned by the caller.
 * @throws KmsServiceError InvalidCiphertextException.
 */
export function unwrapImported({ algorithm, pkcs8 }: ImportToken, wrapped: Uint8Array): Uint8Array {
  if (algorithm.startsWith('RSAES_')) return decryptRsa(pkcs8, algorithm, wrapped);
  const modulusLength = (privateKeyOf(pkcs8).asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  const oaep = algorithm.replace('RSA_AES_KEY_WRAP', 'RSAES_OAEP');
  const wrappingKey = decryptRsa(pkcs8, oaep, wrapped.subarray(0, modulusLength));
  return unwrapAes(wrappingKey, wrapped.subarray(modulusLength));
}

function unwrapAes(key: Uint8Array, wrapped: Uint8Array): Uint8Array {
  try {
    const decipher = createDecipheriv('id-aes256-wrap-pad', key, KWP_IV);
    return Uint8Array.from(Buffer.concat([decipher.update(wrapped), decipher.final()]));
  } catch {
    throw invalidCiphertext();
  }
}
