import { describe, expect, test } from 'vitest';
import { engine } from '../../src/crypto/index.ts';
import { toHex } from './bytes.ts';

describe('randomBytes', () => {
  test.each([0, 1, 12, 16, 32, 256, 257, 8192, 65_536, 65_537, 200_000])('draws %i bytes', (length) => {
    expect(engine.randomBytes(length)).toHaveLength(length);
  });

  test('never repeats a draw across refills of the pool', () => {
    const draws = Array.from({ length: 3000 }, () => toHex(engine.randomBytes(16)));
    expect(new Set(draws).size).toBe(draws.length);
  });

  test('fills all of a long draw', () => {
    const bytes = engine.randomBytes(200_000);
    for (let start = 0; start < bytes.length; start += 1000) {
      expect(bytes.subarray(start, start + 1000).some((byte) => byte !== 0)).toBe(true);
    }
  });

  test('gives memory of its own, so that wiping one draw leaves the others', () => {
    const [first, second] = [engine.randomBytes(32), engine.randomBytes(32)];
    const before = toHex(second);
    expect(first.buffer.byteLength).toBe(32);
    first.fill(0);
    expect(toHex(second)).toBe(before);
  });
});

describe('timingSafeEqual', () => {
  const bytes = Uint8Array.of(1, 2, 3, 4);

  test('is true for equal bytes, empty ones included', () => {
    expect(engine.timingSafeEqual(bytes, Uint8Array.from(bytes))).toBe(true);
    expect(engine.timingSafeEqual(new Uint8Array(0), new Uint8Array(0))).toBe(true);
  });

  test('is false when any one bit differs', () => {
    for (let bit = 0; bit < 8 * bytes.length; bit += 1) {
      const other = Uint8Array.from(bytes);
      other[bit >> 3]! ^= 1 << (bit & 7);
      expect(engine.timingSafeEqual(bytes, other)).toBe(false);
    }
  });

  test('is false, not an error, for other lengths', () => {
    expect(engine.timingSafeEqual(bytes, bytes.subarray(1))).toBe(false);
    expect(engine.timingSafeEqual(bytes, Uint8Array.of(1, 2, 3, 4, 0))).toBe(false);
  });
});
