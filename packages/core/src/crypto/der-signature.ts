// ECDSA signatures as DER (RFC 3279 §2.2.3: SEQUENCE { r INTEGER, s INTEGER }), to and from the fixed form r || s.

import type { EcdsaCurve } from './ecdsa-curves.ts';

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/**
 * Encodes a signature.
 *
 * @param raw - r || s, each `coordinateLength` bytes, big-endian.
 * @returns 30 len 02 len r 02 len s, integers minimal: at most 72 bytes for P-256 and 104 for P-384, so that every
 *   length fits one byte.
 */
export function encodeDerSignature(curve: EcdsaCurve, raw: Uint8Array): Uint8Array {
  const r = minimalInteger(raw.subarray(0, curve.coordinateLength));
  const s = minimalInteger(raw.subarray(curve.coordinateLength));
  const der = new Uint8Array(6 + r.length + s.length);
  der[0] = SEQUENCE;
  der[1] = 4 + r.length + s.length;
  der[2] = INTEGER;
  der[3] = r.length;
  der.set(r, 4);
  der[4 + r.length] = INTEGER;
  der[5 + r.length] = s.length;
  der.set(s, 6 + r.length);
  return der;
}

/**
 * Decodes a signature strictly: minimal integers, nothing left over, 0 < r < n and 0 < s < n.
 *
 * @returns r || s, each `coordinateLength` bytes; undefined for anything else.
 */
export function decodeDerSignature(curve: EcdsaCurve, der: Uint8Array): Uint8Array | undefined {
  if (der.length < 8 || der[0] !== SEQUENCE || der[1] !== der.length - 2 || der.length - 2 >= 0x80) return undefined;
  const raw = new Uint8Array(2 * curve.coordinateLength);
  const sStart = decodeInteger(curve, der, 2, raw.subarray(0, curve.coordinateLength));
  if (sStart === undefined) return undefined;
  const end = decodeInteger(curve, der, sStart, raw.subarray(curve.coordinateLength));
  return end === der.length ? raw : undefined;
}

/**
 * Brings a DER signature to a wanted length by replacing s with n − s, which is as valid and nearly always has the
 * other top bit.
 *
 * @returns The signature itself when it has that length already or cannot get it.
 */
export function fitDerSignature(curve: EcdsaCurve, der: Uint8Array, length: number): Uint8Array {
  if (der.length === length) return der;
  const raw = decodeDerSignature(curve, der);
  if (raw === undefined) return der;
  subtractFrom(curve.order, raw.subarray(curve.coordinateLength));
  const negated = encodeDerSignature(curve, raw);
  return negated.length === length ? negated : der;
}

/** Decodes the integer at `start` into `target`, right-aligned; returns where it ends, or undefined. */
function decodeInteger(curve: EcdsaCurve, der: Uint8Array, start: number, target: Uint8Array): number | undefined {
  const length = der[start + 1];
  if (der[start] !== INTEGER || length === undefined || length === 0) return undefined;
  const integer = der.subarray(start + 2, start + 2 + length);
  if (integer.length !== length || !isMinimalAndPositive(integer)) return undefined;
  const magnitude = integer[0] === 0 ? integer.subarray(1) : integer;
  if (magnitude.length === 0 || magnitude.length > target.length) return undefined;
  target.set(magnitude, target.length - magnitude.length);
  return isBelow(target, curve.order) ? start + 2 + length : undefined;
}

function isMinimalAndPositive(integer: Uint8Array): boolean {
  const first = integer[0] ?? 0;
  const second = integer[1] ?? 0;
  return first < 0x80 && (first !== 0 || second >= 0x80);
}

/** Strips leading zeros, then puts one back where the top bit would read as a sign. */
function minimalInteger(value: Uint8Array): Uint8Array {
  let start = 0;
  while (start < value.length - 1 && value[start] === 0) start += 1;
  const magnitude = value.subarray(start);
  if ((magnitude[0] ?? 0) < 0x80) return magnitude;
  const padded = new Uint8Array(1 + magnitude.length);
  padded.set(magnitude, 1);
  return padded;
}

/** Compares two big-endian numbers of one length. Signatures are public, so the time may tell. */
function isBelow(left: Uint8Array, right: Uint8Array): boolean {
  for (let index = 0; index < left.length; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** Replaces `value` by `minuend − value`, big-endian, both of one length, value below minuend. */
function subtractFrom(minuend: Uint8Array, value: Uint8Array): void {
  let borrow = 0;
  for (let index = value.length - 1; index >= 0; index -= 1) {
    const difference = (minuend[index] ?? 0) - (value[index] ?? 0) - borrow;
    borrow = difference < 0 ? 1 : 0;
    value[index] = difference + 256 * borrow;
  }
}
