// Ed25519ph (RFC 8032, section 5.1) with PH(M), the SHA-512 digest of the message, made elsewhere.

import { createHash, type KeyObject } from 'node:crypto';
import { eddsa } from '@noble/curves/abstract/edwards.js';
import { ed25519 } from '@noble/curves/ed25519.js';

const DOMAIN = Buffer.from('SigEd25519 no Ed25519 collisions');

/** Bits cleared and set in the first half of the hashed key (section 5.1.5). */
function clamp(bytes: Uint8Array): Uint8Array {
  const clamped = Uint8Array.from(bytes);
  clamped[0] = (clamped[0] ?? 0) & 248;
  clamped[31] = ((clamped[31] ?? 0) & 127) | 64;
  return clamped;
}

const sha512 = Object.assign((data: Uint8Array) => new Uint8Array(createHash('sha512').update(data).digest()), {
  outputLen: 64,
  blockLen: 128,
});

const digestScheme = eddsa(ed25519.Point, sha512 as never, {
  adjustScalarBytes: clamp,
  domain: (data: Uint8Array, context: Uint8Array) =>
    new Uint8Array(Buffer.concat([DOMAIN, Uint8Array.of(1, context.length), context, data])),
  prehash: ((digest: Uint8Array) => digest) as never,
  zip215: false,
});

/** @param digest - SHA-512 of the message. */
export function signDigestEd25519(key: KeyObject, digest: Uint8Array): Uint8Array {
  const { d = '' } = key.export({ format: 'jwk' });
  return digestScheme.sign(digest, new Uint8Array(Buffer.from(d, 'base64url')));
}

/** @param digest - SHA-512 of the message. */
export function verifyDigestEd25519(key: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  const { x = '' } = key.export({ format: 'jwk' });
  return digestScheme.verify(signature, digest, new Uint8Array(Buffer.from(x, 'base64url')));
}
