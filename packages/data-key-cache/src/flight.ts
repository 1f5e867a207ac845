import type { RequestPriority } from '@waxseal/core';
import type { Lease } from './leased-entry.ts';
import type { EvictionCause } from './materials-cache.ts';
import { onAbort } from './on-abort.ts';

/** What a waiter gets: a lease, or the advice to look again or to make a call of its own. */
export type Landing<Value> = Lease<Value> | 'lookAgain' | 'loadAlone';

/** Takes what one user needs from a value's budget. @returns Why it can't be had; `undefined` when it was taken. */
export type Admit<Value> = (value: Value) => EvictionCause | undefined;

/** What a flight must know of a caller. */
type WaiterOptions<Value> = {
  readonly admit?: Admit<Value> | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly priority?: RequestPriority | undefined;
};

/** One caller that waits for a flight. */
export type Waiter<Value> = {
  readonly admit: Admit<Value>;
  readonly priority: RequestPriority;
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
  /** A renewal that nobody need wait for. */
  readonly isRefresh: boolean;
  /** With which priority the call was made. */
  readonly priority: RequestPriority;
  readonly #controller = new AbortController();
  readonly #waiters = new Set<Waiter<Value>>();
  readonly #onAbandoned: () => void;

  constructor(call: Pick<Flight<Value>, 'serial' | 'isRefresh' | 'priority'>, onAbandoned: () => void) {
    this.serial = call.serial;
    this.isRefresh = call.isRefresh;
    this.priority = call.priority;
    this.#onAbandoned = onAbandoned;
  }

  /** Aborted when nobody wants the answer any more. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Waits for the call to land; rejects with the signal's reason as soon as that is aborted. */
  wait(options: WaiterOptions<Value>): Promise<Landing<Value>> {
    const { admit = () => undefined, priority = 'foreground', signal } = options;
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiters.delete(waiter);
        reject(signal?.reason);
        if (this.#waiters.size === 0 && !this.isRefresh) this.abandon(signal?.reason);
      };
      const stopListening = signal === undefined ? () => {} : onAbort(signal, leave);
      const waiter: Waiter<Value> = { admit, priority, resolve, reject, stopListening };
      this.#waiters.add(waiter);
    });
  }

  /** Aborts the call; its answer will be thrown away. */
  abandon(reason: unknown): void {
    if (this.signal.aborted) return;
    this.#controller.abort(reason);
    this.#onAbandoned();
  }

  /** Takes waiters off, in the order of their coming; from now on they are the caller's to settle. */
  drain(choose: (priority: RequestPriority) => boolean = () => true): readonly Waiter<Value>[] {
    const waiters = [...this.#waiters].filter(({ priority }) => choose(priority));
    for (const waiter of waiters) {
      this.#waiters.delete(waiter);
      waiter.stopListening();
    }
    return waiters;
  }
}
