import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { algorithmSuites } from '@waxseal/core';
import { type CacheEvent, CachingMaterialsManager, cacheChannelNames } from '@waxseal/data-key-cache';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, settle } from './fake-clock.ts';
import { denied, HandKeyring, throttled } from './hand-keyring.ts';

describe('cache events', () => {
  let events: CacheEvent[] = [];
  const onMessage = (message: unknown) => void events.push(message as CacheEvent);
  beforeEach(() => {
    events = [];
    for (const name of Object.values(cacheChannelNames)) subscribe(name, onMessage);
  });
  afterEach(() => {
    for (const name of Object.values(cacheChannelNames)) unsubscribe(name, onMessage);
  });

  function setUp() {
    const clock = new FakeClock();
    const keyring = new HandKeyring(clock);
    const options = { maxAgeMs: 1_000, refreshAheadMs: 400, staleIfErrorMs: 1_000, jitter: 0, maxBytes: 5_000 };
    const manager = new CachingMaterialsManager({
      source: keyring,
      clock,
      partitionId: 'secret partition',
      ...options,
    });
    const encrypt = (plaintextLength = 10) =>
      manager.getEncryptionMaterials({
        commitmentPolicy: 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT',
        algorithmSuite: algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
        encryptionContext: { 'secret name': 'secret value' },
        plaintextLength,
      });
    return { clock, keyring, manager, encrypt };
  }

  it('tell of each miss, call, hit, renewal, stale use, bypass and eviction', async () => {
    const { clock, keyring, manager, encrypt } = setUp();
    const both = [encrypt(), encrypt()];
    clock.advance(7);
    await keyring.succeed();
    for (const lease of await Promise.all(both)) lease.release();
    clock.advance(600);
    (await encrypt()).release();
    await keyring.fail(throttled());
    clock.advance(400);
    (await encrypt()).release();
    await keyring.fail(denied());
    const bypass = encrypt(5_001);
    await keyring.succeed();
    (await bypass).release();
    manager.close();
    const [first, renewal, again, passed] = [...new Set(events.map(({ entry }) => entry))];
    const operation = 'encrypt';
    expect(events).toEqual([
      { kind: 'miss', operation, entry: first, coalesced: false },
      { kind: 'miss', operation, entry: first, coalesced: true },
      { kind: 'load', operation, entry: first, background: false, outcome: 'success', durationMs: 7 },
      { kind: 'hit', operation, entry: first },
      { kind: 'refresh', operation, entry: renewal },
      { kind: 'load', operation, entry: renewal, background: true, outcome: 'transient', durationMs: 0 },
      { kind: 'hit', operation, entry: first },
      { kind: 'stale', operation, entry: first, overAgeMs: 7 },
      { kind: 'refresh', operation, entry: again },
      { kind: 'load', operation, entry: again, background: true, outcome: 'denied', durationMs: 0 },
      { kind: 'eviction', operation, entry: first, cause: 'denied' },
      { kind: 'bypass', operation, entry: passed },
      { kind: 'load', operation, entry: passed, background: false, outcome: 'success', durationMs: 0 },
    ]);
  });

  it('carry no key, no context, no partition and no entry id', async () => {
    const { clock, keyring, manager, encrypt } = setUp();
    const pending = encrypt();
    const { dataKey } = await keyring.succeed();
    (await pending).release();
    clock.advance(700);
    (await encrypt()).release();
    await settle();
    manager.close();
    const text = inspect([events, manager], { depth: 20, showHidden: true });
    expect(events.length).toBeGreaterThan(4);
    for (const secret of ['secret', Buffer.from(dataKey!).toString('hex'), inspect(dataKey)]) {
      expect(text).not.toContain(secret);
    }
    for (const event of events) {
      for (const value of Object.values(event)) expect(['string', 'number', 'boolean']).toContain(typeof value);
    }
  });
});
