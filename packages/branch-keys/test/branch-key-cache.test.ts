import { DataKeyUnavailableError } from '@waxseal/core';
import { engine } from '@waxseal/core/crypto';
import { LocalMaterialsCache } from '@waxseal/data-key-cache';
import { describe, expect, it, vi } from 'vitest';
import { BranchKeyStorageError, BranchKeyStore, HierarchicalKeyring } from '../src/index.ts';
import { ARN } from './fake-kms.ts';
import { algorithmSuite, failure, setUpKeyring, unwrap, wrap } from './keyring-fixture.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('the cache', () => {
  it('makes one store read and one KMS call for 1,000 cold decrypts at once', async () => {
    const { keyring, keyStore, storage, kms } = await setUpKeyring();
    const wrapped = await wrap(keyring);
    const cold = new HierarchicalKeyring({ keyStore, branchKeyId: 't1', maxAgeMs: 1000 });
    const [reads, calls] = [storage.reads, kms.calls.decrypt];
    const opened = await Promise.all(Array.from({ length: 1000 }, () => unwrap(cold, wrapped)));
    expect(opened.every((key) => Buffer.from(key ?? []).equals(wrapped.dataKey))).toBe(true);
    expect(new Set(opened).size).toBe(1000);
    expect([storage.reads - reads, kms.calls.decrypt - calls]).toEqual([1, 1]);
    expect(cold.stats()).toMatchObject({ misses: 1, coalesced: 999, loads: 1 });
  });

  it('makes one store read and one KMS call for 1,000 cold encrypts at once', async () => {
    const { keyring, storage, kms } = await setUpKeyring();
    await Promise.all(Array.from({ length: 1000 }, () => wrap(keyring)));
    expect([storage.reads, kms.calls.decrypt]).toEqual([1, 1]);
  });

  it('works on with warm keys while the store and KMS are down, until the age limit; then the error is clear', async () => {
    const { keyring, storage, kms, clock } = await setUpKeyring({ refreshAheadMs: 10_000 });
    const wrapped = await wrap(keyring);
    await unwrap(keyring, wrapped);
    storage.down = true;
    kms.failure = Object.assign(new Error('timeout'), { name: 'TimeoutError' });
    for (let second = 0; second < 53; second += 1) {
      clock.advance(1000);
      await wrap(keyring);
      expect(await unwrap(keyring, wrapped)).toEqual(wrapped.dataKey);
    }
    clock.advance(8000);
    for (const attempt of [() => wrap(keyring), () => unwrap(keyring, wrapped)]) {
      const error = await failure(attempt());
      expect(error).toBeInstanceOf(DataKeyUnavailableError);
      expect(error).toMatchObject({ category: 'transient', attempts: [{ key: 't1' }] });
      expect((error as DataKeyUnavailableError).attempts[0]?.cause).toBeInstanceOf(BranchKeyStorageError);
      expect(String(error)).toContain('the table is unreachable');
    }
    storage.down = false;
    kms.failure = undefined;
    expect(await unwrap(keyring, wrapped)).toEqual(wrapped.dataKey);
  });

  it('renews keys in use in the background, and so notices a rotation', async () => {
    const { keyring, keyStore, clock, storage } = await setUpKeyring({ refreshAheadMs: 20_000 });
    const before = await wrap(keyring);
    await keyStore.versionKey('t1');
    const reads = storage.reads;
    clock.advance(45_000);
    await wrap(keyring);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(storage.reads).toBe(reads + 1);
    const after = await wrap(keyring);
    expect(after.encryptedDataKeys[0]?.ciphertext.subarray(28, 44)).not.toEqual(
      before.encryptedDataKeys[0]?.ciphertext.subarray(28, 44),
    );
    expect(storage.reads).toBe(reads + 1);
  });

  it('stops using a key at once when KMS denies its renewal', async () => {
    const { keyring, kms, clock } = await setUpKeyring({ refreshAheadMs: 20_000 });
    await wrap(keyring);
    kms.disabled.add(ARN);
    clock.advance(45_000);
    await wrap(keyring);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await failure(wrap(keyring))).toMatchObject({ category: 'denied' });
  });

  it('is shared between keyrings of one cache and partition, and never between logical names', async () => {
    const cache = new LocalMaterialsCache();
    const { kms, storage, keyStore, keyring, clock } = await setUpKeyring({ cache, partitionId: 'p' });
    const shared = { branchKeyId: 't1', maxAgeMs: 1000, cache, clock };
    const wrapped = await wrap(keyring);
    await unwrap(keyring, wrapped);
    const calls = kms.calls.decrypt;
    const same = new HierarchicalKeyring({ ...shared, keyStore, partitionId: 'p' });
    expect(await unwrap(same, wrapped)).toEqual(wrapped.dataKey);
    expect(kms.calls.decrypt).toBe(calls);
    const apart = new HierarchicalKeyring({ ...shared, keyStore });
    await unwrap(apart, wrapped);
    expect(kms.calls.decrypt).toBe(calls + 1);
    const otherName = new BranchKeyStore({ storage, kms, logicalName: 'other', kmsKey: { arn: ARN } });
    const other = new HierarchicalKeyring({ ...shared, keyStore: otherName, partitionId: 'p' });
    expect(await failure(unwrap(other, wrapped))).toBeInstanceOf(DataKeyUnavailableError);
  });

  it('names its entries after a partition of its own, a text without zero bytes', async () => {
    const digest = vi.spyOn(engine, 'digest');
    try {
      for (const partitionId of [undefined, undefined, 'p']) {
        const { keyring } = await setUpKeyring({ partitionId });
        await wrap(keyring);
      }
      const partitions = digest.mock.calls.map(([, parts]) => Buffer.from(parts[1] ?? []).toString());
      expect(partitions).toEqual([expect.stringMatching(UUID), expect.stringMatching(UUID), 'p']);
      expect(partitions[0]).not.toBe(partitions[1]);
    } finally {
      digest.mockRestore();
    }
  });

  it('takes no key of the wrong length, and no version that is no UUID, from a source of somebody else', async () => {
    const { keyStore } = await setUpKeyring();
    const good = await keyStore.getActiveBranchKey('t1');
    for (const bad of [{ key: new Uint8Array(16) }, { version: 'ACTIVE' }, { version: good.version.toUpperCase() }]) {
      const answer = async () => ({ ...good, key: good.key.slice(), ...bad });
      const source = { logicalName: 'x', getActiveBranchKey: answer, getBranchKeyVersion: answer };
      const keyring = new HierarchicalKeyring({ keyStore: source, branchKeyId: 't1', maxAgeMs: 1000 });
      expect(await failure(wrap(keyring))).toBeInstanceOf(DataKeyUnavailableError);
    }
  });

  it('forgets a key beyond its capacity', async () => {
    const { keyring, kms } = await setUpKeyring({ capacity: 1 });
    const wrapped = await wrap(keyring);
    await unwrap(keyring, wrapped);
    await wrap(keyring);
    expect(kms.calls.decrypt).toBe(3);
  });

  it('lets a waiter abort alone', async () => {
    const { keyring, kms } = await setUpKeyring();
    let resume = () => {};
    const pausing = new Promise<void>((resolve) => {
      resume = resolve;
    });
    kms.pause = () => pausing;
    const controller = new AbortController();
    const request = { algorithmSuite, encryptionContext: {} };
    const aborted = failure(keyring.onEncrypt({ ...request, signal: controller.signal }));
    const waiting = keyring.onEncrypt(request);
    controller.abort(new Error('enough'));
    expect(await aborted).toMatchObject({ message: 'enough' });
    resume();
    expect((await waiting).dataKey).toHaveLength(32);
    expect(kms.calls.decrypt).toBe(1);
  });

  it('wipes branch keys when it is closed', async () => {
    const taken: Uint8Array[] = [];
    const { keyStore } = await setUpKeyring();
    const spying = {
      logicalName: 'keys',
      getActiveBranchKey: async (id: string) => {
        const branchKey = await keyStore.getActiveBranchKey(id);
        taken.push(branchKey.key);
        return branchKey;
      },
      getBranchKeyVersion: keyStore.getBranchKeyVersion.bind(keyStore),
    };
    const keyring = new HierarchicalKeyring({ keyStore: spying, branchKeyId: 't1', maxAgeMs: 1000 });
    await wrap(keyring);
    expect(taken[0]?.some((byte) => byte !== 0)).toBe(true);
    await keyring[Symbol.asyncDispose]();
    expect(taken[0]?.every((byte) => byte === 0)).toBe(true);
    await expect(wrap(keyring)).rejects.toThrow();
    keyring.close();
  });
});
