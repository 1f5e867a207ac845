// The field GF(2^128) of GCM (NIST SP 800-38D, section 6.3): the first bit of a block is the coefficient of x^0.

/** The neutral element of multiplication: the block 80 00 … 00. */
export const ONE: bigint = 1n << 127n;
const REDUCTION = 0xe1n << 120n;

/** @param block - At most 16 bytes; a shorter one is padded with zeros behind, as GHASH pads. */
export function elementOf(block: Uint8Array): bigint {
  const hex = Buffer.from(block).toString('hex').padEnd(32, '0');
  return BigInt(`0x${hex}`);
}

/** @returns 16 bytes. */
export function blockOf(element: bigint): Uint8Array {
  return new Uint8Array(Buffer.from(element.toString(16).padStart(32, '0'), 'hex'));
}

/** Multiplies two elements. */
export function multiply(left: bigint, right: bigint): bigint {
  let product = 0n;
  let shifted = right;
  for (let bit = ONE; bit !== 0n; bit >>= 1n) {
    if ((left & bit) !== 0n) product ^= shifted;
    shifted = (shifted & 1n) === 0n ? shifted >> 1n : (shifted >> 1n) ^ REDUCTION;
  }
  return product;
}

/** Raises an element to a power. */
export function power(base: bigint, exponent: bigint): bigint {
  let result = ONE;
  let factor = base;
  for (let rest = exponent; rest !== 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = multiply(result, factor);
    factor = multiply(factor, factor);
  }
  return result;
}

/** The inverse of an element that is not zero: its power 2^128 − 2, by the order of the group. */
export function inverse(element: bigint): bigint {
  if (element === 0n) throw new RangeError('zero has no inverse');
  return power(element, 2n ** 128n - 2n);
}
