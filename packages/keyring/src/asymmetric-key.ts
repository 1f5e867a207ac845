// RSA and EC keys from what callers have: PEM text, DER bytes, or a KeyObject.

import { createPrivateKey, createPublicKey, KeyObject } from 'node:crypto';

/** PEM text, DER bytes, or a `KeyObject`; never changed or wiped. */
export type AsymmetricKeyInput = string | Uint8Array | KeyObject;

/** The two families of keys that keyrings wrap with. */
export type AsymmetricKeyType = 'rsa' | 'ec';

/**
 * Reads a public key: SubjectPublicKeyInfo, for RSA PKCS #1 as well.
 *
 * @throws TypeError for anything else; a private key is refused, not turned into its public one.
 */
export function importPublicKey(input: AsymmetricKeyInput, type: AsymmetricKeyType, field: string): KeyObject {
  const readers = [
    () => (input instanceof KeyObject ? input : undefined),
    () => (typeof input === 'string' && !input.includes('PRIVATE KEY') ? createPublicKey(input) : undefined),
    () => createPublicKey({ key: derBytes(input), format: 'der', type: 'spki' }),
    () => createPublicKey({ key: derBytes(input), format: 'der', type: 'pkcs1' }),
  ];
  const key = isPrivateDer(input) ? undefined : readFirst(input, readers);
  if (key?.type === 'public' && key.asymmetricKeyType === type) return key;
  throw new TypeError(`${field} must be an ${NAMES[type]} public key: PEM text, DER bytes or a KeyObject`);
}

/**
 * Reads a private key: PKCS #8, or PKCS #1 (RSA) and SEC 1 (EC).
 *
 * @throws TypeError for anything else, keys under a passphrase included.
 */
export function importPrivateKey(input: AsymmetricKeyInput, type: AsymmetricKeyType, field: string): KeyObject {
  const key = readFirst(input, [
    () => (input instanceof KeyObject ? input : undefined),
    () => (typeof input === 'string' ? createPrivateKey(input) : undefined),
    () => createPrivateKey({ key: derBytes(input), format: 'der', type: 'pkcs8' }),
    () => createPrivateKey({ key: derBytes(input), format: 'der', type: type === 'rsa' ? 'pkcs1' : 'sec1' }),
  ]);
  if (key?.type === 'private' && key.asymmetricKeyType === type) return key;
  throw new TypeError(
    `${field} must be an ${NAMES[type]} private key without passphrase: PEM text, DER bytes or a KeyObject`,
  );
}

/** Whether a private and a public key belong together. */
export function isKeyPair(privateKey: KeyObject, publicKey: KeyObject): boolean {
  return createPublicKey(privateKey).equals(publicKey);
}

const NAMES = { rsa: 'RSA', ec: 'EC' };

function derBytes(input: AsymmetricKeyInput): Buffer {
  if (input instanceof Uint8Array) return Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  throw new TypeError('not DER bytes');
}

// `createPublicKey` with type `pkcs1` reads a private RSA key as well, in PKCS #1 and in PKCS #8.
function isPrivateDer(input: AsymmetricKeyInput): boolean {
  if (!(input instanceof Uint8Array)) return false;
  const forms = ['pkcs8', 'pkcs1', 'sec1'] as const;
  const readers = forms.map((type) => () => createPrivateKey({ key: derBytes(input), format: 'der', type }));
  return readFirst(input, readers) !== undefined;
}

// OpenSSL's errors are dropped: they say nothing to a caller, and nobody has to wonder what they quote.
function readFirst(input: unknown, readers: readonly (() => KeyObject | undefined)[]): KeyObject | undefined {
  for (const read of readers) {
    try {
      const key = input === undefined ? undefined : read();
      if (key !== undefined) return key;
    } catch {}
  }
  return undefined;
}
