// The NIST curves of the ECDH keyrings: points and public keys in the forms that wire, KMS and node:crypto want.

import { createPublicKey, diffieHellman, ECDH, type KeyObject } from 'node:crypto';

/** A curve of the ECDH keyrings. */
export type EcdhCurve = {
  readonly name: 'P-256' | 'P-384' | 'P-521';
  /** The name that goes into the key derivation. */
  readonly label: 'p256' | 'p384' | 'p521';
  /** OpenSSL's name. */
  readonly openssl: 'prime256v1' | 'secp384r1' | 'secp521r1';
  readonly kmsKeySpec: 'ECC_NIST_P256' | 'ECC_NIST_P384' | 'ECC_NIST_P521';
  /** Bytes of a coordinate, and so of a shared secret; a compressed point has one more. */
  readonly coordinateLength: 32 | 48 | 66;
  /** DER of SubjectPublicKeyInfo up to the uncompressed point (RFC 5480). */
  readonly spkiPrefix: string;
};

const curves = [
  {
    name: 'P-256',
    label: 'p256',
    openssl: 'prime256v1',
    kmsKeySpec: 'ECC_NIST_P256',
    coordinateLength: 32,
    spkiPrefix: '3059301306072a8648ce3d020106082a8648ce3d030107034200',
  },
  {
    name: 'P-384',
    label: 'p384',
    openssl: 'secp384r1',
    kmsKeySpec: 'ECC_NIST_P384',
    coordinateLength: 48,
    spkiPrefix: '3076301006072a8648ce3d020106052b81040022036200',
  },
  {
    name: 'P-521',
    label: 'p521',
    openssl: 'secp521r1',
    kmsKeySpec: 'ECC_NIST_P521',
    coordinateLength: 66,
    spkiPrefix: '30819b301006072a8648ce3d020106052b8104002303818600',
  },
] as const;
curves satisfies readonly EcdhCurve[];

function curveOf(key: KeyObject): EcdhCurve | undefined {
  return curves.find(({ openssl }) => openssl === key.asymmetricKeyDetails?.namedCurve);
}

/** A public key with its compressed point (SEC 1, section 2.3.3). */
export type EcPublicKey = { readonly curve: EcdhCurve; readonly key: KeyObject; readonly point: Uint8Array };

/**
 * Adds curve and compressed point to an imported public key.
 *
 * @throws TypeError when it is not on P-256, P-384 or P-521.
 */
export function toEcPublicKey(key: KeyObject, field: string): EcPublicKey {
  const curve = canBeExported(key) ? curveOf(key) : undefined;
  if (curve === undefined) throw new TypeError(`${field} must be on P-256, P-384 or P-521`);
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const point = new Uint8Array(1 + curve.coordinateLength);
  // JWK pads both coordinates to the full length (RFC 7518 §6.2.1.2).
  point[0] = 2 | ((Buffer.from(y, 'base64url').at(-1) ?? 0) & 1);
  point.set(Buffer.from(x, 'base64url'), 1);
  return { curve, key, point };
}

// OpenSSL imports the point at infinity, and asking such a key for its details ends the process (Node 20: a failed
// assertion). Exporting it throws.
function canBeExported(key: KeyObject): boolean {
  try {
    return key.export({ type: 'spki', format: 'der' }).length > 0;
  } catch {
    return false;
  }
}

/**
 * Turns a compressed point from a message into a public key.
 *
 * @returns undefined when it is not a point of the curve; the point at infinity is none.
 */
export function fromCompressedPoint(curve: EcdhCurve, point: Uint8Array): EcPublicKey | undefined {
  if (point.length !== 1 + curve.coordinateLength || (point[0] !== 2 && point[0] !== 3)) return undefined;
  try {
    const full = ECDH.convertKey(point, curve.openssl, undefined, 'hex', 'uncompressed');
    const der = Buffer.from(`${curve.spkiPrefix}${full}`, 'hex');
    return { curve, key: createPublicKey({ key: der, format: 'der', type: 'spki' }), point };
  } catch {
    return undefined;
  }
}

/** Makes the shared secret: the x coordinate, padded to its full length. The caller wipes it. */
export function sharedSecret(privateKey: KeyObject, publicKey: KeyObject): Uint8Array {
  return diffieHellman({ privateKey, publicKey });
}

/** DER of SubjectPublicKeyInfo, as KMS takes it. */
export function spkiDer({ key }: EcPublicKey): Uint8Array {
  return key.export({ type: 'spki', format: 'der' });
}
