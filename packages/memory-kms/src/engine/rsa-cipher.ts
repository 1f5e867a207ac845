// RSAES-OAEP (RFC 8017, section 7.1) under an RSA key, with raw ciphertexts that the private key opens anywhere.

import { constants, privateDecrypt, publicEncrypt } from 'node:crypto';
import { invalidCiphertext } from './ciphertext-blob.ts';
import { privateKeyOf, publicKeyOf } from './key-objects.ts';
import type { LocalKey } from './key-record.ts';
import { KmsServiceError } from './kms-service-error.ts';

const HASHES: Readonly<Record<string, { readonly name: string; readonly length: number }>> = {
  RSAES_OAEP_SHA_1: { name: 'sha1', length: 20 },
  RSAES_OAEP_SHA_256: { name: 'sha256', length: 32 },
};

function hashOf(algorithm: string): { readonly name: string; readonly length: number } {
  const hash = HASHES[algorithm];
  if (hash === undefined) throw new KmsServiceError('UnsupportedOperationException', `${algorithm} is not supported.`);
  return hash;
}

/** @throws KmsServiceError ValidationException when the plaintext is longer than modulus − 2 hashes − 2 bytes. */
export function requireRsaFit({ record }: LocalKey, algorithm: string, plaintext: Uint8Array): void {
  const modulusLength = Number(record.spec.slice('RSA_'.length)) / 8;
  const max = modulusLength - 2 * hashOf(algorithm).length - 2;
  if (plaintext.length <= max) return;
  throw new KmsServiceError(
    'ValidationException',
    `Algorithm ${algorithm} and key spec ${record.spec} cannot encrypt data larger than ${max} bytes.`,
  );
}

/**
 * @param pkcs8 - The stored key pair.
 * @returns As many bytes as the modulus has.
 */
export function encryptRsa(pkcs8: Uint8Array, algorithm: string, plaintext: Uint8Array): Uint8Array {
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hashOf(algorithm).name };
  return Uint8Array.from(publicEncrypt({ key: publicKeyOf(pkcs8), ...padding }, plaintext));
}

/** @throws KmsServiceError InvalidCiphertextException for whatever does not open. */
export function decryptRsa(pkcs8: Uint8Array, algorithm: string, ciphertext: Uint8Array): Uint8Array {
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hashOf(algorithm).name };
  try {
    return Uint8Array.from(privateDecrypt({ key: privateKeyOf(pkcs8), ...padding }, ciphertext));
  } catch {
    throw invalidCiphertext();
  }
}
