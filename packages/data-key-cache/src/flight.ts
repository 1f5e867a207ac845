import type { Lease } from './leased-entry.ts';
import type { EvictionCause } from './materials-cache.ts';

/** What a waiter gets: a lease, or the advice to look again or to make a call of its own. */
export type Landing<Value> = Lease<Value> | 'lookAgain' | 'loadAlone';

/** Takes what one user needs from a value's budget. @returns Why it can't be had; `undefined` when it was taken. */
export type Admit<Value> = (value: Value) => EvictionCause | undefined;

/** One caller that waits for a flight. */
export type Waiter<Value> = {
  readonly admit: Admit<Value>;
  readonly resolve: (landing: Landing<Value>) => void;
  readonly reject: (reason: unknown) => void;
  readonly stopListening: () => void;
};

/**
 * One call that any number of callers wait for.
 *
 * A waiter that aborts leaves alone; when the last one leaves, the call itself is aborted, unless it is a renewal, which
 * goes on without anybody waiting.
 */
export class Flight<Value> {
  /** Names the call, and the entry it makes, in events. */
  readonly serial: number;
  /** A renewal in the background. */
  readonly isRefresh: boolean;
  readonly #controller = new AbortController();
  readonly #waiters = new Set<Waiter<Value>>();
  readonly #onAbandoned: () => void;

  constructor(serial: number, isRefresh: boolean, onAbandoned: () => void) {
    this.serial = serial;
    this.isRefresh = isRefresh;
    this.#onAbandoned = onAbandoned;
  }

  /** Aborted when nobody wants the answer any more. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Waits for the call to land; rejects with the signal's reason as soon as that is aborted. */
  wait(admit: Admit<Value>, signal: AbortSignal | undefined): Promise<Landing<Value>> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiters.delete(waiter);
        reject(signal?.reason);
        if (this.#waiters.size === 0 && !this.isRefresh) this.abandon(signal?.reason);
      };
      const stopListening = () => signal?.removeEventListener('abort', onAbort);
      const waiter: Waiter<Value> = { admit, resolve, reject, stopListening };
      this.#waiters.add(waiter);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Aborts the call; its answer will be thrown away. */
  abandon(reason: unknown): void {
    if (this.signal.aborted) return;
    this.#controller.abort(reason);
    this.#onAbandoned();
  }

  /** Takes all waiters off, in the order of their coming; from now on they are the caller's to settle. */
  drain(): readonly Waiter<Value>[] {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const waiter of waiters) waiter.stopListening();
    return waiters;
  }
}
