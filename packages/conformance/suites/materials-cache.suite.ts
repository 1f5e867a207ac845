// What every store of cached keys must do.

import type { CacheEntry, EvictionCause, MaterialsCache } from '@waxseal/data-key-cache';
import { describe, expect, it } from 'vitest';

/** Makes an empty store that nobody else uses, with room for `capacity` entries. */
export type MaterialsCacheFactory = (capacity: number) => MaterialsCache;

class WatchedEntry implements CacheEntry {
  readonly causes: EvictionCause[] = [];
  readonly #onEvicted: () => void;

  constructor(onEvicted: () => void = () => {}) {
    this.#onEvicted = onEvicted;
  }

  evicted(cause: EvictionCause): void {
    this.causes.push(cause);
    this.#onEvicted();
  }
}

/** Runs the suite of the port `MaterialsCache` against one store. */
export function materialsCacheSuite(name: string, create: MaterialsCacheFactory): void {
  describe(`MaterialsCache: ${name}`, () => {
    keeping(create);
    telling(create);
    bounds(create);
  });
}

function keeping(create: MaterialsCacheFactory): void {
  it('gives back the very entry that was put, and nothing under another id', () => {
    const cache = create(10);
    const entry = new WatchedEntry();
    cache.put('a', entry);
    expect(cache.get('a')).toBe(entry);
    expect(cache.get('b')).toBeUndefined();
    expect(cache.size).toBe(1);
  });

  it('takes any string for an id', () => {
    const cache = create(10);
    const ids = ['__proto__', 'constructor', '', '\0', '\u00ff\u0000\u0001', 'a'.repeat(10_000)];
    const entries = ids.map((id) => {
      const entry = new WatchedEntry();
      cache.put(id, entry);
      return entry;
    });
    expect(ids.map((id) => cache.get(id))).toEqual(entries);
    expect(cache.size).toBe(ids.length);
  });

  it('replaces an entry of the same id', () => {
    const cache = create(10);
    const [first, second] = [new WatchedEntry(), new WatchedEntry()];
    cache.put('a', first);
    cache.put('a', second);
    expect(cache.get('a')).toBe(second);
    expect(cache.size).toBe(1);
    expect([first.causes, second.causes]).toEqual([['replaced'], []]);
  });

  it('deletes what is there, and takes no offence where nothing is', () => {
    const cache = create(10);
    const entry = new WatchedEntry();
    cache.put('a', entry);
    cache.delete('a', 'denied');
    cache.delete('a', 'cleared');
    cache.delete('b', 'cleared');
    expect(cache.get('a')).toBeUndefined();
    expect(cache.size).toBe(0);
    expect(entry.causes).toEqual(['denied']);
  });
}

function telling(create: MaterialsCacheFactory): void {
  it('has let go of an entry when it tells it so', () => {
    const cache = create(1);
    const seen: unknown[] = [];
    const look = () => seen.push([cache.get('a'), cache.size]);
    cache.put('a', new WatchedEntry(look));
    cache.delete('a', 'expired');
    cache.put('a', new WatchedEntry(look));
    const other = new WatchedEntry();
    cache.put('b', other);
    expect(seen).toEqual([
      [undefined, 0],
      [undefined, 1],
    ]);
    expect(cache.get('b')).toBe(other);
  });

  it('bears that entries are put and deleted while it tells of an eviction', () => {
    const cache = create(2);
    const late = new WatchedEntry();
    cache.put('a', new WatchedEntry(() => cache.put('late', late)));
    cache.delete('a', 'cleared');
    expect(cache.get('late')).toBe(late);
    const nested = new WatchedEntry(() => cache.delete('late', 'cleared'));
    cache.put('b', nested);
    cache.delete('b', 'cleared');
    expect([nested.causes, late.causes]).toEqual([['cleared'], ['cleared']]);
    expect(cache.size).toBe(0);
  });

  it('tells each entry once, whatever happens', () => {
    const cache = create(5);
    const entries: WatchedEntry[] = [];
    for (let round = 0; round < 1_000; round += 1) {
      const entry = new WatchedEntry();
      entries.push(entry);
      cache.put(`${(round * 7) % 11}`, entry);
      if (round % 3 === 0) cache.delete(`${round % 11}`, 'expired');
      cache.get(`${(round * 5) % 11}`);
    }
    expect(entries.every(({ causes }) => causes.length <= 1)).toBe(true);
    expect(entries.filter(({ causes }) => causes.length === 0)).toHaveLength(cache.size);
  });
}

function bounds(create: MaterialsCacheFactory): void {
  it('never keeps more than it has room for', () => {
    const cache = create(3);
    const entries = Array.from({ length: 10 }, () => new WatchedEntry());
    for (const [index, entry] of entries.entries()) {
      cache.put(`${index}`, entry);
      expect(cache.size).toBeLessThanOrEqual(3);
    }
    const evicted = entries.filter(({ causes }) => causes.length > 0);
    expect(evicted).toHaveLength(7);
    expect(evicted.every(({ causes }) => causes[0] === 'capacity')).toBe(true);
  });

  it('tells an entry at once when it has no room at all', () => {
    const cache = create(0);
    const entry = new WatchedEntry();
    cache.put('a', entry);
    expect([cache.size, cache.get('a'), entry.causes]).toEqual([0, undefined, ['capacity']]);
  });
}
