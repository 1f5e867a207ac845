// HKDF (RFC 5869) over the engine's HMAC. Extract and expand stand apart, because suites with commitment expand the
// same pseudorandom key twice; both in one call, twice, would cost two extracts.

import type { CryptoEngine, HashName } from './crypto-engine.ts';

const HASH_LENGTH: Readonly<Record<HashName, number>> = { sha256: 32, sha384: 48, sha512: 64 };

/**
 * RFC 5869 §2.2.
 *
 * @param salt - Empty stands for as many zeros as the hash is long.
 * @returns The pseudorandom key, as long as the hash; the caller wipes it.
 */
export function hkdfExtract(
  engine: CryptoEngine,
  hash: HashName,
  salt: Uint8Array,
  keyMaterial: Uint8Array,
): Uint8Array {
  const key = salt.length === 0 ? new Uint8Array(HASH_LENGTH[hash]) : salt;
  return engine.hmac(hash, key, [keyMaterial]);
}

/**
 * RFC 5869 §2.3.
 *
 * @param info - The info string in parts.
 * @param length - At most 255 hash lengths.
 * @returns `length` bytes; the caller owns and wipes them.
 * @throws RangeError when `length` is out of bounds.
 */
export function hkdfExpand(
  engine: CryptoEngine,
  hash: HashName,
  pseudorandomKey: Uint8Array,
  info: readonly Uint8Array[],
  length: number,
): Uint8Array {
  const blocks = Math.ceil(length / HASH_LENGTH[hash]);
  if (!(length > 0 && blocks <= 255)) throw new RangeError('HKDF gives 1 to 255 hash lengths');
  const output = new Uint8Array(length);
  let previous: Uint8Array = new Uint8Array(0);
  for (let counter = 1; counter <= blocks; counter += 1) {
    const block = engine.hmac(hash, pseudorandomKey, [previous, ...info, Uint8Array.of(counter)]);
    const offset = (counter - 1) * HASH_LENGTH[hash];
    output.set(block.subarray(0, length - offset), offset);
    previous.fill(0);
    previous = block;
  }
  previous.fill(0);
  return output;
}
