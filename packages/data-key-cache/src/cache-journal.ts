import { EnvelopeError } from '@waxseal/core';
import { type CacheLoadEvent, isObserved, publish } from './cache-events.ts';
import type { EvictionCause } from './materials-cache.ts';

/** What a cache counted since it was made. `hits + misses + coalesced + bypassed` is the number of requests. */
export type LeaseCacheStats = {
  /** Values in the cache now. */
  readonly entries: number;
  /** Requests served from the cache without waiting. */
  readonly hits: number;
  /** Requests that started a call. */
  readonly misses: number;
  /** Requests that joined a call already under way. */
  readonly coalesced: number;
  /** Leases given beyond the age limit (`staleIfErrorMs`), whether or not the caller waited for a failing call first. */
  readonly stale: number;
  /** Requests that are never cached. */
  readonly bypassed: number;
  /** Renewals started in the background. */
  readonly refreshes: number;
  /** Calls to the source, renewals and bypassing requests included. */
  readonly loads: number;
  /** Calls to the source that failed, aborted ones included. */
  readonly loadFailures: number;
  /** Values that left the cache. */
  readonly evictions: Readonly<Record<EvictionCause, number>>;
};

/** A call to the source, as events name it. */
type Call = { readonly serial: number; readonly isRefresh: boolean };

/** Numbers the loads of this process. */
let lastSerial = 0;

/** @returns A number that no other load of this process has. */
export function nextSerial(): number {
  lastSerial += 1;
  return lastSerial;
}

/** @returns How events name this failure. */
export function outcomeOf(error: unknown): CacheLoadEvent['outcome'] {
  return EnvelopeError.is(error) ? error.category : 'error';
}

/** Counts what happens in one cache, and publishes it where somebody listens. */
export class CacheJournal {
  readonly #operation: string;
  readonly #counts = {
    entries: 0,
    hits: 0,
    misses: 0,
    coalesced: 0,
    stale: 0,
    bypassed: 0,
    refreshes: 0,
    loads: 0,
    loadFailures: 0,
  };
  readonly #evictions: Record<EvictionCause, number> = {
    expired: 0,
    capacity: 0,
    messages: 0,
    bytes: 0,
    replaced: 0,
    denied: 0,
    failed: 0,
    cleared: 0,
    closed: 0,
  };

  constructor(operation: string) {
    this.#operation = operation;
  }

  /** @returns A copy that counts on no further. */
  stats(): LeaseCacheStats {
    return { ...this.#counts, evictions: { ...this.#evictions } };
  }

  hit(entry: number): void {
    this.#counts.hits += 1;
    if (isObserved('hit')) publish({ kind: 'hit', operation: this.#operation, entry });
  }

  stale(entry: number, overAgeMs: number): void {
    this.#counts.stale += 1;
    if (isObserved('stale')) publish({ kind: 'stale', operation: this.#operation, entry, overAgeMs });
  }

  miss(entry: number, coalesced: boolean): void {
    this.#counts[coalesced ? 'coalesced' : 'misses'] += 1;
    if (isObserved('miss')) publish({ kind: 'miss', operation: this.#operation, entry, coalesced });
  }

  bypass(entry: number): void {
    this.#counts.bypassed += 1;
    if (isObserved('bypass')) publish({ kind: 'bypass', operation: this.#operation, entry });
  }

  refresh(entry: number): void {
    this.#counts.refreshes += 1;
    if (isObserved('refresh')) publish({ kind: 'refresh', operation: this.#operation, entry });
  }

  load(call: Call, outcome: CacheLoadEvent['outcome'], durationMs: number): void {
    this.#counts.loads += 1;
    if (outcome !== 'success') this.#counts.loadFailures += 1;
    if (!isObserved('load')) return;
    const { serial, isRefresh } = call;
    publish({ kind: 'load', operation: this.#operation, entry: serial, background: isRefresh, outcome, durationMs });
  }

  entered(): void {
    this.#counts.entries += 1;
  }

  evicted(entry: number, cause: EvictionCause): void {
    this.#counts.entries -= 1;
    this.#evictions[cause] += 1;
    if (isObserved('eviction')) publish({ kind: 'eviction', operation: this.#operation, entry, cause });
  }
}
