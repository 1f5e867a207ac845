// HMAC (RFC 2104) by two one-shot hashes. createHmac wants a key object, and on Node 24 making and collecting one for a key
// that is used once costs twice the HMAC itself; elsewhere the two ways are equally fast.

import { hash as hashOnce } from 'node:crypto';
import { totalLength } from '../bytes.ts';
import type { HashName } from './crypto-engine.ts';

const BLOCK_LENGTH: Readonly<Record<HashName, number>> = { sha256: 64, sha384: 128, sha512: 128 };
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;
const LONGEST_BLOCK = 128;
const LONGEST_DIGEST = 64;

/** Used again and again, and wiped each time; longer input gets an array of its own. */
const scratch = new Uint8Array(1024);

/** @returns The HMAC of the concatenation of `parts`, in a fresh array. */
export function hmacByHash(hash: HashName, key: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
  const blockLength = BLOCK_LENGTH[hash];
  const shortKey = key.length > blockLength ? digestOnce(hash, key) : key;
  const length = blockLength + totalLength(parts);
  const input = length <= scratch.length ? scratch : new Uint8Array(Math.max(length, LONGEST_BLOCK + LONGEST_DIGEST));
  let end = writePaddedKey(input, shortKey, blockLength, INNER_PAD);
  for (const part of parts) {
    input.set(part, end);
    end += part.length;
  }
  const inner = digestOnce(hash, input.subarray(0, end));
  writePaddedKey(input, shortKey, blockLength, OUTER_PAD);
  input.set(inner, blockLength);
  const outer = digestOnce(hash, input.subarray(0, blockLength + inner.length));
  input.fill(0, 0, Math.max(end, blockLength + inner.length));
  inner.fill(0);
  if (shortKey !== key) shortKey.fill(0);
  // Sheds the Buffer, whose `slice` would share memory where a Uint8Array's copies.
  return new Uint8Array(outer.buffer, outer.byteOffset, outer.length);
}

/** @returns The length of the block. */
function writePaddedKey(target: Uint8Array, key: Uint8Array, blockLength: number, pad: number): number {
  for (let index = 0; index < key.length; index++) target[index] = (key[index] ?? 0) ^ pad;
  target.fill(pad, key.length, blockLength);
  return blockLength;
}

function digestOnce(hash: HashName, bytes: Uint8Array): Buffer {
  return hashOnce(hash, bytes, 'buffer');
}
