// The two curves that algorithm suites sign with: what both engines and the DER codec need to know about them.

/** A curve of the signing algorithm suites, by its NIST name. */
export type CurveName = 'P-256' | 'P-384';

/** Parameters of one curve; lengths in bytes. */
export type EcdsaCurve = {
  readonly name: CurveName;
  /** The hash that the algorithm suites pair with the curve. */
  readonly hash: 'sha256' | 'sha384';
  /** Length of a coordinate, of a private key and of each of r and s. */
  readonly coordinateLength: 32 | 48;
  /** The order n of the base point, big-endian. */
  readonly order: Uint8Array;
  /** What stands before a compressed point in its SubjectPublicKeyInfo (RFC 5480 §2). */
  readonly spkiPrefix: Uint8Array;
};

function bytesFromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** @see FIPS 186-5 and SP 800-186 §3.2.1.3, §3.2.1.4 for the orders; RFC 5480 §2.1.1 for the object identifiers. */
export const ecdsaCurves: Readonly<Record<CurveName, EcdsaCurve>> = {
  'P-256': {
    name: 'P-256',
    hash: 'sha256',
    coordinateLength: 32,
    order: bytesFromHex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'),
    spkiPrefix: bytesFromHex('3039301306072a8648ce3d020106082a8648ce3d030107032200'),
  },
  'P-384': {
    name: 'P-384',
    hash: 'sha384',
    coordinateLength: 48,
    order: bytesFromHex(
      'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
    ),
    spkiPrefix: bytesFromHex('3046301006072a8648ce3d020106052b81040022033200'),
  },
};

/**
 * Whether bytes have the form of a compressed point: prefix 02 or 03, then x (SEC1 §2.3.3). Says nothing about
 * whether x is on the curve.
 */
export function hasCompressedPointForm(curve: EcdsaCurve, bytes: Uint8Array): boolean {
  return bytes.length === 1 + curve.coordinateLength && (bytes[0] === 0x02 || bytes[0] === 0x03);
}
