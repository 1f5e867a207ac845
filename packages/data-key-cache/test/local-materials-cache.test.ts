import { type CacheEntry, LocalMaterialsCache } from '@waxseal/data-key-cache';
import { describe, expect, it } from 'vitest';

class Entry implements CacheEntry {
  readonly causes: string[] = [];
  evicted(cause: string): void {
    this.causes.push(cause);
  }
}

describe('LocalMaterialsCache', () => {
  it('keeps 1,000 entries unless told otherwise, and gives up the least recently used', () => {
    const cache = new LocalMaterialsCache();
    const entries = Array.from({ length: 1_001 }, () => new Entry());
    for (const [index, entry] of entries.slice(0, 1_000).entries()) cache.put(`${index}`, entry);
    expect(cache.get('0')).toBe(entries[0]);
    cache.put('1000', entries[1_000]!);
    expect(cache.size).toBe(1_000);
    expect(entries.filter(({ causes }) => causes.length > 0)).toEqual([entries[1]]);
    expect(entries[1]?.causes).toEqual(['capacity']);
  });

  it('keeps nothing at capacity 0', () => {
    const cache = new LocalMaterialsCache({ capacity: 0 });
    const entry = new Entry();
    cache.put('a', entry);
    cache.delete('a', 'cleared');
    expect([cache.get('a'), cache.size, entry.causes]).toEqual([undefined, 0, ['capacity']]);
  });

  it('refuses a capacity that is no whole number of entries', () => {
    for (const capacity of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 24 + 1]) {
      expect(() => new LocalMaterialsCache({ capacity })).toThrow(RangeError);
    }
  });
});
