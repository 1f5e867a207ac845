import type { AgePolicy } from './age-policy.ts';
import type { CacheJournal } from './cache-journal.ts';
import type { Clock, Timer } from './clock.ts';
import { type EntryOwner, type Lease, LeasedEntry } from './leased-entry.ts';
import type { EvictionCause, MaterialsCache } from './materials-cache.ts';

/** What an entry store works with. */
export type EntryStoreParts<Value> = {
  readonly operation: string;
  readonly cache: MaterialsCache;
  readonly clock: Clock;
  readonly age: AgePolicy;
  readonly journal: CacheJournal;
  readonly dispose: (value: Value) => void;
};

/** Keeps the entries of one lease cache in a store that others may share, and takes them out when their time is over. */
export class EntryStore<Value> {
  readonly #parts: EntryStoreParts<Value>;
  readonly #owner: EntryOwner<Value>;
  /** The entries put by this cache that are still in the store, with the timers of their ages. */
  readonly #timers = new Map<LeasedEntry<Value>, Timer>();

  constructor(parts: EntryStoreParts<Value>) {
    this.#parts = parts;
    this.#owner = {
      dispose: parts.dispose,
      onEvicted: (entry, cause) => this.#onEvicted(entry, cause),
      retire: (entry, cause) => this.remove(entry, cause),
    };
  }

  /** An entry that is not in the store yet. */
  create(id: string, serial: number, value: Value, loadedAt: number): LeasedEntry<Value> {
    const { operation, age } = this.#parts;
    return new LeasedEntry({ id, operation, serial }, value, age.timesOf(loadedAt), this.#owner);
  }

  /** An entry of this operation, made by this cache or by another that shares the store. */
  find(id: string): LeasedEntry<Value> | undefined {
    const entry = this.#parts.cache.get(id);
    return entry instanceof LeasedEntry && entry.operation === this.#parts.operation ? entry : undefined;
  }

  /** Keeps an entry until its age, and the time that it may be used beyond, is over. */
  put(entry: LeasedEntry<Value>): void {
    entry.enter();
    this.#startTimer(entry);
    this.#parts.journal.entered();
    this.#parts.cache.put(entry.id, entry);
  }

  /** Takes an entry out, if it is still in. */
  remove(entry: LeasedEntry<Value>, cause: EvictionCause): void {
    if (entry.cached) this.#parts.cache.delete(entry.id, cause);
  }

  /** Takes out all entries that this cache put. */
  removeAll(cause: EvictionCause): void {
    for (const entry of [...this.#timers.keys()]) this.remove(entry, cause);
  }

  /** The entries put by this cache that are still in the store. */
  values(): Iterable<LeasedEntry<Value>> {
    return this.#timers.keys();
  }

  /** Leases an entry's value, or takes the entry out where `refusal` says why it gets no new lease. */
  leaseUnless(entry: LeasedEntry<Value>, refusal: EvictionCause | undefined): Lease<Value> | undefined {
    if (refusal === undefined) return entry.lease();
    this.remove(entry, refusal);
    return undefined;
  }

  /** Timers may ring early; then the rest of the time is waited for. */
  #startTimer(entry: LeasedEntry<Value>): void {
    const { clock, age } = this.#parts;
    const end = entry.times.freshUntil + age.staleIfErrorMs;
    const ring = () => {
      if (clock.now() < end) this.#startTimer(entry);
      else this.remove(entry, 'expired');
    };
    this.#timers.set(entry, clock.startTimer(ring, Math.max(0, Math.ceil(end - clock.now()))));
  }

  #onEvicted(entry: LeasedEntry<Value>, cause: EvictionCause): void {
    this.#timers.get(entry)?.cancel();
    this.#timers.delete(entry);
    this.#parts.journal.evicted(entry.serial, cause);
  }
}
