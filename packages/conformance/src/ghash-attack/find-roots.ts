import { randomBytes } from 'node:crypto';
import { elementOf } from './gf128.ts';
import {
  add,
  divide,
  greatestCommonDivisor,
  monic,
  type Polynomial,
  scale,
  squareModulo,
  trim,
  X,
} from './polynomial.ts';

const FIELD_DEGREE = 128;

/**
 * Finds all roots of a polynomial in GF(2^128), by the method of Cantor and Zassenhaus for characteristic two.
 *
 * x^(2^128) − x is the product of all linear factors, so its common divisor with the polynomial has every root once. A
 * random trace x ↦ Σ (βx)^(2^i) is 0 at half of the roots and 1 at the others, and so takes the divisor apart.
 *
 * @param polynomial - Not zero.
 */
export function findRoots(polynomial: Polynomial): bigint[] {
  const modulus = monic(trim(polynomial));
  if (modulus.length < 2) return [];
  const reducedX = divide(X, modulus).remainder;
  let frobenius = reducedX;
  for (let step = 0; step < FIELD_DEGREE; step++) frobenius = squareModulo(frobenius, modulus);
  return split(greatestCommonDivisor(modulus, add(frobenius, reducedX)));
}

/** @param product - A monic product of different linear factors. */
function split(product: Polynomial): bigint[] {
  if (product.length < 2) return [];
  if (product.length === 2) return [product[0] ?? 0n];
  for (;;) {
    const factor = greatestCommonDivisor(product, trace(product));
    if (factor.length < 2 || factor.length === product.length) continue;
    return [...split(factor), ...split(monic(divide(product, factor).quotient))];
  }
}

function trace(modulus: Polynomial): Polynomial {
  let term = divide(scale(X, elementOf(randomBytes(16))), modulus).remainder;
  let sum = term;
  for (let step = 1; step < FIELD_DEGREE; step++) {
    term = squareModulo(term, modulus);
    sum = add(sum, term);
  }
  return sum;
}
