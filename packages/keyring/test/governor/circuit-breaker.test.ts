import { expect, test } from 'vitest';
import { CircuitBreaker } from '../../src/governor/circuit-breaker.ts';

const make = () => new CircuitBreaker({ failures: 3, pauseMs: 100 });
const opened = () => {
  const breaker = make();
  for (let count = 0; count < 3; count += 1) breaker.failed(0);
  return breaker;
};

test('opens after failures in a row, not after failures with an answer between', () => {
  const breaker = make();
  for (const step of ['failed', 'failed', 'answered', 'failed', 'failed'] as const) breaker[step](0);
  expect(breaker.admit(0)).toBe('call');
  breaker.failed(0);
  expect(breaker.admit(0)).toBe('refused');
});

test('lets one probe through after the pause', () => {
  const breaker = opened();
  expect(breaker.admit(99)).toBe('refused');
  expect(breaker.admit(100)).toBe('probe');
  expect(breaker.admit(100)).toBe('refused');
});

test('closes when the probe is answered', () => {
  const breaker = opened();
  breaker.admit(100);
  breaker.answered();
  expect(breaker.state(100)).toBe('closed');
  expect(breaker.admit(100)).toBe('call');
});

test('doubles the pause with each failed probe, up to eight times', () => {
  const breaker = opened();
  let now = 0;
  for (const pause of [100, 200, 400, 800, 800]) {
    expect(breaker.admit(now + pause - 1)).toBe('refused');
    now += pause;
    expect(breaker.admit(now)).toBe('probe');
    breaker.failed(now);
  }
});

test('a probe that was given up makes room for another', () => {
  const breaker = opened();
  expect(breaker.admit(100)).toBe('probe');
  breaker.endProbe();
  expect(breaker.admit(100)).toBe('probe');
});

test('late failures of calls sent before it opened do not prolong the pause', () => {
  const breaker = opened();
  breaker.failed(50);
  expect(breaker.admit(100)).toBe('probe');
});
