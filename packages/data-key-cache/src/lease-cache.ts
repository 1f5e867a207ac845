// The mechanism under every cache of keys: one call per miss, leases, renewal ahead of time, limits on age.

import type { RequestPriority } from '@waxseal/core';
import { type AgeLimits, AgePolicy } from './age-policy.ts';
import { CacheJournal, type LeaseCacheStats, nextSerial, outcomeOf } from './cache-journal.ts';
import { type Clock, systemClock } from './clock.ts';
import { copyError } from './copy-error.ts';
import { EntryStore } from './entry-store.ts';
import { type Admit, Flight, type Landing } from './flight.ts';
import type { Lease, LeasedEntry } from './leased-entry.ts';
import { LocalMaterialsCache } from './local-materials-cache.ts';
import type { EvictionCause, MaterialsCache } from './materials-cache.ts';

/** What a call to the source is given. */
export type LoadOptions = {
  /** Aborted when the last caller that waited has left, or the cache is closed. */
  readonly signal: AbortSignal;
  /** That of the caller who started the call; `background` for a renewal. */
  readonly priority: RequestPriority;
};

/** One request for a value. */
export type AcquireOptions<Value> = {
  /**
   * Supplies the value when the cache can't; called at once or never for most callers. The value belongs to the cache,
   * which disposes of it.
   */
  readonly load: (options: LoadOptions) => Promise<Value>;
  /**
   * Takes what this caller needs from the value's budget, synchronously. Must admit the first caller of a fresh value.
   *
   * @returns The cause of eviction when the budget doesn't suffice: the value gets no new lease then.
   */
  readonly admit?: Admit<Value> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Default `foreground`. */
  readonly priority?: RequestPriority | undefined;
};

/** How a cache of leases works. */
export type LeaseCacheOptions<Value> = AgeLimits & {
  /** What the values are for, such as `encrypt`; entries of another operation in a shared store are never handed out. */
  readonly operation: string;
  /** Wipes a value: called once, when it is out of the cache and its last lease has ended. Must not throw. */
  readonly dispose: (value: Value) => void;
  /** Whether several callers may use one value; default: always. One that may not goes to one caller, uncached. */
  readonly isShareable?: ((value: Value) => boolean) | undefined;
  /** Where values are kept; default: a `LocalMaterialsCache` of 1,000 entries. */
  readonly cache?: MaterialsCache | undefined;
  readonly clock?: Clock | undefined;
  /** From 0 to less than 1, for the jitter of ages; default `Math.random`. */
  readonly random?: (() => number) | undefined;
};

/**
 * Keeps values that are costly to get and must be wiped, and hands them out as leases.
 *
 * - Callers that miss the same id at once share one call. Each has its own abort and its own error; the call is aborted
 *   when the last of them has left.
 * - A value is disposed of when it is out of the cache and nobody uses it any more, not before. It leaves the cache when
 *   its age ends, whether or not anybody asks for it.
 * - A value used in the last `refreshAheadMs` of its age is renewed in the background. When that fails for a passing
 *   reason (category `transient`), it serves until its age ends, and `staleIfErrorMs` beyond; any other failure evicts it
 *   at once.
 *
 * Failures are not cached. Two caches that share a store share values, not calls under way.
 */
export class LeaseCache<Value> {
  readonly #clock: Clock;
  readonly #age: AgePolicy;
  readonly #dispose: (value: Value) => void;
  readonly #isShareable: (value: Value) => boolean;
  readonly #store: EntryStore<Value>;
  readonly #journal: CacheJournal;
  /** The calls that a miss may join. */
  readonly #flights = new Map<string, Flight<Value>>();
  /** All calls under way, those included whose answer will not be kept. */
  readonly #airborne = new Set<Flight<Value>>();
  #closed = false;

  /** @throws RangeError when a limit is out of range. */
  constructor(options: LeaseCacheOptions<Value>) {
    this.#journal = new CacheJournal(options.operation);
    this.#clock = options.clock ?? systemClock;
    this.#age = new AgePolicy(options, options.random ?? Math.random);
    this.#dispose = options.dispose;
    this.#isShareable = options.isShareable ?? (() => true);
    this.#store = new EntryStore({
      operation: options.operation,
      cache: options.cache ?? new LocalMaterialsCache(),
      clock: this.#clock,
      age: this.#age,
      journal: this.#journal,
      dispose: options.dispose,
    });
  }

  /**
   * Leases the value of an id: from the cache, from a call under way, or by a call of its own.
   *
   * @throws What `load` failed with, an object of its own for each caller; the signal's reason when that is aborted;
   *   TypeError once the cache is closed.
   */
  async acquire(id: string, options: AcquireOptions<Value>): Promise<Lease<Value>> {
    for (let isFirst = true; ; isFirst = false) {
      options.signal?.throwIfAborted();
      if (this.#closed) throw closedError();
      const cached = this.#leaseCached(id, options, isFirst);
      if (cached !== undefined) return cached;
      const landing = await this.#join(id, options, isFirst);
      if (landing === 'lookAgain') continue;
      const lease = landing === 'loadAlone' ? await this.#loadAlone(id, options) : landing;
      if (options.signal?.aborted !== true) return lease;
      lease.release();
    }
  }

  /** Takes a value out, and lets no call under way put one in: what it brings serves its waiters alone. */
  evict(id: string, cause: EvictionCause = 'cleared'): void {
    this.#flights.delete(id);
    const entry = this.#store.find(id);
    if (entry !== undefined) this.#store.remove(entry, cause);
  }

  /** Takes out all values that this cache put in, as `evict` does. */
  clear(): void {
    this.#flights.clear();
    this.#store.removeAll('cleared');
  }

  /** The values that this cache put in and that are still there; valid until the next turn of the event loop. */
  *values(): Iterable<Value> {
    for (const entry of this.#store.values()) yield entry.value;
  }

  /** Counts a request that its owner passes to the source without asking this cache. @throws TypeError when closed. */
  countBypass(): void {
    if (this.#closed) throw closedError();
    this.#journal.bypass();
  }

  stats(): LeaseCacheStats {
    return this.#journal.stats();
  }

  /**
   * Takes all values out and aborts the calls under way; their waiters fail. Values still leased are wiped when their
   * last lease ends. A second call does nothing.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const flight of [...this.#airborne]) {
      for (const waiter of flight.drain()) waiter.reject(closedError());
      flight.abandon(closedError());
    }
    this.#store.removeAll('closed');
  }

  #leaseCached(id: string, options: AcquireOptions<Value>, isFirst: boolean): Lease<Value> | undefined {
    const entry = this.#store.find(id);
    if (entry === undefined) return undefined;
    const now = this.#clock.now();
    const overAgeMs = now - this.#age.freshUntil(entry.times);
    if (!this.#isUsable(entry, overAgeMs)) return undefined;
    const lease = this.#store.leaseUnless(entry, options.admit?.(entry.value));
    if (lease === undefined) return undefined;
    if (isFirst) this.#journal.hit(entry.serial);
    if (overAgeMs >= 0) this.#journal.stale(entry.serial, overAgeMs);
    const isRefreshDue = now >= entry.times.refreshAt && now >= entry.nextAttemptAt;
    if (isRefreshDue && !this.#flights.has(id)) this.#refresh(id, options);
    return lease;
  }

  /** Beyond its age, an entry serves only after a renewal failed for a passing reason; any other failure evicted it. */
  #isUsable(entry: LeasedEntry<Value>, overAgeMs: number): boolean {
    return overAgeMs < 0 || (entry.failures > 0 && overAgeMs < this.#age.staleIfErrorMs);
  }

  #join(id: string, options: AcquireOptions<Value>, isFirst: boolean): Promise<Landing<Value>> {
    const underWay = this.#flights.get(id);
    const flight = underWay ?? this.#start(id, options, false);
    if (isFirst) this.#journal.miss(flight.serial, underWay !== undefined);
    return flight.wait(options.admit ?? (() => undefined), options.signal);
  }

  #refresh(id: string, options: AcquireOptions<Value>): void {
    this.#journal.refresh(this.#start(id, options, true).serial);
  }

  #start(id: string, options: AcquireOptions<Value>, isRefresh: boolean): Flight<Value> {
    const flight = new Flight<Value>(nextSerial(), isRefresh, () => this.#forget(id, flight));
    this.#flights.set(id, flight);
    this.#airborne.add(flight);
    void this.#fly(id, flight, options);
    return flight;
  }

  #forget(id: string, flight: Flight<Value>): void {
    if (this.#flights.get(id) === flight) this.#flights.delete(id);
    this.#airborne.delete(flight);
  }

  /** Never rejects: whatever happens goes to the waiters. */
  async #fly(id: string, flight: Flight<Value>, options: AcquireOptions<Value>): Promise<void> {
    const priority = flight.isRefresh ? 'background' : (options.priority ?? 'foreground');
    const loadedAt = this.#clock.now();
    let value: Value;
    try {
      value = await options.load({ signal: flight.signal, priority });
    } catch (error) {
      this.#noteLoad(flight, loadedAt, flight.signal.aborted ? 'aborted' : outcomeOf(error));
      if (!flight.signal.aborted) this.#fail(id, flight, error);
      return;
    }
    this.#noteLoad(flight, loadedAt, 'success');
    if (flight.signal.aborted) this.#dispose(value);
    else this.#land(id, flight, value, loadedAt);
  }

  #land(id: string, flight: Flight<Value>, value: Value, loadedAt: number): void {
    const entry = this.#store.create(id, flight.serial, value, loadedAt);
    const isWanted = this.#flights.get(id) === flight;
    const isShareable = this.#isShareable(value);
    const makersLease = entry.lease();
    this.#forget(id, flight);
    try {
      const isFresh = this.#clock.now() < this.#age.freshUntil(entry.times);
      if (isWanted && isShareable && isFresh) this.#store.put(entry);
      this.#distribute(entry, flight, isShareable);
    } catch (error) {
      for (const waiter of flight.drain()) waiter.reject(error);
    } finally {
      makersLease.release();
    }
  }

  #distribute(entry: LeasedEntry<Value>, flight: Flight<Value>, isShareable: boolean): void {
    const [first, ...others] = flight.drain();
    if (first === undefined) return;
    const lease = this.#store.leaseUnless(entry, first.admit(entry.value));
    if (lease === undefined) first.reject(new RangeError('the budget of a fresh value does not suffice'));
    else first.resolve(lease);
    for (const waiter of others) {
      if (!isShareable) waiter.resolve('loadAlone');
      else waiter.resolve(this.#store.leaseUnless(entry, waiter.admit(entry.value)) ?? 'lookAgain');
    }
  }

  /**
   * A passing failure leaves the entry, and sends the waiters back to it where it still serves. Those who joined a
   * renewal make a call of their own, since that of a renewal has the lowest priority.
   */
  #fail(id: string, flight: Flight<Value>, error: unknown): void {
    this.#forget(id, flight);
    const entry = this.#store.find(id);
    const outcome = outcomeOf(error);
    if (outcome === 'transient') {
      if (entry !== undefined) this.#postpone(entry);
      if (flight.isRefresh || (entry !== undefined && this.#isUsable(entry, this.#overAgeMs(entry)))) {
        for (const waiter of flight.drain()) waiter.resolve('lookAgain');
      }
    } else if (entry !== undefined) {
      this.#store.remove(entry, outcome === 'denied' ? 'denied' : 'failed');
    }
    const [first, ...others] = flight.drain();
    for (const waiter of others) waiter.reject(copyError(error));
    first?.reject(error);
  }

  #overAgeMs(entry: LeasedEntry<Value>): number {
    return this.#clock.now() - this.#age.freshUntil(entry.times);
  }

  #postpone(entry: LeasedEntry<Value>): void {
    entry.failures += 1;
    entry.nextAttemptAt = this.#clock.now() + this.#age.retryDelayMs(entry.failures);
  }

  async #loadAlone(id: string, options: AcquireOptions<Value>): Promise<Lease<Value>> {
    const flight = new Flight<Value>(nextSerial(), false, () => {});
    const loadedAt = this.#clock.now();
    const signal = options.signal ?? flight.signal;
    try {
      const value = await options.load({ signal, priority: options.priority ?? 'foreground' });
      this.#noteLoad(flight, loadedAt, 'success');
      return this.#store.create(id, flight.serial, value, loadedAt).lease();
    } catch (error) {
      this.#noteLoad(flight, loadedAt, signal.aborted ? 'aborted' : outcomeOf(error));
      throw error;
    }
  }

  #noteLoad(flight: Flight<Value>, startedAt: number, outcome: ReturnType<typeof outcomeOf>): void {
    this.#journal.load(flight, outcome, this.#clock.now() - startedAt);
  }
}

function closedError(): TypeError {
  return new TypeError('the cache is closed');
}
