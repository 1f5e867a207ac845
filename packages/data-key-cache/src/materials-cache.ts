// The port of a store for cached keys: who stays and who goes when room is short. Knows neither keys nor budgets.

/**
 * Why a value left a cache:
 *
 * - `expired`: it reached its age limit.
 * - `capacity`: the cache needed the room.
 * - `messages`, `bytes`: its budget is reserved.
 * - `replaced`: a renewed value took its place.
 * - `denied`: somebody with a say refused to renew it.
 * - `failed`: renewing it failed for good, though nobody denied it.
 * - `cleared`: the caller asked for it.
 * - `closed`: its owner was closed.
 */
export type EvictionCause =
  | 'expired'
  | 'capacity'
  | 'messages'
  | 'bytes'
  | 'replaced'
  | 'denied'
  | 'failed'
  | 'cleared'
  | 'closed';

/** What a cache keeps: opaque to it, but for being told when it is out. */
export interface CacheEntry {
  /** Called by the cache exactly once, as soon as the entry can't be found in it any more. Does not throw. */
  evicted(cause: EvictionCause): void;
}

/**
 * A synchronous store in the memory of this process.
 *
 * For implementers: entries lead to plaintext keys. They must not be written to disk, sent anywhere or copied: a shared
 * cache of plaintext keys must not exist. Ages and budgets are the business of whoever puts the entries. Whatever the
 * reason that an entry leaves, call its `evicted` once, after the store is consistent again.
 */
export interface MaterialsCache {
  /** How many entries are kept. */
  readonly size: number;
  /** Finds an entry and marks it as used now. */
  get(id: string): CacheEntry | undefined;
  /** Keeps an entry, in place of one of the same id (`replaced`), and makes room where needed (`capacity`). */
  put(id: string, entry: CacheEntry): void;
  /** Removes an entry, if there is one. */
  delete(id: string, cause: EvictionCause): void;
}
