// Polynomials over GF(2^128), as arrays of coefficients from x^0 up, without leading zeros.

import { inverse, multiply, ONE } from './gf128.ts';

/** A polynomial; the empty array is zero. */
export type Polynomial = readonly bigint[];

/** The polynomial x. */
export const X: Polynomial = [0n, ONE];

/** Drops leading zeros. */
export function trim(coefficients: readonly bigint[]): Polynomial {
  let length = coefficients.length;
  while (length > 0 && coefficients[length - 1] === 0n) length -= 1;
  return coefficients.slice(0, length);
}

/** The sum, which is the difference too. */
export function add(left: Polynomial, right: Polynomial): Polynomial {
  const length = Math.max(left.length, right.length);
  return trim(Array.from({ length }, (_, at) => (left[at] ?? 0n) ^ (right[at] ?? 0n)));
}

/** Every coefficient times an element. */
export function scale(polynomial: Polynomial, factor: bigint): Polynomial {
  return trim(polynomial.map((coefficient) => multiply(coefficient, factor)));
}

/** The polynomial with leading coefficient one. */
export function monic(polynomial: Polynomial): Polynomial {
  return scale(polynomial, inverse(polynomial.at(-1) ?? 0n));
}

/** Divides by a monic polynomial. */
export function divide(
  dividend: Polynomial,
  divisor: Polynomial,
): { readonly quotient: Polynomial; readonly remainder: Polynomial } {
  const rest = [...dividend];
  const quotient: bigint[] = [];
  for (let top = rest.length - 1; top >= divisor.length - 1; top--) {
    const factor = rest[top] ?? 0n;
    const shift = top - divisor.length + 1;
    quotient[shift] = factor;
    if (factor === 0n) continue;
    for (const [at, coefficient] of divisor.entries()) {
      rest[shift + at] = (rest[shift + at] ?? 0n) ^ multiply(factor, coefficient);
    }
  }
  return { quotient: trim(quotient), remainder: trim(rest.slice(0, divisor.length - 1)) };
}

/** The square modulo a monic polynomial: squaring is linear in characteristic two, so that no cross terms arise. */
export function squareModulo(polynomial: Polynomial, modulus: Polynomial): Polynomial {
  const squares = polynomial.flatMap((coefficient) => [multiply(coefficient, coefficient), 0n]);
  return divide(trim(squares), modulus).remainder;
}

/** The monic greatest common divisor of two polynomials, not both zero. */
export function greatestCommonDivisor(left: Polynomial, right: Polynomial): Polynomial {
  let [larger, smaller] = [left, right];
  while (smaller.length > 0) {
    const divisor = monic(smaller);
    [larger, smaller] = [divisor, divide(larger, divisor).remainder];
  }
  return monic(larger);
}

/** The value at an element, by Horner's rule. */
export function evaluate(polynomial: Polynomial, at: bigint): bigint {
  return polynomial.reduceRight((value, coefficient) => multiply(value, at) ^ coefficient, 0n);
}
