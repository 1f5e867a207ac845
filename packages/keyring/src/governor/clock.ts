// Time as the governor sees it, so that tests turn the hands themselves.

/** The time, and a timer. */
export interface Clock {
  /** @returns Milliseconds since any fixed moment; never falls. */
  now(): number;
  /** Calls back once, not before `delayMs` have passed, unless cancelled. */
  startTimer(callback: () => void, delayMs: number): { cancel(): void };
}

/**
 * The system's monotonic clock.
 *
 * Its timers are not unref'd: the governor has one only while somebody waits for a call, who would otherwise be left
 * waiting by a process that ends.
 */
export const systemClock: Clock = {
  now: () => performance.now(),
  startTimer(callback, delayMs) {
    const timeout = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timeout) };
  },
};

/** @throws TypeError for what is no clock. */
export function requireClock(clock: Clock): Clock {
  const { now, startTimer } = (clock ?? {}) as Partial<Clock>;
  if (typeof now === 'function' && typeof startTimer === 'function') return clock;
  throw new TypeError('clock must be an object with now and startTimer');
}
