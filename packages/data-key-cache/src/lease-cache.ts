// The mechanism under every cache of keys: one call per miss, leases, renewal ahead of time, limits on age.

import { makeInspectable } from '@waxseal/core/crypto';
import { AgePolicy } from './age-policy.ts';
import { CacheJournal, type LeaseCacheStats, nextSerial, outcomeOf } from './cache-journal.ts';
import { type Clock, systemClock } from './clock.ts';
import { copyError } from './copy-error.ts';
import { EntryStore } from './entry-store.ts';
import { Flight, type Landing } from './flight.ts';
import { type AcquireOptions, checkLeaseCacheOptions, type LeaseCacheOptions } from './lease-cache-options.ts';
import type { Lease, LeasedEntry } from './leased-entry.ts';
import { LocalMaterialsCache } from './local-materials-cache.ts';
import type { EvictionCause } from './materials-cache.ts';

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

  /** @throws TypeError for an unknown or unfit option. RangeError when a limit is out of range. */
  constructor(options: LeaseCacheOptions<Value>) {
    checkLeaseCacheOptions(options);
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
    const { operation, maxAgeMs } = options;
    makeInspectable(this, () => ({ operation, maxAgeMs, entries: this.stats().entries }));
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

  /**
   * Counts a request that is never cached, and the call that answers it.
   *
   * @param load - Called at once; what it gives is the caller's own.
   * @throws What `load` failed with; TypeError once the cache is closed.
   */
  async bypass<Answer>(load: () => Promise<Answer>, signal: AbortSignal | undefined): Promise<Answer> {
    if (this.#closed) throw closedError();
    const call = { serial: nextSerial(), isRefresh: false };
    this.#journal.bypass(call.serial);
    return this.#watch(call, signal, load);
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
    return flight.wait(options);
  }

  #refresh(id: string, options: AcquireOptions<Value>): void {
    this.#journal.refresh(this.#start(id, options, true).serial);
  }

  #start(id: string, options: AcquireOptions<Value>, isRefresh: boolean): Flight<Value> {
    const priority = isRefresh ? 'background' : (options.priority ?? 'foreground');
    const flight = new Flight<Value>({ serial: nextSerial(), isRefresh, priority }, () => this.#forget(id, flight));
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
    const loadedAt = this.#clock.now();
    const { signal, priority } = flight;
    let value: Value;
    try {
      value = await this.#watch(flight, signal, () => options.load({ signal, priority }));
    } catch (error) {
      if (!signal.aborted) this.#fail(id, flight, error);
      return;
    }
    if (signal.aborted) this.#dispose(value);
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

  /** A passing failure leaves the entry, and sends back to it who waited, where it still serves; any other evicts. */
  #fail(id: string, flight: Flight<Value>, error: unknown): void {
    this.#forget(id, flight);
    const entry = this.#store.find(id);
    const outcome = outcomeOf(error);
    if (outcome === 'transient') {
      if (entry !== undefined) this.#postpone(entry);
      const isServed = entry !== undefined && this.#isUsable(entry, this.#overAgeMs(entry));
      this.#sendBack(flight, isServed);
    } else if (entry !== undefined) {
      this.#store.remove(entry, outcome === 'denied' ? 'denied' : 'failed');
    }
    const [first, ...others] = flight.drain();
    for (const waiter of others) waiter.reject(copyError(error));
    first?.reject(error);
  }

  /** Who joined a call of lower priority than his own makes one himself: that may succeed where the other was put off. */
  #sendBack(flight: Flight<Value>, isServed: boolean): void {
    const isLow = flight.priority === 'background';
    for (const waiter of flight.drain((priority) => isServed || (isLow && priority === 'foreground'))) {
      waiter.resolve('lookAgain');
    }
  }

  #overAgeMs(entry: LeasedEntry<Value>): number {
    return this.#clock.now() - this.#age.freshUntil(entry.times);
  }

  #postpone(entry: LeasedEntry<Value>): void {
    entry.failures += 1;
    entry.nextAttemptAt = this.#clock.now() + this.#age.retryDelayMs(entry.failures);
  }

  async #loadAlone(id: string, options: AcquireOptions<Value>): Promise<Lease<Value>> {
    const call = { serial: nextSerial(), isRefresh: false };
    const loadedAt = this.#clock.now();
    const { priority = 'foreground', signal = new AbortController().signal } = options;
    const value = await this.#watch(call, signal, () => options.load({ signal, priority }));
    return this.#store.create(id, call.serial, value, loadedAt).lease();
  }

  /** Makes a call to the source, and writes down how it ended. */
  async #watch<Answer>(
    call: { readonly serial: number; readonly isRefresh: boolean },
    signal: AbortSignal | undefined,
    load: () => Promise<Answer>,
  ): Promise<Answer> {
    const startedAt = this.#clock.now();
    try {
      const answer = await load();
      this.#journal.load(call, 'success', this.#clock.now() - startedAt);
      return answer;
    } catch (error) {
      const outcome = signal?.aborted === true ? 'aborted' : outcomeOf(error);
      this.#journal.load(call, outcome, this.#clock.now() - startedAt);
      throw error;
    }
  }
}

function closedError(): TypeError {
  return new TypeError('the cache is closed');
}
