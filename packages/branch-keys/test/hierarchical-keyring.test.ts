import {
  algorithmSuites,
  DataKeyUnavailableError,
  type EncryptedDataKey,
  type EncryptionContext,
  type KeyringEncryptResult,
} from '@waxseal/core';
import { LocalMaterialsCache } from '@waxseal/data-key-cache';
import { describe, expect, it } from 'vitest';
import {
  BranchKeyNotFoundError,
  BranchKeyStorageError,
  BranchKeyStore,
  HierarchicalKeyring,
  type HierarchicalKeyringOptions,
  MemoryStorage,
} from '../src/index.ts';
import { FakeClock } from './fake-clock.ts';
import { ARN, FakeKms } from './fake-kms.ts';

const algorithmSuite = algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY;

/** A storage that counts reads and can be down. */
class CountedStorage extends MemoryStorage {
  reads = 0;
  down = false;

  override async read(...parameters: Parameters<MemoryStorage['read']>) {
    this.reads += 1;
    await new Promise((resolve) => setImmediate(resolve));
    if (this.down) throw new BranchKeyStorageError('the table is unreachable', 'transient');
    return super.read(...parameters);
  }
}

async function setUp(options: Partial<HierarchicalKeyringOptions> = {}) {
  const kms = new FakeKms();
  const storage = new CountedStorage();
  const clock = new FakeClock();
  const keyStore = new BranchKeyStore({ storage, kms, logicalName: 'keys', kmsKey: { arn: ARN } });
  const { branchKeyId, version } = await keyStore.createKey({ branchKeyId: 't1', encryptionContext: { t: '1' } });
  const shared = { keyStore, maxAgeMs: 60_000, clock, ...options };
  const keyring = new HierarchicalKeyring(options.branchKeyIdFor === undefined ? { branchKeyId, ...shared } : shared);
  return { kms, storage, clock, keyStore, keyring, branchKeyId, version };
}

function wrap(keyring: HierarchicalKeyring, encryptionContext: EncryptionContext = { a: 'b' }) {
  return keyring.onEncrypt({ algorithmSuite, encryptionContext });
}

function unwrap(
  keyring: HierarchicalKeyring,
  wrapped: Pick<KeyringEncryptResult, 'encryptedDataKeys'>,
  encryptionContext: EncryptionContext = { a: 'b' },
) {
  return keyring.onDecrypt({ algorithmSuite, encryptionContext, encryptedDataKeys: wrapped.encryptedDataKeys });
}

function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
}

describe('wrapping', () => {
  it('generates a data key of the suite and names branch key and provider', async () => {
    const { keyring } = await setUp();
    const { dataKey, encryptedDataKeys } = await wrap(keyring);
    expect(dataKey).toHaveLength(32);
    expect(encryptedDataKeys).toHaveLength(1);
    expect(encryptedDataKeys[0]?.providerId).toBe('aws-kms-hierarchy');
    expect(new TextDecoder().decode(encryptedDataKeys[0]?.providerInfo)).toBe('t1');
    expect(await unwrap(keyring, { encryptedDataKeys })).toEqual(dataKey);
  });

  it('wraps the data key that it is given, and neither keeps nor changes it', async () => {
    const { keyring } = await setUp();
    const dataKey = new Uint8Array(32).fill(7);
    const result = await keyring.onEncrypt({ algorithmSuite, encryptionContext: {}, dataKey });
    expect(result.dataKey).toBe(dataKey);
    expect(dataKey).toEqual(new Uint8Array(32).fill(7));
    expect(await unwrap(keyring, result, {})).toEqual(dataKey);
    const short = keyring.onEncrypt({ algorithmSuite, encryptionContext: {}, dataKey: new Uint8Array(16) });
    await expect(short).rejects.toThrow(RangeError);
  });

  it('fails when the branch key can not be had, telling why', async () => {
    const { keyStore } = await setUp();
    const keyring = new HierarchicalKeyring({ keyStore, branchKeyId: 'none', maxAgeMs: 1000 });
    const error = await failure(wrap(keyring));
    expect(error).toBeInstanceOf(DataKeyUnavailableError);
    expect((error as DataKeyUnavailableError).attempts[0]?.cause).toBeInstanceOf(BranchKeyNotFoundError);
    expect(error).toMatchObject({ attempts: [{ keyring: 'HierarchicalKeyring', key: 'none' }] });
  });
});

describe('unwrapping', () => {
  it('has nothing to say to data keys of other providers and of other branch keys', async () => {
    const { keyring, storage } = await setUp();
    const { encryptedDataKeys } = await wrap(keyring);
    const [own] = encryptedDataKeys as [EncryptedDataKey];
    const reads = storage.reads;
    const foreign = [
      { ...own, providerId: 'aws-kms' },
      { ...own, providerInfo: new TextEncoder().encode('t10') },
      { ...own, providerInfo: new TextEncoder().encode('T1') },
      { ...own, providerInfo: new Uint8Array(0) },
    ];
    expect(await unwrap(keyring, { encryptedDataKeys: foreign })).toBeUndefined();
    expect(storage.reads).toBe(reads);
    expect(await unwrap(keyring, { encryptedDataKeys: [...foreign, own] })).toHaveLength(32);
  });

  it('fails for its own data key under another context, without saying more', async () => {
    const { keyring } = await setUp();
    const wrapped = await wrap(keyring, { tenant: 'SECRET-1' });
    const error = await failure(unwrap(keyring, wrapped, { tenant: 'SECRET-2' }));
    expect(error).toBeInstanceOf(DataKeyUnavailableError);
    expect(error).toMatchObject({ category: 'mismatch' });
    expect(String(error)).not.toContain('SECRET');
  });

  it('refuses data keys of the wrong length before reading the store', async () => {
    const { keyring, storage } = await setUp();
    const { encryptedDataKeys } = await wrap(keyring);
    const [own] = encryptedDataKeys as [EncryptedDataKey];
    const reads = storage.reads;
    for (const length of [0, 44, own.ciphertext.length - 1]) {
      const short = { ...own, ciphertext: own.ciphertext.subarray(0, length) };
      expect(await failure(unwrap(keyring, { encryptedDataKeys: [short] }))).toBeInstanceOf(DataKeyUnavailableError);
    }
    const shorterSuite = algorithmSuites.ALG_AES_128_GCM_IV12_TAG16_HKDF_SHA256;
    const request = { algorithmSuite: shorterSuite, encryptionContext: { a: 'b' }, encryptedDataKeys };
    expect(await failure(keyring.onDecrypt(request))).toBeInstanceOf(DataKeyUnavailableError);
    expect(storage.reads).toBe(reads);
  });

  it('opens the one that is right after several that are not', async () => {
    const { keyring } = await setUp();
    const good = await wrap(keyring);
    const bad = await wrap(keyring, { other: 'context' });
    const both = { encryptedDataKeys: [...bad.encryptedDataKeys, ...good.encryptedDataKeys] };
    expect(await unwrap(keyring, both)).toEqual(good.dataKey);
  });

  it('opens data keys of older versions after a rotation, in this process and in a new one', async () => {
    const { keyring, keyStore, clock } = await setUp();
    const before = await wrap(keyring);
    await keyStore.versionKey('t1');
    expect(await unwrap(keyring, before)).toEqual(before.dataKey);
    clock.advance(60_000);
    const after = await wrap(keyring);
    const versionOf = ({ encryptedDataKeys: [key] }: KeyringEncryptResult) =>
      Buffer.from(key?.ciphertext.subarray(28, 44) ?? []).toString('hex');
    expect(versionOf(after)).not.toBe(versionOf(before));
    const fresh = new HierarchicalKeyring({ keyStore, branchKeyId: 't1', maxAgeMs: 1000 });
    expect(await unwrap(fresh, before)).toEqual(before.dataKey);
    expect(await unwrap(fresh, after)).toEqual(after.dataKey);
  });
});

describe('the branch key of a message', () => {
  it('is found by its context, on both sides', async () => {
    const { keyStore, keyring } = await setUp({ branchKeyIdFor: (context) => context['tenant'] ?? '' });
    await keyStore.createKey({ branchKeyId: 't2', encryptionContext: { t: '2' } });
    const one = await wrap(keyring, { tenant: 't1' });
    const two = await wrap(keyring, { tenant: 't2' });
    expect(await unwrap(keyring, one, { tenant: 't1' })).toEqual(one.dataKey);
    expect(await unwrap(keyring, two, { tenant: 't2' })).toEqual(two.dataKey);
    expect(await unwrap(keyring, two, { tenant: 't1' })).toBeUndefined();
  });

  it('is not asked for when no data key is of a hierarchical keyring', async () => {
    const { keyring } = await setUp({
      branchKeyIdFor: () => {
        throw new Error('no tenant');
      },
    });
    const foreign = { providerId: 'aws-kms', providerInfo: new Uint8Array(1), ciphertext: new Uint8Array(1) };
    expect(await unwrap(keyring, { encryptedDataKeys: [foreign] })).toBeUndefined();
    await expect(wrap(keyring)).rejects.toThrow('no tenant');
  });

  it('must be a text', async () => {
    const { keyring } = await setUp({ branchKeyIdFor: () => '' });
    await expect(wrap(keyring)).rejects.toThrow(TypeError);
  });
});

describe('the cache', () => {
  it('makes one store read and one KMS call for 1,000 cold decrypts at once', async () => {
    const { keyring, keyStore, storage, kms } = await setUp();
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
    const { keyring, storage, kms } = await setUp();
    await Promise.all(Array.from({ length: 1000 }, () => wrap(keyring)));
    expect([storage.reads, kms.calls.decrypt]).toEqual([1, 1]);
  });

  it('works on with warm keys while the store and KMS are down, until the age limit; then the error is clear', async () => {
    const { keyring, storage, kms, clock } = await setUp({ refreshAheadMs: 10_000 });
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
    const { keyring, keyStore, clock, storage } = await setUp({ refreshAheadMs: 20_000 });
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
    const { keyring, kms, clock } = await setUp({ refreshAheadMs: 20_000 });
    await wrap(keyring);
    kms.disabled.add(ARN);
    clock.advance(45_000);
    await wrap(keyring);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await failure(wrap(keyring))).toMatchObject({ category: 'denied' });
  });

  it('is shared between keyrings of one cache and partition, and never between logical names', async () => {
    const cache = new LocalMaterialsCache();
    const { kms, storage, keyStore, keyring, clock } = await setUp({ cache, partitionId: 'p' });
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

  it('forgets a key beyond its capacity', async () => {
    const { keyring, kms } = await setUp({ capacity: 1 });
    const wrapped = await wrap(keyring);
    await unwrap(keyring, wrapped);
    await wrap(keyring);
    expect(kms.calls.decrypt).toBe(3);
  });

  it('lets a waiter abort alone', async () => {
    const { keyring, kms } = await setUp();
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
    const { keyStore } = await setUp();
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

describe('options', () => {
  it('are checked', async () => {
    const { keyStore } = await setUp();
    const good = { keyStore, branchKeyId: 't1', maxAgeMs: 1000 };
    const wrong: [object, typeof TypeError | typeof RangeError][] = [
      [{ ...good, branchKeyIdFor: () => 't1' }, TypeError],
      [{ keyStore, maxAgeMs: 1000 }, TypeError],
      [{ ...good, branchKeyId: '' }, TypeError],
      [{ ...good, keyStore: {} }, TypeError],
      [{ ...good, partitionId: 'a\0b' }, TypeError],
      [{ ...good, cache: new LocalMaterialsCache(), capacity: 3 }, TypeError],
      [{ ...good, maxAgeMs: 0 }, RangeError],
      [{ ...good, maxAgeMs: Number.NaN }, RangeError],
      [{ ...good, refreshAheadMs: 1000 }, RangeError],
      [{ ...good, capacity: -1 }, RangeError],
    ];
    for (const [options, error] of wrong) {
      expect(() => new HierarchicalKeyring(options as HierarchicalKeyringOptions)).toThrow(error);
    }
  });
});
