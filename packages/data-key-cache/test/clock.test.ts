import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@waxseal/data-key-cache';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

describe('systemClock', () => {
  let wall = 1_000_000;
  let monotonic = 0;
  beforeEach(() => {
    wall = Date.now();
    monotonic = performance.now();
    vi.spyOn(Date, 'now').mockImplementation(() => wall);
    vi.spyOn(performance, 'now').mockImplementation(() => monotonic);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  function elapsedWhile(move: () => void): number {
    const before = systemClock.now();
    move();
    return systemClock.now() - before;
  }

  it('follows the monotonic clock', () => {
    expect(
      elapsedWhile(() => {
        monotonic += 250;
        wall += 250;
      }),
    ).toBeCloseTo(250);
  });

  it('counts the time that the machine slept, which only the wall clock knows', () => {
    expect(
      elapsedWhile(() => {
        monotonic += 5;
        wall += 3_600_005;
      }),
    ).toBeCloseTo(3_600_005, -1);
    expect(
      elapsedWhile(() => {
        monotonic += 5;
        wall += 5;
      }),
    ).toBeCloseTo(5);
  });

  it('does not go back, or stand still, when the wall clock is put back', () => {
    expect(
      elapsedWhile(() => {
        monotonic += 40;
        wall -= 3_600_000;
      }),
    ).toBeCloseTo(40);
    expect(
      elapsedWhile(() => {
        monotonic += 60;
        wall += 60;
      }),
    ).toBeCloseTo(60);
  });

  it('ignores small differences between the clocks', () => {
    expect(
      elapsedWhile(() => {
        for (let second = 0; second < 10; second += 1) {
          wall += 50;
          systemClock.now();
        }
      }),
    ).toBe(0);
  });
});

describe('the timers of systemClock', () => {
  it('ring, and can be stopped', async () => {
    const rings: string[] = [];
    const stopped = systemClock.startTimer(() => rings.push('stopped'), 5);
    stopped.cancel();
    stopped.cancel();
    systemClock.startTimer(() => rings.push('ring'), 5);
    await vi.waitFor(() => expect(rings).toEqual(['ring']));
  });

  it('do not keep a process alive, also when asked for longer than Node can', () => {
    const clock = fileURLToPath(new URL('../src/clock.ts', import.meta.url));
    const script = `import { systemClock } from ${JSON.stringify(clock)};
      systemClock.startTimer(() => console.log('rang'), 60_000);
      systemClock.startTimer(() => console.log('rang'), 2 ** 40);`;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', script],
      { timeout: 20_000, encoding: 'utf8' },
    );
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});
