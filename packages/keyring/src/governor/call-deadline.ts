// One call's end: the caller's signal or the governor's deadline, whichever comes first.

import type { Clock } from './clock.ts';

/** Limits one call in time; `end` must be called when the call is over. */
export class CallDeadline {
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #timer: { cancel(): void };
  readonly #onAbort = () => this.#controller.abort(this.#caller?.reason);

  /**
   * @param caller - The caller's signal; its reason becomes the call's.
   * @param makeReason - Makes the reason for which the call is given up at the deadline.
   */
  constructor(caller: AbortSignal | undefined, deadlineMs: number, clock: Clock, makeReason: () => unknown) {
    this.#caller = caller;
    this.#timer = clock.startTimer(() => this.#controller.abort(makeReason()), deadlineMs);
    caller?.addEventListener('abort', this.#onAbort, { once: true });
    if (caller?.aborted) this.#onAbort();
  }

  /** Aborted at the end of the call's time. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether it was the caller who gave up. */
  get isCallersWish(): boolean {
    return this.#caller?.aborted === true && this.signal.reason === this.#caller.reason;
  }

  /** Settles with the promise, or rejects at the end of the time, for clients that do not heed a signal. */
  race<Value>(promise: Promise<Value>): Promise<Value> {
    const { signal } = this;
    return new Promise((resolve, reject) => {
      const giveUp = () => reject(signal.reason);
      if (signal.aborted) giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
    });
  }

  end(): void {
    this.#timer.cancel();
    this.#caller?.removeEventListener('abort', this.#onAbort);
  }
}
