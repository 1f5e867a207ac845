// Time as the engine sees it: the system's clock, or one that tests move by hand.

/** A span of time: milliseconds, or a number with a unit (`'90s'`, `'20m'`, `'36h'`, `'400d'`). */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

/** Where the engine reads the time. Only ever the wall clock or a fake one; HTTP `Date` headers stay real. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /**
   * Runs `callback` once, `delayMs` milliseconds from now; never keeps the process alive.
   *
   * @returns A function that cancels the timer.
   */
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** One day in milliseconds. */
export const DAY_MS = 86_400_000;

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: DAY_MS } as const;

/**
 * Reads a span of time.
 *
 * @returns Milliseconds.
 * @throws RangeError unless it is a finite number that is not negative, with or without one of the units ms, s, m, h, d.
 */
export function durationMs(duration: Duration): number {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(String(duration));
  if (parts === null) throw new RangeError(`not a duration: ${String(duration)} (milliseconds, or such as '400d')`);
  return Number(parts[1]) * UNIT_MS[(parts[2] ?? 'ms') as keyof typeof UNIT_MS];
}

/** The wall clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(callback, delayMs) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

type Timer = { readonly dueAt: number; readonly order: number; readonly callback: () => void };

/** A clock that stands still until it is advanced: rotation, deletion and expiry in a test of milliseconds. */
export class FakeClock implements Clock {
  #now: number;
  #order = 0;
  readonly #timers = new Set<Timer>();

  /** @param start - The first reading; 2026-01-01T00:00:00Z unless given. */
  constructor(start: number | string | Date = '2026-01-01T00:00:00Z') {
    this.#now = new Date(start).getTime();
    if (Number.isNaN(this.#now)) throw new RangeError('not a date');
  }

  now(): number {
    return this.#now;
  }

  setTimer(callback: () => void, delayMs: number): () => void {
    const timer = { dueAt: this.#now + delayMs, order: this.#order++, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** The same as `setTimer`, in the form that the clocks of waxseal's caches have: one clock serves both. */
  startTimer(callback: () => void, delayMs: number): { cancel(): void } {
    const cancel = this.setTimer(callback, delayMs);
    return { cancel };
  }

  /**
   * Moves the clock forward, running each timer that falls due, in order, at its own time.
   *
   * @param duration - How far; never backwards.
   * @throws RangeError when it is not a duration.
   */
  advance(duration: Duration): void {
    const end = this.#now + durationMs(duration);
    for (let timer = this.#firstUntil(end); timer !== undefined; timer = this.#firstUntil(end)) {
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, timer.dueAt);
      timer.callback();
    }
    this.#now = end;
  }

  #firstUntil(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueAt > end) continue;
      if (first === undefined || timer.dueAt < first.dueAt) first = timer;
    }
    return first;
  }
}
