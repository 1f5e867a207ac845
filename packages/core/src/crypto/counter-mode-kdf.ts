import { engine } from '#engine';
import type { HashName } from './crypto-engine.ts';

/** Inputs of `deriveKeyInCounterMode`. */
export type CounterModeOptions = {
  /** The hash of the HMAC. */
  readonly hash: HashName;
  /** The key to derive from: any length above 0; not kept, not wiped. */
  readonly key: Uint8Array;
  readonly label: Uint8Array;
  readonly context: Uint8Array;
  /** Bytes wanted: 1 to 2²⁹ − 1, since the length in bits is written as 32 bits. */
  readonly length: number;
};

const MAX_LENGTH = 0x1fff_ffff;

/**
 * Derives a key by HMAC in counter mode: K(i) = HMAC(key, i ‖ label ‖ 00 ‖ context ‖ length in bits), i from 1; the
 * counter stands first and it and the length take 32 bits, big-endian.
 *
 * @returns `length` bytes; the caller owns and wipes them.
 * @throws RangeError when `length` is out of bounds or the key is empty.
 * @see NIST SP 800-108r1 §4.1
 */
export function deriveKeyInCounterMode({ hash, key, label, context, length }: CounterModeOptions): Uint8Array {
  if (!(Number.isInteger(length) && length > 0 && length <= MAX_LENGTH)) {
    throw new RangeError('length must be an integer from 1 to 2^29 - 1');
  }
  if (key.length === 0) throw new RangeError('the key must not be empty');
  const fixedInput = [label, Uint8Array.of(0), context, bigEndian32(length * 8)];
  const output = new Uint8Array(length);
  for (let offset = 0, counter = 1; offset < length; counter += 1) {
    const block = engine.hmac(hash, key, [bigEndian32(counter), ...fixedInput]);
    output.set(block.subarray(0, length - offset), offset);
    offset += block.length;
    block.fill(0);
  }
  return output;
}

function bigEndian32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}
