// What both engines check before a frame: lengths that node:crypto and noble would take, or refuse in their own words.

import { IV_LENGTH } from '../limits.ts';

/** @throws RangeError when the key is none of AES-128, AES-192 and AES-256. */
export function checkKeyLength(length: number | undefined): asserts length is 16 | 24 | 32 {
  if (length !== 16 && length !== 24 && length !== 32) throw new RangeError('an AES key has 16, 24 or 32 bytes');
}

/** @throws RangeError when the IV has another length than 12 bytes: GCM would hash it into another one. */
export function checkIv(iv: Uint8Array): void {
  if (iv.length !== IV_LENGTH) throw new RangeError('an IV has 12 bytes');
}

/** @throws RangeError when `length` bytes from `offset` on are not within `target`. */
export function checkRoom(target: Uint8Array, offset: number, length: number): void {
  if (!(offset >= 0 && offset + length <= target.length)) throw new RangeError('the frame does not fit the target');
}
