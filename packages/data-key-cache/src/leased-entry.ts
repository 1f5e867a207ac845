import type { CacheEntry, EvictionCause } from './materials-cache.ts';

/** The right to use a value until released. */
export type Lease<Value> = {
  /** Valid until `release`. */
  readonly value: Value;
  /** Ends the lease; the value may be wiped at once. A second call does nothing. */
  release(): void;
  /** Takes the value out of the cache, if it is still in, so that nobody gets a new lease; this lease goes on. */
  retire(cause: EvictionCause): void;
};

/** The moments of an entry's life, in the milliseconds of its cache's clock. */
export type EntryTimes = {
  /** When the call that supplied the value began. The age counts from here, so that it is never understated. */
  readonly loadedAt: number;
  /** From when on a use renews the value in the background. */
  readonly refreshAt: number;
  /** The end of its age. */
  readonly freshUntil: number;
};

/** What an entry tells its maker. */
export type EntryOwner<Value> = {
  readonly dispose: (value: Value) => void;
  readonly onEvicted: (entry: LeasedEntry<Value>, cause: EvictionCause) => void;
  readonly retire: (entry: LeasedEntry<Value>, cause: EvictionCause) => void;
};

/**
 * A value with the count of its users: disposed of when it is out of the cache and the last lease has ended.
 *
 * Its maker takes a lease before putting it into a cache, so that a cache without room can't dispose of it before it was
 * handed out.
 */
export class LeasedEntry<Value> implements CacheEntry {
  readonly id: string;
  /** What the value is for; entries of another operation are never handed out. */
  readonly operation: string;
  /** Names the entry in events without telling anything about it. */
  readonly serial: number;
  readonly times: EntryTimes;
  readonly value: Value;
  /** Renewals that failed in a row, all of them transient. */
  failures = 0;
  /** No renewal before this moment. */
  nextAttemptAt = 0;
  readonly #owner: EntryOwner<Value>;
  #leases = 0;
  #cached = false;

  constructor(
    identity: { readonly id: string; readonly operation: string; readonly serial: number },
    value: Value,
    times: EntryTimes,
    owner: EntryOwner<Value>,
  ) {
    this.id = identity.id;
    this.operation = identity.operation;
    this.serial = identity.serial;
    this.value = value;
    this.times = times;
    this.#owner = owner;
  }

  /** Whether it can still be found in its cache. */
  get cached(): boolean {
    return this.#cached;
  }

  /** Called right before it is put into a cache. */
  enter(): void {
    this.#cached = true;
  }

  evicted(cause: EvictionCause): void {
    if (!this.#cached) return;
    this.#cached = false;
    this.#owner.onEvicted(this, cause);
    this.#disposeIfUnused();
  }

  /** Adds a user. */
  lease(): Lease<Value> {
    this.#leases += 1;
    let released = false;
    return {
      value: this.value,
      release: () => {
        if (released) return;
        released = true;
        this.#leases -= 1;
        this.#disposeIfUnused();
      },
      retire: (cause) => {
        if (this.#cached) this.#owner.retire(this, cause);
      },
    };
  }

  #disposeIfUnused(): void {
    if (this.#leases === 0 && !this.#cached) this.#owner.dispose(this.value);
  }
}
