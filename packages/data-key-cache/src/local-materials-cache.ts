import { makeInspectable, requireOptions } from '@waxseal/core/crypto';
import { LRUCache } from 'lru-cache';
import { assertInteger } from './assert-integer.ts';
import type { CacheEntry, EvictionCause, MaterialsCache } from './materials-cache.ts';

/** Entries of a `LocalMaterialsCache` unless told otherwise. */
const DEFAULT_CAPACITY = 1_000;

/** The list of ids is allocated at once. */
const MAX_CAPACITY = 2 ** 24;

/** How many entries to keep. */
export type LocalMaterialsCacheOptions = {
  /** Entries, 0 to 2^24; 0 keeps nothing. Default 1,000. */
  readonly capacity?: number | undefined;
};

/** A cache that gives up the least recently used entry when it is full. */
export class LocalMaterialsCache implements MaterialsCache {
  readonly #entries: LRUCache<string, CacheEntry> | undefined;

  /** @throws TypeError for an unknown option. RangeError when `capacity` is out of range. */
  constructor(options: LocalMaterialsCacheOptions = {}) {
    requireOptions(options, { capacity: true }, 'LocalMaterialsCache');
    const capacity = assertInteger('capacity', options.capacity ?? DEFAULT_CAPACITY, 0, MAX_CAPACITY);
    makeInspectable(this, () => ({ capacity, size: this.size }));
    if (capacity === 0) return;
    this.#entries = new LRUCache<string, CacheEntry>({
      max: capacity,
      disposeAfter: (entry, _id, reason) => {
        if (reason === 'evict') entry.evicted('capacity');
      },
    });
  }

  get size(): number {
    return this.#entries?.size ?? 0;
  }

  get(id: string): CacheEntry | undefined {
    return this.#entries?.get(id);
  }

  put(id: string, entry: CacheEntry): void {
    if (this.#entries === undefined) {
      entry.evicted('capacity');
      return;
    }
    const previous = this.#entries.peek(id);
    if (previous === entry) return;
    this.#entries.set(id, entry);
    previous?.evicted('replaced');
  }

  delete(id: string, cause: EvictionCause): void {
    const entry = this.#entries?.peek(id);
    if (entry === undefined) return;
    this.#entries?.delete(id);
    entry.evicted(cause);
  }
}
