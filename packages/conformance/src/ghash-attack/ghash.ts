import { elementOf } from './gf128.ts';
import { type Polynomial, trim } from './polynomial.ts';

/**
 * GHASH of additional data and ciphertext as a polynomial in the hash key H (NIST SP 800-38D, section 6.4): a GCM tag is
 * its value at H, plus a mask that depends on key and IV alone.
 */
export function ghashPolynomial(aad: Uint8Array, ciphertext: Uint8Array): Polynomial {
  const lengths = Buffer.alloc(16);
  lengths.writeBigUInt64BE(8n * BigInt(aad.length), 0);
  lengths.writeBigUInt64BE(8n * BigInt(ciphertext.length), 8);
  const blocks = [...blocksOf(aad), ...blocksOf(ciphertext), elementOf(lengths)];
  return trim([0n, ...blocks.reverse()]);
}

function blocksOf(bytes: Uint8Array): bigint[] {
  return Array.from({ length: Math.ceil(bytes.length / 16) }, (_, at) =>
    elementOf(bytes.subarray(16 * at, 16 * at + 16)),
  );
}
