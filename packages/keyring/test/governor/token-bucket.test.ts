import { expect, test } from 'vitest';
import { AdaptiveTokenBucket } from '../../src/governor/token-bucket.ts';

const LIMITS = { maxRate: 100, minRate: 5, burst: 10 };
const drain = (bucket: AdaptiveTokenBucket, now: number) => {
  let taken = 0;
  while (bucket.take(now)) taken += 1;
  return taken;
};

test('lets a burst through, then no more than the rate', () => {
  const bucket = new AdaptiveTokenBucket(LIMITS, 0);
  expect(drain(bucket, 0)).toBe(10);
  let taken = 0;
  for (let now = 1; now <= 10_000; now += 1) taken += drain(bucket, now);
  // One less by rounding.
  expect(taken).toBeLessThanOrEqual(1_000);
  expect(taken).toBeGreaterThanOrEqual(999);
});

test('saves up no more than the burst', () => {
  const bucket = new AdaptiveTokenBucket(LIMITS, 0);
  drain(bucket, 0);
  expect(drain(bucket, 3_600_000)).toBe(10);
});

test('tells how long until the next token', () => {
  const bucket = new AdaptiveTokenBucket(LIMITS, 0);
  expect(bucket.delayMs(0)).toBe(0);
  drain(bucket, 0);
  expect(bucket.delayMs(0)).toBe(10);
  expect(bucket.delayMs(4)).toBe(6);
  expect(bucket.take(10)).toBe(true);
});

test('halves its rate when throttled, and empties itself', () => {
  const bucket = new AdaptiveTokenBucket(LIMITS, 0);
  bucket.slowDown(0, 10);
  expect(bucket.rate(10)).toBe(50);
  expect(bucket.take(10)).toBe(false);
});

test('takes the throttled answers to one burst for one piece of news', () => {
  const bucket = new AdaptiveTokenBucket(LIMITS, 0);
  for (let answer = 0; answer < 100; answer += 1) bucket.slowDown(5, 10);
  expect(bucket.rate(10)).toBe(50);
  bucket.slowDown(11, 12);
  expect(bucket.rate(12)).toBeLessThan(26);
});

test('never falls below its lowest rate', () => {
  const bucket = new AdaptiveTokenBucket(LIMITS, 0);
  for (let now = 1; now < 100; now += 1) bucket.slowDown(now, now);
  expect(bucket.rate(99)).toBeGreaterThanOrEqual(5);
  expect(bucket.rate(99)).toBeLessThan(6);
});

test('grows by 5 % of the full rate in a second, up to the full rate', () => {
  const bucket = new AdaptiveTokenBucket(LIMITS, 0);
  bucket.slowDown(0, 0);
  expect(bucket.rate(1_000)).toBeCloseTo(55);
  expect(bucket.rate(10_000)).toBeCloseTo(100);
  expect(bucket.rate(100_000)).toBe(100);
});

test('is not confused by a clock that falls', () => {
  const bucket = new AdaptiveTokenBucket(LIMITS, 1_000);
  drain(bucket, 1_000);
  expect(bucket.take(500)).toBe(false);
  expect(drain(bucket, 1_100)).toBe(10);
});
