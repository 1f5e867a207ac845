import { describe, expect, test } from 'vitest';
import { RandomPool } from '../../src/crypto/random-pool.ts';

/** A pool filled with a running number per 4 bytes, so that reuse shows; the filled arrays are kept for inspection. */
function countingPool() {
  const targets: Uint8Array[] = [];
  let count = 0;
  const pool = new RandomPool((target) => {
    targets.push(target);
    for (let index = 0; index < target.length; index += 1) {
      target[index] = 1 + (count % 251);
      count += 1;
    }
  });
  return { pool, targets };
}

describe('RandomPool', () => {
  test('hands out every byte of the generator once, in order', () => {
    const { pool } = countingPool();
    const drawn = Array.from({ length: 4 * 512 }, () => [...pool.take(16)]).flat();
    drawn.forEach((byte, index) => {
      if (byte !== 1 + (index % 251)) throw new Error(`byte ${index} was not the generator's next`);
    });
  });

  test('wipes in the pool what was handed out', () => {
    const { pool, targets } = countingPool();
    pool.take(32);
    expect(targets[0]?.subarray(0, 32).every((byte) => byte === 0)).toBe(true);
    expect(targets[0]?.subarray(32).every((byte) => byte !== 0)).toBe(true);
  });

  test('discards a rest that is too short, instead of joining two fills', () => {
    const { pool, targets } = countingPool();
    for (let count = 0; count < 33; count += 1) pool.take(250);
    expect(targets).toHaveLength(2);
    expect(pool.take(12)).toHaveLength(12);
  });

  test('fetches long draws directly', () => {
    const { pool, targets } = countingPool();
    expect(pool.take(257)).toBe(targets[0]);
  });

  test.each([-1, -8192, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d and goes on unharmed', (length) => {
    const { pool } = countingPool();
    const first = pool.take(4);
    expect(() => pool.take(length)).toThrow(RangeError);
    expect([...first, ...pool.take(4)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('gives out nothing when the generator fails', () => {
    const pool = new RandomPool(() => {
      throw new Error('no entropy');
    });
    expect(() => pool.take(16)).toThrow('no entropy');
    expect(() => pool.take(16)).toThrow('no entropy');
  });
});
