import { getEventListeners } from 'node:events';
import { ContextMismatchError, EnvelopeError } from '@waxseal/core';
import { type EvictionCause, LeaseCache, type LeaseCacheOptions, LocalMaterialsCache } from '@waxseal/data-key-cache';
import { describe, expect, it } from 'vitest';
import { FakeClock, settle } from './fake-clock.ts';

type Value = { readonly name: string; wiped: boolean; uses: number };

class StubError extends EnvelopeError {
  readonly code = 'ERR_KMS_STUB';
}

const denied = () => new StubError('denied', 'denied');
const throttled = () => new StubError('throttled', 'transient');

/** A source whose calls are answered by hand. */
class Source {
  readonly calls: Array<{
    readonly signal: AbortSignal;
    readonly priority: string;
    readonly answer: (value: Value) => void;
    readonly fail: (error: unknown) => void;
  }> = [];

  readonly load = (options: { signal: AbortSignal; priority: string }): Promise<Value> =>
    new Promise((resolve, reject) => {
      this.calls.push({ ...options, answer: resolve, fail: reject });
    });

  async answer(index: number): Promise<Value> {
    const value = { name: `value ${index}`, wiped: false, uses: 0 };
    this.calls[index]!.answer(value);
    await settle();
    return value;
  }

  async fail(index: number, error: unknown): Promise<void> {
    this.calls[index]!.fail(error);
    await settle();
  }
}

function setUp(options: Partial<LeaseCacheOptions<Value>> = {}) {
  const clock = new FakeClock();
  const source = new Source();
  const cache = new LeaseCache<Value>({
    operation: 'test',
    dispose: (value) => {
      expect(value.wiped).toBe(false);
      value.wiped = true;
    },
    maxAgeMs: 1_000,
    jitter: 0,
    clock,
    ...options,
  });
  const acquire = (
    id = 'id',
    more: { signal?: AbortSignal; admit?: (value: Value) => EvictionCause | undefined } = {},
  ) => cache.acquire(id, { load: source.load, ...more });
  /** A value in the cache that nobody uses. */
  const warm = async (id = 'id') => {
    const pending = acquire(id);
    const value = await source.answer(source.calls.length - 1);
    (await pending).release();
    return value;
  };
  return { clock, source, cache, acquire, warm };
}

describe('one call per miss', () => {
  it('serves a thousand concurrent misses of one id by one call', async () => {
    const { source, cache, acquire } = setUp();
    const pending = Array.from({ length: 1_000 }, () => acquire());
    const value = await source.answer(0);
    const leases = await Promise.all(pending);
    expect(source.calls).toHaveLength(1);
    expect(leases.every((lease) => lease.value === value)).toBe(true);
    expect(cache.stats()).toMatchObject({ misses: 1, coalesced: 999, hits: 0, loads: 1, entries: 1 });
  });

  it('makes a call for each id', async () => {
    const { source, acquire } = setUp();
    void acquire('a');
    void acquire('b');
    expect(source.calls).toHaveLength(2);
  });

  it('does not cache a failure, and gives each waiter an error of its own', async () => {
    const { source, acquire, warm } = setUp();
    const pending = Array.from({ length: 3 }, () => acquire());
    const caught = Promise.all(pending.map((promise) => promise.catch((error: unknown) => error)));
    await source.fail(0, new ContextMismatchError('no', ['key']));
    const errors = (await caught) as ContextMismatchError[];
    expect(new Set(errors).size).toBe(3);
    for (const error of errors) {
      expect(error).toBeInstanceOf(ContextMismatchError);
      expect(EnvelopeError.is(error)).toBe(true);
      expect(error).toMatchObject({ code: 'ERR_CONTEXT_MISMATCH', category: 'mismatch', contextKeys: ['key'] });
    }
    await warm();
    expect(source.calls).toHaveLength(2);
  });

  it('lets an aborted waiter go at once, and the others have their answer', async () => {
    const { source, acquire } = setUp();
    const controller = new AbortController();
    const leaving = acquire('id', { signal: controller.signal });
    const staying = acquire();
    controller.abort(new Error('gone'));
    await expect(leaving).rejects.toThrow('gone');
    expect(source.calls[0]!.signal.aborted).toBe(false);
    const value = await source.answer(0);
    expect((await staying).value).toBe(value);
  });

  it('aborts the call when the last waiter leaves, wipes a late answer, and lets the next caller start anew', async () => {
    const { source, acquire, cache } = setUp();
    const controllers = [new AbortController(), new AbortController()];
    const pending = controllers.map(({ signal }) => acquire('id', { signal }).catch((error: unknown) => error));
    controllers[0]!.abort();
    controllers[1]!.abort(new Error('last'));
    await Promise.all(pending);
    expect(source.calls[0]!.signal.reason).toEqual(new Error('last'));
    const fresh = acquire();
    expect(source.calls).toHaveLength(2);
    expect((await source.answer(0)).wiped).toBe(true);
    const value = await source.answer(1);
    expect((await fresh).value).toBe(value);
    expect(cache.stats().entries).toBe(1);
  });

  it('warns of no leak when a thousand callers wait with one signal, and stops listening to it', async () => {
    const { source, acquire } = setUp();
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning);
    process.on('warning', onWarning);
    const { signal } = new AbortController();
    const pending = Array.from({ length: 1_000 }, () => acquire('id', { signal }));
    await source.answer(0);
    await Promise.all(pending);
    await settle();
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('lets a caller who joined a call of lower priority make one of its own when that fails in passing', async () => {
    const { source, cache } = setUp();
    const patient = cache.acquire('id', { load: source.load, priority: 'background' });
    const urgent = cache.acquire('id', { load: source.load });
    const rejected = expect(patient).rejects.toMatchObject({ category: 'transient' });
    await source.fail(0, throttled());
    await rejected;
    expect(source.calls.map(({ priority }) => priority)).toEqual(['background', 'foreground']);
    const value = await source.answer(1);
    expect((await urgent).value).toBe(value);
  });

  it('refuses a signal that is aborted already, without a call', async () => {
    const { source, acquire } = setUp();
    await expect(acquire('id', { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
    expect(source.calls).toHaveLength(0);
  });

  it('gives a value that is not shareable to one caller, and lets the others load their own', async () => {
    const { source, acquire, cache } = setUp({ isShareable: () => false });
    const pending = [acquire(), acquire(), acquire()];
    await source.answer(0);
    expect(source.calls).toHaveLength(3);
    const others = [await source.answer(1), await source.answer(2)];
    const leases = await Promise.all(pending);
    expect(new Set(leases.map(({ value }) => value)).size).toBe(3);
    for (const lease of leases) lease.release();
    expect(others.every(({ wiped }) => wiped)).toBe(true);
    expect(cache.stats().entries).toBe(0);
  });
});

describe('leases', () => {
  it('wipes an evicted value when its last lease ends, not before', async () => {
    const { source, cache, acquire } = setUp();
    const pending = [acquire(), acquire()];
    const value = await source.answer(0);
    const [first, second] = await Promise.all(pending);
    cache.evict('id');
    first!.release();
    first!.release();
    expect(value.wiped).toBe(false);
    second!.release();
    expect(value.wiped).toBe(true);
  });

  it('wipes an unused value at once when it is evicted', async () => {
    const { cache, warm } = setUp();
    const value = await warm();
    expect(value.wiped).toBe(false);
    cache.clear();
    expect(value.wiped).toBe(true);
    expect(cache.stats().evictions.cleared).toBe(1);
  });

  it('takes a retired value out for new callers and leaves it to those who have it', async () => {
    const { source, acquire, cache } = setUp();
    const pending = acquire();
    const value = await source.answer(0);
    const lease = await pending;
    lease.retire('bytes');
    lease.retire('bytes');
    expect(cache.stats()).toMatchObject({ entries: 0, evictions: { bytes: 1 } });
    expect(value.wiped).toBe(false);
    lease.release();
    expect(value.wiped).toBe(true);
  });

  it('hands out a value that the store has no room for', async () => {
    const { source, acquire } = setUp({ cache: new LocalMaterialsCache({ capacity: 0 }) });
    const pending = acquire();
    const value = await source.answer(0);
    const lease = await pending;
    expect(value.wiped).toBe(false);
    lease.release();
    expect(value.wiped).toBe(true);
  });

  it('gives up the least recently used value when the store is full', async () => {
    const { cache, warm, acquire } = setUp({ cache: new LocalMaterialsCache({ capacity: 2 }) });
    const [a, b] = [await warm('a'), await warm('b')];
    (await acquire('a')).release();
    await warm('c');
    expect([a.wiped, b.wiped]).toEqual([false, true]);
    expect(cache.stats()).toMatchObject({ entries: 2, evictions: { capacity: 1 } });
  });

  it('does not keep the answer of a call that was under way when the id was evicted', async () => {
    const { source, cache, acquire } = setUp();
    const before = acquire();
    cache.evict('id');
    const after = acquire();
    const old = await source.answer(0);
    (await before).release();
    expect(old.wiped).toBe(true);
    const fresh = await source.answer(1);
    expect((await after).value).toBe(fresh);
  });
});

describe('budgets', () => {
  const admitUpTo = (limit: number) => (value: Value) => {
    if (value.uses >= limit) return 'messages';
    value.uses += 1;
    return undefined;
  };

  it('lets callers beyond the budget of a shared call wait for the next', async () => {
    const { source, cache, acquire } = setUp();
    const pending = Array.from({ length: 10 }, () => acquire('id', { admit: admitUpTo(4) }));
    const values = [await source.answer(0), await source.answer(1), await source.answer(2)];
    for (const lease of await Promise.all(pending)) lease.release();
    expect(values.map(({ uses }) => uses)).toEqual([4, 4, 2]);
    expect(values.map(({ wiped }) => wiped)).toEqual([true, true, false]);
    expect(cache.stats()).toMatchObject({ misses: 1, coalesced: 9, loads: 3, evictions: { messages: 2 } });
  });

  it('refuses a caller whose need exceeds even a fresh value, instead of calling again and again', async () => {
    const { source, acquire } = setUp();
    const pending = acquire('id', { admit: () => 'bytes' });
    const value = source.answer(0);
    await expect(pending).rejects.toThrow(RangeError);
    expect((await value).wiped).toBe(true);
    expect(source.calls).toHaveLength(1);
  });
});

describe('ages', () => {
  it('wipes a value when its age ends, without being asked', async () => {
    const { clock, cache, warm } = setUp();
    const value = await warm();
    clock.advance(999);
    expect(value.wiped).toBe(false);
    clock.advance(1);
    expect(value.wiped).toBe(true);
    expect(cache.stats().evictions.expired).toBe(1);
    expect(clock.timerCount).toBe(0);
  });

  it('counts the age from the start of the call', async () => {
    const { clock, source, acquire } = setUp();
    const pending = acquire();
    clock.advance(600);
    const value = await source.answer(0);
    (await pending).release();
    clock.advance(400);
    expect(value.wiped).toBe(true);
  });

  it('does not keep a value that is over its age when it arrives, but serves who waited', async () => {
    const { clock, source, acquire, cache } = setUp();
    const pending = acquire();
    clock.advance(1_000);
    const value = await source.answer(0);
    const lease = await pending;
    expect(cache.stats().entries).toBe(0);
    lease.release();
    expect(value.wiped).toBe(true);
  });

  it('hands out nothing over its age when timers are late', async () => {
    const { clock, source, warm, acquire } = setUp();
    await warm();
    clock.advanceSilently(1_000);
    void acquire();
    expect(source.calls).toHaveLength(2);
  });

  it('shortens an age by chance, never lengthens it', async () => {
    for (const random of [0, 0.5, 0.999]) {
      const { clock, warm } = setUp({ jitter: 0.2, random: () => random });
      const value = await warm();
      clock.advance(Math.floor(1_000 * (1 - 0.2 * random)) - 1);
      expect(value.wiped).toBe(false);
      clock.advance(1);
      expect(value.wiped).toBe(true);
    }
  });
});

describe('renewal ahead of time', () => {
  it('renews a value in use in the background, and wipes the old one when its leases end', async () => {
    const { clock, source, cache, warm, acquire } = setUp({ refreshAheadMs: 300 });
    const old = await warm();
    clock.advance(699);
    (await acquire()).release();
    expect(source.calls).toHaveLength(1);
    clock.advance(1);
    const lease = await acquire();
    (await acquire()).release();
    expect(source.calls).toHaveLength(2);
    expect(source.calls[1]!.priority).toBe('background');
    expect(lease.value).toBe(old);
    const renewed = await source.answer(1);
    expect(old.wiped).toBe(false);
    expect((await acquire()).value).toBe(renewed);
    lease.release();
    expect(old.wiped).toBe(true);
    expect(cache.stats()).toMatchObject({ refreshes: 1, misses: 1, evictions: { replaced: 1 } });
  });

  it('lets a value that nobody uses end', async () => {
    const { clock, source, warm } = setUp({ refreshAheadMs: 300 });
    await warm();
    clock.advance(2_000);
    expect(source.calls).toHaveLength(1);
  });

  it('goes on serving through passing failures, with growing pauses between attempts', async () => {
    const { clock, source, warm, acquire } = setUp({ maxAgeMs: 70_000, refreshAheadMs: 65_000 });
    const value = await warm();
    clock.advance(5_000);
    for (let second = 0; second < 600; second += 1) {
      const lease = await acquire();
      expect(lease.value).toBe(value);
      lease.release();
      clock.advance(100);
      const last = source.calls.length - 1;
      if (last > 0) await source.fail(last, throttled());
    }
    expect(source.calls.length).toBeGreaterThan(5);
    expect(source.calls.length).toBeLessThan(15);
  });

  it.each([
    ['a denial', denied(), 'denied'],
    ['a failure that says nothing of passing', new Error('what?'), 'failed'],
  ] as const)('evicts at once on %s', async (_name, error, cause) => {
    const { clock, source, cache, warm, acquire } = setUp({ refreshAheadMs: 300 });
    const value = await warm();
    clock.advance(700);
    const lease = await acquire();
    await source.fail(1, error);
    expect(cache.stats()).toMatchObject({ entries: 0, evictions: { [cause]: 1 } });
    expect(value.wiped).toBe(false);
    lease.release();
    expect(value.wiped).toBe(true);
  });

  it('lets a caller who joined a failing renewal make a call of its own', async () => {
    const { clock, source, warm, acquire } = setUp({ refreshAheadMs: 300 });
    await warm();
    clock.advance(700);
    (await acquire()).release();
    clock.advance(300);
    const pending = acquire();
    expect(source.calls).toHaveLength(2);
    await source.fail(1, throttled());
    expect(source.calls).toHaveLength(3);
    expect(source.calls[2]!.priority).toBe('foreground');
    const value = await source.answer(2);
    expect((await pending).value).toBe(value);
  });

  it('rejects a caller who joined a renewal that was denied', async () => {
    const { clock, source, warm, acquire } = setUp({ refreshAheadMs: 300 });
    await warm();
    clock.advance(700);
    (await acquire()).release();
    clock.advance(300);
    const pending = acquire();
    const rejected = expect(pending).rejects.toMatchObject({ category: 'denied' });
    await source.fail(1, denied());
    await rejected;
    expect(source.calls).toHaveLength(2);
  });
});

describe('stale if error', () => {
  it('serves beyond the age only after a passing failure, and only so long', async () => {
    const { clock, source, cache, warm, acquire } = setUp({ staleIfErrorMs: 5_000 });
    const value = await warm();
    clock.advance(1_000);
    const waiting = acquire();
    expect(source.calls).toHaveLength(2);
    await source.fail(1, throttled());
    expect((await waiting).value).toBe(value);
    (await waiting).release();
    (await acquire()).release();
    expect(source.calls).toHaveLength(2);
    clock.advance(250);
    (await acquire()).release();
    expect(source.calls[2]!.priority).toBe('background');
    expect(cache.stats()).toMatchObject({ misses: 2, hits: 2, stale: 3 });
    clock.advance(4_750);
    expect(value.wiped).toBe(true);
    const late = acquire();
    const rejected = expect(late).rejects.toMatchObject({ category: 'transient' });
    await source.fail(2, throttled());
    await source.fail(3, throttled());
    await rejected;
  });

  it.each([denied(), new Error('what?')])('does not serve beyond the age after %s', async (error) => {
    const { clock, source, warm, acquire } = setUp({ staleIfErrorMs: 5_000 });
    const value = await warm();
    clock.advance(1_000);
    const waiting = acquire();
    const rejected = expect(waiting).rejects.toBe(error);
    await source.fail(1, error);
    await rejected;
    expect(value.wiped).toBe(true);
  });

  it('is off by default', async () => {
    const { clock, source, warm, acquire } = setUp();
    await warm();
    clock.advance(1_000);
    const rejected = expect(acquire()).rejects.toMatchObject({ category: 'transient' });
    await source.fail(1, throttled());
    await rejected;
  });
});

describe('closing', () => {
  it('wipes what is kept, aborts calls, rejects their waiters, and keeps no timer', async () => {
    const { clock, source, cache, warm, acquire } = setUp();
    const value = await warm('a');
    const pending = acquire('b');
    const rejected = expect(pending).rejects.toThrow(TypeError);
    cache.close();
    cache.close();
    await rejected;
    expect(source.calls[1]!.signal.aborted).toBe(true);
    expect(value.wiped).toBe(true);
    expect((await source.answer(1)).wiped).toBe(true);
    expect(clock.timerCount).toBe(0);
    await expect(acquire()).rejects.toThrow('closed');
  });

  it('leaves the entries of others in a shared store', async () => {
    const store = new LocalMaterialsCache();
    const one = setUp({ cache: store });
    const other = setUp({ cache: store, operation: 'other' });
    await one.warm('a');
    const value = await other.warm('b');
    one.cache.close();
    expect(value.wiped).toBe(false);
    expect(store.size).toBe(1);
  });
});

describe('a shared store', () => {
  it('never hands out the value of another operation', async () => {
    const store = new LocalMaterialsCache();
    const one = setUp({ cache: store });
    const other = setUp({ cache: store, operation: 'other' });
    await one.warm('a');
    void other.acquire('a');
    expect(other.source.calls).toHaveLength(1);
  });

  it('applies the shorter age of the cache that asks', async () => {
    const store = new LocalMaterialsCache();
    const clock = new FakeClock();
    const long = setUp({ cache: store, clock });
    const short = setUp({ cache: store, clock, maxAgeMs: 100 });
    await long.warm('a');
    clock.advance(99);
    (await short.acquire('a')).release();
    expect(short.source.calls).toHaveLength(0);
    clock.advance(1);
    void short.acquire('a');
    expect(short.source.calls).toHaveLength(1);
  });
});
