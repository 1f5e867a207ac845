import { watchOthers } from './machine.ts';

/** One way to do the same work. */
export type Contestant = {
  readonly name: string;
  /** Sets the stage for `run`, unmeasured. */
  prepare?(): Promise<void> | void;
  /** Does the work once. @returns How much: bytes, messages or reads. */
  run(): Promise<number> | number;
};

/** A value's spread over the rounds. */
export type Spread = { readonly min: number; readonly median: number; readonly max: number };

/** What a comparison of ours with others gave. */
export type Comparison = {
  readonly title: string;
  readonly unit: string;
  readonly rounds: number;
  /** Cores that other processes kept busy, on average over the rounds that count. */
  readonly otherLoad: number;
  /** Units per second. */
  readonly rates: Readonly<Record<string, Spread>>;
  /** Ours to each other one, each ratio taken within its round. */
  readonly ratios: Readonly<Record<string, Spread>>;
};

export type CompareOptions = {
  readonly title: string;
  /** What rates count, such as 'MB/s'; `scale` units of work make one. */
  readonly unit: string;
  readonly scale: number;
  readonly rounds?: number;
  /**
   * For how long, at least, each contestant repeats its work in a round. Buffers are freed by a garbage collection for every
   * 32 to 64 MiB of them: in a shorter time it is chance who pays for that.
   */
  readonly seconds?: number;
};

/** Rounds in which others kept more than this many cores busy are measured again. */
const MOST_OTHER_LOAD = 0.3;

/**
 * Runs the contestants in turns, each round in another order, so that a slow moment hits all of them. The first is ours.
 *
 * Half of the work's rounds may be repeated when other processes disturb them; then the least disturbed ones count.
 */
export async function compare(options: CompareOptions, contestants: readonly Contestant[]): Promise<Comparison> {
  const rounds = Math.max(7, options.rounds ?? 7);
  for (const contestant of contestants) await measure(contestant, 0);
  const measured: { rates: number[]; load: number }[] = [];
  const isQuiet = ({ load }: { load: number }): boolean => load <= MOST_OTHER_LOAD;
  while (measured.filter(isQuiet).length < rounds && measured.length < rounds + Math.ceil(rounds / 2)) {
    measured.push(await measureRound(contestants, options));
  }
  const counted = [...measured].sort((left, right) => left.load - right.load).slice(0, rounds);
  const column = (index: number): number[] => counted.map(({ rates }) => rates[index] ?? 0);
  const ours = column(0);
  const rates: Record<string, Spread> = {};
  const ratios: Record<string, Spread> = {};
  contestants.forEach(({ name }, index) => {
    rates[name] = spread(column(index));
    if (index > 0) ratios[name] = spread(column(index).map((rate, round) => (ours[round] ?? 0) / rate));
  });
  const otherLoad = counted.reduce((sum, { load }) => sum + load, 0) / counted.length;
  return { title: options.title, unit: options.unit, rounds, otherLoad, rates, ratios };
}

/** How long a round waits for other processes to rest: `WAXSEAL_BENCH_WAIT_MS`, nothing unless given. */
const MOST_WAIT_MS = Number(process.env['WAXSEAL_BENCH_WAIT_MS'] ?? 0);

async function waitForQuiet(): Promise<void> {
  const deadline = performance.now() + MOST_WAIT_MS;
  while (performance.now() < deadline) {
    const load = watchOthers();
    await new Promise((resolve) => setTimeout(resolve, 500));
    if (load() <= MOST_OTHER_LOAD) return;
  }
}

async function measureRound(
  contestants: readonly Contestant[],
  { scale, seconds = 0 }: CompareOptions,
): Promise<{ rates: number[]; load: number }> {
  await waitForQuiet();
  const rates = contestants.map(() => 0);
  const load = watchOthers();
  for (const index of shuffled(contestants.length)) {
    const contestant = contestants[index];
    if (contestant !== undefined) rates[index] = (await measure(contestant, seconds)) / scale;
  }
  return { rates, load: load() };
}

/** @returns Units of work per second. */
async function measure(contestant: Contestant, leastSeconds: number): Promise<number> {
  let work = 0;
  let milliseconds = 0;
  do {
    await contestant.prepare?.();
    const started = performance.now();
    work += await contestant.run();
    milliseconds += performance.now() - started;
  } while (milliseconds < leastSeconds * 1000);
  return work / (milliseconds / 1000);
}

/** @returns Least, middle and greatest of the values. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((left, right) => left - right);
  return {
    min: sorted[0] ?? Number.NaN,
    median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
  };
}

/** An order by chance: what one leaves to the garbage collector falls on a different one each time. */
function shuffled(length: number): number[] {
  const keys = Array.from({ length }, (_, index) => ({ index, key: Math.random() }));
  return keys.sort((left, right) => left.key - right.key).map(({ index }) => index);
}
