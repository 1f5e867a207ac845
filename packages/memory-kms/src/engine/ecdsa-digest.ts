// ECDSA over digests that were made elsewhere (FIPS 186-5, section 6), with signatures in DER.

import type { KeyObject } from 'node:crypto';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';

type Curve = Pick<typeof p256, 'sign' | 'verify'>;

const curves: Readonly<Record<string, Curve>> = {
  ECC_NIST_P256: p256,
  ECC_NIST_P384: p384,
  ECC_NIST_P521: p521,
  ECC_SECG_P256K1: secp256k1,
};

/** High values of s are as good as low ones, as in KMS. */
const OPTIONS = { prehash: false, lowS: false, format: 'der' } as const;

function curveFor(spec: string): Curve {
  const curve = curves[spec];
  if (curve === undefined) throw new Error(`no curve of spec ${spec}`);
  return curve;
}

/** Signs a digest. */
export function signDigestEcdsa(spec: string, key: KeyObject, digest: Uint8Array): Uint8Array {
  const { d = '' } = key.export({ format: 'jwk' });
  return curveFor(spec).sign(digest, new Uint8Array(Buffer.from(d, 'base64url')), OPTIONS);
}

/** Verifies a signature over a digest. */
export function verifyDigestEcdsa(spec: string, key: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const point = Buffer.concat([Uint8Array.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  return curveFor(spec).verify(signature, digest, new Uint8Array(point), OPTIONS);
}
