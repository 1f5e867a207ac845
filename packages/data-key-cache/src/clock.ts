// Time as the caches see it, so that tests turn the hands themselves.

/** A timer that was started and may be stopped. */
export type Timer = {
  /** Stops the timer; a second call, or one after it rang, does nothing. */
  cancel(): void;
};

/** The time, and a timer that never keeps a process alive. */
export interface Clock {
  /** @returns Milliseconds since any fixed moment; never falls. */
  now(): number;
  /**
   * Calls back once, not before `delayMs` have passed.
   *
   * @param delayMs - Not negative. A clock may ring earlier than asked (Node's timers do, past 2^31 − 1 ms), so the
   *   receiver compares with `now` and starts another timer where that happens.
   */
  startTimer(callback: () => void, delayMs: number): Timer;
}

/** The longest delay of Node's timers. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** How far wall clock and monotonic clock may differ before we believe that the machine slept. */
const SLEEP_TOLERANCE_MS = 1_000;

/**
 * The system's monotonic clock, moved on by the time that the machine slept.
 *
 * A monotonic clock stands still while a machine or its snapshot is suspended, which would let a key outlive its age;
 * the wall clock tells of it. Where the wall clock jumps ahead for another reason, keys expire early, which is safe; a
 * jump back is ignored.
 */
class SystemClock implements Clock {
  #slept = 0;
  #wallMinusMonotonic: number = Date.now() - performance.now();

  now(): number {
    const monotonic = performance.now();
    const ahead = Date.now() - monotonic - this.#wallMinusMonotonic;
    if (ahead > SLEEP_TOLERANCE_MS || ahead < -SLEEP_TOLERANCE_MS) {
      this.#slept += Math.max(0, ahead);
      this.#wallMinusMonotonic += ahead;
    }
    return monotonic + this.#slept;
  }

  startTimer(callback: () => void, delayMs: number): Timer {
    const timeout = setTimeout(callback, Math.min(delayMs, MAX_DELAY_MS));
    timeout.unref();
    return { cancel: () => clearTimeout(timeout) };
  }
}

/** The clock of the running system; its timers are unref'd. */
export const systemClock: Clock = new SystemClock();
