// The five RSA encryption schemes of the message format, over node:crypto.

import { constants, type KeyObject, privateDecrypt, publicEncrypt } from 'node:crypto';
import { PrivateKeyPkcs1 } from './rsa-pkcs1.ts';

/** OAEP with the same hash for the label and MGF1, or PKCS #1 v1.5. */
export type RsaPadding = 'pkcs1' | 'oaep-sha1' | 'oaep-sha256' | 'oaep-sha384' | 'oaep-sha512';

const oaepHashes = {
  'oaep-sha1': 'sha1',
  'oaep-sha256': 'sha256',
  'oaep-sha384': 'sha384',
  'oaep-sha512': 'sha512',
} as const;

/** Smallest modulus taken, in bits. */
export const MIN_MODULUS_BITS = 2048;

/**
 * Checks what a caller gives as padding.
 *
 * @throws TypeError
 */
export function requireRsaPadding(padding: unknown): RsaPadding {
  if (padding === 'pkcs1' || Object.hasOwn(oaepHashes, padding as string)) return padding as RsaPadding;
  throw new TypeError(`padding must be pkcs1, ${Object.keys(oaepHashes).join(', ')}`);
}

/**
 * Checks the length of a modulus.
 *
 * @throws RangeError below 2,048 bits.
 */
export function requireModulus(key: KeyObject, field: string): KeyObject {
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_MODULUS_BITS) return key;
  throw new RangeError(`${field} must have a modulus of at least ${MIN_MODULUS_BITS} bits`);
}

/** Encrypts under a public key. */
export function rsaEncrypt(publicKey: KeyObject, padding: RsaPadding, plaintext: Uint8Array): Uint8Array {
  return new Uint8Array(publicEncrypt({ key: publicKey, ...cipherOptions(padding) }, plaintext));
}

/** Decrypts a data key of a known length; undefined when the ciphertext is not one. */
export type RsaDecryptor = (ciphertext: Uint8Array, length: number) => Uint8Array | undefined;

/** Makes the decryptor of a private key. */
export function rsaDecryptor(privateKey: KeyObject, padding: RsaPadding): RsaDecryptor {
  const modulusLength = Math.ceil((privateKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
  const decrypt = padding === 'pkcs1' ? pkcs1Decryptor(privateKey) : oaepDecryptor(privateKey, padding);
  // RFC 8017 §7.1.2 and §7.2.2; OpenSSL takes shorter ones without padding.
  return (ciphertext, length) => (ciphertext.length === modulusLength ? decrypt(ciphertext, length) : undefined);
}

function pkcs1Decryptor(privateKey: KeyObject): RsaDecryptor {
  const pkcs1 = new PrivateKeyPkcs1(privateKey);
  return (ciphertext, length) => pkcs1.decrypt(ciphertext, length);
}

function oaepDecryptor(privateKey: KeyObject, padding: Exclude<RsaPadding, 'pkcs1'>): RsaDecryptor {
  const options = { key: privateKey, ...cipherOptions(padding) };
  return (ciphertext, length) => {
    const plaintext = tryDecrypt(() => privateDecrypt(options, ciphertext));
    const dataKey = plaintext?.length === length ? Uint8Array.from(plaintext) : undefined;
    plaintext?.fill(0);
    return dataKey;
  };
}

// Node sets the hash of MGF1 to the same as `oaepHash`, which is what the format wants.
function cipherOptions(padding: RsaPadding) {
  if (padding === 'pkcs1') return { padding: constants.RSA_PKCS1_PADDING };
  return { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: oaepHashes[padding] };
}

function tryDecrypt(decrypt: () => Buffer): Buffer | undefined {
  try {
    return decrypt();
  } catch {
    return undefined;
  }
}
