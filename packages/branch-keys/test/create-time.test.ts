import { expect, it } from 'vitest';
import { formatCreateTime, preciseNow } from '../src/create-time.ts';

it('writes microseconds, padded', () => {
  const start = Date.UTC(2025, 0, 2, 3, 4, 5);
  expect(formatCreateTime(start)).toBe('2025-01-02T03:04:05.000000Z');
  expect(formatCreateTime(start + 6.0078)).toBe('2025-01-02T03:04:05.006007Z');
  expect(formatCreateTime(start + 999.5)).toBe('2025-01-02T03:04:05.999500Z');
});

it('tells the time of the wall clock', () => {
  expect(Math.abs(preciseNow() - Date.now())).toBeLessThan(1000);
});

it('has a resolution below a millisecond', () => {
  const times = new Set(Array.from({ length: 1000 }, () => formatCreateTime(preciseNow()).slice(-4, -1)));
  expect(times.size).toBeGreaterThan(1);
});
