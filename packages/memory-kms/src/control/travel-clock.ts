import { type Clock, type Duration, durationMs } from '../engine/clock.ts';

type Timer = { readonly dueAt: number; readonly callback: () => void; handle: NodeJS.Timeout };

/** The wall clock, ahead by as much as it was moved: time goes on by itself, and can be advanced by days. */
export class TravelClock implements Clock {
  #aheadMs = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return Date.now() + this.#aheadMs;
  }

  setTimer(callback: () => void, delayMs: number): () => void {
    const timer: Timer = {
      dueAt: this.now() + delayMs,
      callback,
      handle: setTimeout(() => this.#fire(timer), delayMs),
    };
    timer.handle.unref();
    this.#timers.add(timer);
    return () => this.#drop(timer);
  }

  /**
   * Moves the clock forward and runs the timers that fall due, in order.
   *
   * @throws RangeError when it is not a duration.
   */
  advance(duration: Duration): void {
    this.#aheadMs += durationMs(duration);
    const due = [...this.#timers].filter((timer) => timer.dueAt <= this.now()).sort((a, b) => a.dueAt - b.dueAt);
    for (const timer of due) this.#fire(timer);
  }

  #fire(timer: Timer): void {
    if (this.#drop(timer)) timer.callback();
  }

  #drop(timer: Timer): boolean {
    clearTimeout(timer.handle);
    return this.#timers.delete(timer);
  }
}
