import { describe, expect, it } from 'vitest';
import { durationMs, FakeClock, systemClock } from '../../src/engine/clock.ts';

describe('durationMs', () => {
  it.each([
    [250, 250],
    ['250ms', 250],
    ['90s', 90_000],
    ['20m', 1_200_000],
    ['1.5h', 5_400_000],
    ['400d', 34_560_000_000],
  ] as const)('reads %j', (duration, ms) => expect(durationMs(duration)).toBe(ms));

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '1w', 'd', '', '1 d', '-1d'] as never[])(
    'refuses %j',
    (duration) => {
      expect(() => durationMs(duration)).toThrow(RangeError);
    },
  );
});

describe('FakeClock', () => {
  it('stands still until it is advanced', () => {
    const clock = new FakeClock('2026-06-01T00:00:00Z');
    expect(clock.now()).toBe(Date.UTC(2026, 5, 1));
    clock.advance('1d');
    expect(clock.now()).toBe(Date.UTC(2026, 5, 2));
  });

  it('runs timers in order, each at its own time, those that they set too', () => {
    const clock = new FakeClock(0);
    const seen: [string, number][] = [];
    clock.setTimer(() => seen.push(['late', clock.now()]), 2000);
    clock.setTimer(() => {
      seen.push(['early', clock.now()]);
      clock.setTimer(() => seen.push(['between', clock.now()]), 500);
    }, 1000);
    const cancel = clock.setTimer(() => seen.push(['cancelled', clock.now()]), 1500);
    cancel();
    clock.advance('3s');
    expect(seen).toEqual([
      ['early', 1000],
      ['between', 1500],
      ['late', 2000],
    ]);
    expect(clock.now()).toBe(3000);
  });

  it('refuses a start that is no date', () => expect(() => new FakeClock('soon')).toThrow(RangeError));
});

describe('systemClock', () => {
  it('is the time of day', () => expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000));

  it('runs a timer once, and cancels one', async () => {
    const runs: string[] = [];
    const cancel = systemClock.setTimer(() => runs.push('cancelled'), 1);
    cancel();
    await new Promise<void>((resolve) => {
      systemClock.setTimer(() => {
        runs.push('run');
        resolve();
      }, 5);
    });
    expect(runs).toEqual(['run']);
  });
});
