import type { LeaseCacheStats } from './cache-journal.ts';
import type { EvictionCause } from './materials-cache.ts';

/** What a caching manager counted since it was made: both operations together, and each by itself. */
export type CachingStats = LeaseCacheStats & {
  readonly encrypt: LeaseCacheStats;
  readonly decrypt: LeaseCacheStats;
  /** Messages that may still be encrypted under the keys now in the cache. */
  readonly messagesLeft: number;
  /** Bytes that may still be encrypted under the keys now in the cache. */
  readonly bytesLeft: number;
  /** Bytes beyond `maxBytes` that streams of unknown length took, since a message under way is never cut off. */
  readonly bytesOverrun: number;
};

/** @returns The sums of both. */
export function addStats(left: LeaseCacheStats, right: LeaseCacheStats): LeaseCacheStats {
  const causes = Object.keys(left.evictions) as EvictionCause[];
  const evictions = causes.map((cause) => [cause, left.evictions[cause] + right.evictions[cause]] as const);
  return {
    entries: left.entries + right.entries,
    hits: left.hits + right.hits,
    misses: left.misses + right.misses,
    coalesced: left.coalesced + right.coalesced,
    stale: left.stale + right.stale,
    bypassed: left.bypassed + right.bypassed,
    refreshes: left.refreshes + right.refreshes,
    loads: left.loads + right.loads,
    loadFailures: left.loadFailures + right.loadFailures,
    evictions: Object.fromEntries(evictions) as Record<EvictionCause, number>,
  };
}
