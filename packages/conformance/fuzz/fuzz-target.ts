import { test } from 'vitest';
import { SeededNumbers } from '../src/messages/mutate.ts';

/** Memory that a target may hold beyond what it began with: inputs are small, and so must be what they cost. */
const MAX_GROWTH = 128 * 1024 * 1024;

/** Seconds for each target. */
const seconds = Number(process.env['FUZZ_SECONDS'] ?? '60');
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

/**
 * Runs a target again and again until its time is up, if `FUZZ=1` asks for it.
 *
 * @param attempt - One run; throws when something is wrong. What it returns is printed with the error.
 * @throws Error with seed, run and the failing input: `FUZZ_SEED` repeats the run.
 */
export function fuzzTarget(name: string, attempt: (numbers: SeededNumbers) => Promise<void>): void {
  test.skipIf(process.env['FUZZ'] !== '1')(name, async () => {
    const end = Date.now() + 1000 * seconds;
    const before = residentBytes();
    let runs = 0;
    for (; Date.now() < end; runs++) {
      try {
        await attempt(new SeededNumbers(seed + runs));
      } catch (cause) {
        throw new Error(`${name}: repeat with FUZZ_SEED=${seed + runs}`, { cause });
      }
      if (runs % 1000 === 0 && residentBytes() - before > MAX_GROWTH)
        throw new Error(`${name}: memory grows, run ${runs}`);
    }
    process.stdout.write(`${name}: ${runs} runs from seed ${seed}\n`);
  });
}

function residentBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
