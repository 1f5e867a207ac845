// ECDSA signatures taken apart and put together again, also wrongly.

const ORDERS = {
  'P-256': 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  'P-384': 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
} as const;

/** The contents of the two INTEGERs of a DER signature, as they stand. */
export function decodeDer(der: Uint8Array): [r: Uint8Array, s: Uint8Array] {
  const rEnd = 4 + (der[3] ?? 0);
  return [der.subarray(4, rEnd), der.subarray(rEnd + 2)];
}

/** Puts two INTEGERs into a SEQUENCE, minimal or not. */
export function encodeDer(integers: readonly [r: Uint8Array, s: Uint8Array]): Uint8Array {
  const content = Buffer.concat(integers.flatMap((integer) => [Buffer.of(0x02, integer.length), integer]));
  return Buffer.concat([Buffer.of(0x30, content.length), content]);
}

/** The other signature of the same message and key: s replaced by n − s. */
export function negateS(der: Uint8Array, curve: keyof typeof ORDERS): Uint8Array {
  const [r, s] = decodeDer(der);
  const hex = (ORDERS[curve] - BigInt(`0x${Buffer.from(s).toString('hex')}`)).toString(16);
  const magnitude = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  const isNegative = (magnitude[0] ?? 0) >= 0x80;
  return encodeDer([r, isNegative ? Buffer.concat([Buffer.of(0), magnitude]) : magnitude]);
}
