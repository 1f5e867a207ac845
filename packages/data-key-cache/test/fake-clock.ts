import type { Clock, Timer } from '@waxseal/data-key-cache';

/** A clock that stands still until it is moved; timers ring in the order of their times. */
export class FakeClock implements Clock {
  #now = 0;
  readonly #timers = new Map<object, { readonly at: number; readonly callback: () => void }>();

  /** Timers that were started and neither rang nor were cancelled. */
  get timerCount(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  startTimer(callback: () => void, delayMs: number): Timer {
    const key = {};
    this.#timers.set(key, { at: this.#now + delayMs, callback });
    return { cancel: () => void this.#timers.delete(key) };
  }

  /** Moves on, and rings whatever falls due on the way, at its time. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (let due = this.#nextDue(end); due !== undefined; due = this.#nextDue(end)) {
      const [key, { at, callback }] = due;
      this.#timers.delete(key);
      this.#now = Math.max(this.#now, at);
      callback();
    }
    this.#now = end;
  }

  /** Moves the hands alone, as when timers are late. */
  advanceSilently(milliseconds: number): void {
    this.#now += milliseconds;
  }

  #nextDue(end: number) {
    let next: [object, { readonly at: number; readonly callback: () => void }] | undefined;
    for (const entry of this.#timers) {
      if (entry[1].at <= end && (next === undefined || entry[1].at < next[1].at)) next = entry;
    }
    return next;
  }
}

/** Lets everything that waits for settled promises run. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
