import {
  type AlgorithmSuite,
  algorithmSuites,
  type CommitmentPolicy,
  type DecryptionMaterialsRequest,
  DefaultMaterialsManager,
  type EncryptionMaterials,
  type EncryptionMaterialsRequest,
  type MaterialsLease,
  type MaterialsManager,
  PolicyViolationError,
} from '@waxseal/core';
import {
  CachingMaterialsManager,
  type CachingMaterialsManagerOptions,
  LocalMaterialsCache,
  type MaterialsCache,
} from '@waxseal/data-key-cache';
import { describe, expect, it } from 'vitest';
import { FakeClock, settle } from './fake-clock.ts';
import { denied, HandKeyring, isWiped, serialOf, throttled } from './hand-keyring.ts';

const UNSIGNED = algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY;
const SIGNED = algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384;
const IDENTITY = algorithmSuites.ALG_AES_256_GCM_IV12_TAG16_NO_KDF;
const REQUIRE: CommitmentPolicy = 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT';
const FORBID: CommitmentPolicy = 'FORBID_ENCRYPT_ALLOW_DECRYPT';
const MIB = 2 ** 20;

function setUp(options: Partial<CachingMaterialsManagerOptions> = {}) {
  const clock = new FakeClock();
  const keyring = new HandKeyring(clock);
  const manager = new CachingMaterialsManager({ source: keyring, maxAgeMs: 1_000, jitter: 0, clock, ...options });
  const encrypt = (more: Partial<EncryptionMaterialsRequest> = {}) =>
    manager.getEncryptionMaterials({
      commitmentPolicy: REQUIRE,
      algorithmSuite: UNSIGNED,
      encryptionContext: { tenant: 'a' },
      plaintextLength: 10,
      ...more,
    });
  const decrypt = (more: Partial<DecryptionMaterialsRequest> = {}) =>
    manager.getDecryptionMaterials({
      commitmentPolicy: REQUIRE,
      algorithmSuite: UNSIGNED,
      encryptionContext: { tenant: 'a' },
      encryptedDataKeys: [edk('one')],
      ...more,
    });
  /** Answers every call until nobody waits any more. */
  const answerAll = async <Result>(pending: Promise<Result>): Promise<Result> => {
    let waiting = true;
    const settled = pending.finally(() => {
      waiting = false;
    });
    await settle();
    while (waiting) {
      if (keyring.calls.length > 0) await keyring.succeed();
      else await new Promise((resolve) => setTimeout(resolve, 0));
    }
    return settled;
  };
  return { clock, keyring, manager, encrypt, decrypt, answerAll };
}

function edk(text: string) {
  return { providerId: 'p', providerInfo: new Uint8Array(1), ciphertext: new TextEncoder().encode(text) };
}

const serial = (lease: MaterialsLease<{ readonly dataKey: Uint8Array }>) => serialOf(lease.materials.dataKey);

describe('budgets of messages', () => {
  it('gives a thousand concurrent callers no key more often than maxMessages', async () => {
    const { encrypt, answerAll, manager } = setUp({ maxMessages: 64 });
    const leases = await answerAll(Promise.all(Array.from({ length: 1_000 }, () => encrypt())));
    const uses = new Map<number, number>();
    for (const lease of leases) uses.set(serial(lease), (uses.get(serial(lease)) ?? 0) + 1);
    expect([...uses.values()].sort((a, b) => b - a)).toEqual([...Array(15).fill(64), 40]);
    for (const lease of leases) lease.release();
    expect(manager.stats()).toMatchObject({ loads: 16, messagesLeft: 24, evictions: { messages: 15 } });
  });

  it('takes a key out as soon as its last message has it, and wipes it when that ends', async () => {
    const { encrypt, answerAll, manager } = setUp({ maxMessages: 1 });
    const lease = await answerAll(encrypt());
    expect(manager.stats().entries).toBe(0);
    expect(isWiped(lease.materials.dataKey)).toBe(false);
    lease.release();
    expect(isWiped(lease.materials.dataKey)).toBe(true);
  });
});

describe('budgets of bytes', () => {
  it('gives a thousand concurrent callers no key for more than maxBytes', async () => {
    const { encrypt, answerAll } = setUp({ maxBytes: 1_000 });
    const leases = await answerAll(
      Promise.all(Array.from({ length: 1_000 }, (_, index) => encrypt({ plaintextLength: index % 37 }))),
    );
    const bytes = new Map<number, number>();
    for (const [index, lease] of leases.entries()) {
      bytes.set(serial(lease), (bytes.get(serial(lease)) ?? 0) + (index % 37));
    }
    expect(Math.max(...bytes.values())).toBeLessThanOrEqual(1_000);
    expect(bytes.size).toBeLessThan(25);
  });

  it('passes a message longer than maxBytes to the source, uncached and with its length', async () => {
    const { encrypt, answerAll, manager } = setUp({ maxBytes: 1_000 });
    const lease = await answerAll(encrypt({ plaintextLength: 1_001 }));
    expect(manager.stats()).toMatchObject({ bypassed: 1, entries: 0, loads: 1 });
    lease.release();
    expect(isWiped(lease.materials.dataKey)).toBe(true);
  });

  it('caches for a message of exactly maxBytes, and takes the key out at once', async () => {
    const { encrypt, answerAll, manager } = setUp({ maxBytes: 1_000 });
    await answerAll(encrypt({ plaintextLength: 1_000 }));
    expect(manager.stats()).toMatchObject({ bypassed: 0, entries: 0, evictions: { bytes: 1 } });
  });

  it('reserves maxPlaintextLength of a stream without a length', async () => {
    const { encrypt, answerAll, manager } = setUp({ maxBytes: 10 * MIB });
    const lease = await answerAll(encrypt({ plaintextLength: undefined, maxPlaintextLength: 4 * MIB }));
    expect(manager.stats().bytesLeft).toBe(6 * MIB);
    lease.release();
    expect(manager.stats().bytesLeft).toBe(6 * MIB);
  });

  it('lets plaintextLength govern where both lengths are given', async () => {
    const { encrypt, answerAll, manager } = setUp({ maxBytes: 10 * MIB });
    await answerAll(encrypt({ plaintextLength: MIB, maxPlaintextLength: 20 * MIB }));
    expect(manager.stats().bytesLeft).toBe(9 * MIB);
  });

  it('reserves a block at a time of a stream without any length, and gives the rest back at its end', async () => {
    const { encrypt, answerAll, manager } = setUp({ maxBytes: 10 * MIB });
    const lease = await answerAll(encrypt({ plaintextLength: undefined }));
    const left: number[] = [];
    for (const bytes of [0, 1, MIB - 1, 1, 3 * MIB]) {
      lease.reserve(bytes);
      left.push(manager.stats().bytesLeft / MIB);
    }
    expect(left).toEqual([9, 9, 9, 8, 5]);
    lease.release();
    lease.release();
    lease.reserve(5);
    expect(manager.stats().bytesLeft).toBe(10 * MIB - (4 * MIB + 1));
  });

  it('shares one key between ten streams without a length', async () => {
    const { encrypt, answerAll, manager } = setUp();
    await answerAll(Promise.all(Array.from({ length: 10 }, () => encrypt({ plaintextLength: undefined }))));
    expect(manager.stats()).toMatchObject({ loads: 1, misses: 1, coalesced: 9 });
  });

  it('gives no new message a key whose bytes are reserved, lets the stream go on, and counts its overrun', async () => {
    const { encrypt, answerAll, manager } = setUp({ maxBytes: 2 * MIB });
    const stream = await answerAll(encrypt({ plaintextLength: undefined }));
    stream.reserve(2 * MIB);
    expect(manager.stats()).toMatchObject({ entries: 0, evictions: { bytes: 1 }, bytesOverrun: 0 });
    stream.reserve(1);
    expect(manager.stats().bytesOverrun).toBe(MIB);
    expect(isWiped(stream.materials.dataKey)).toBe(false);
    const next = await answerAll(encrypt());
    expect(serial(next)).not.toBe(serial(stream));
    stream.release();
    expect(manager.stats().bytesOverrun).toBe(1);
    expect(isWiped(stream.materials.dataKey)).toBe(true);
  });

  it('takes all of a small maxBytes as the block', async () => {
    const { encrypt, answerAll, manager } = setUp({ maxBytes: 1_000 });
    const lease = await answerAll(encrypt({ plaintextLength: undefined }));
    expect(manager.stats()).toMatchObject({ bypassed: 0, loads: 1, entries: 0 });
    lease.release();
  });

  it('caches a message without bytes', async () => {
    const { encrypt, answerAll, manager } = setUp({ maxBytes: 1 });
    await answerAll(Promise.all([encrypt({ plaintextLength: 0 }), encrypt({ plaintextLength: 0 })]));
    expect(manager.stats()).toMatchObject({ loads: 1, bytesLeft: 1 });
  });
});

describe('what the source is asked', () => {
  it('gets no length, since the materials will serve several messages, and no caller signal', async () => {
    const requests: EncryptionMaterialsRequest[] = [];
    const keyring = new DefaultMaterialsManager(new HandKeyring(new FakeClock()));
    const source: MaterialsManager = {
      getEncryptionMaterials: (request) => {
        requests.push(request);
        return keyring.getEncryptionMaterials(request);
      },
      getDecryptionMaterials: (request) => keyring.getDecryptionMaterials(request),
    };
    const { encrypt } = setUp({ source });
    const { signal } = new AbortController();
    void encrypt({ signal, plaintextLength: 5, maxPlaintextLength: 9, requiredEncryptionContextKeys: ['tenant'] });
    await settle();
    expect(requests).toHaveLength(1);
    expect(requests[0]).not.toHaveProperty('plaintextLength');
    expect(requests[0]).not.toHaveProperty('maxPlaintextLength');
    expect(requests[0]).toMatchObject({ priority: 'foreground', requiredEncryptionContextKeys: ['tenant'] });
    expect(requests[0]?.signal).not.toBe(signal);
  });

  it('keeps entry and request together though the caller changes the context afterwards', async () => {
    const { encrypt, keyring } = setUp({ maxMessages: 1 });
    const encryptionContext: Record<string, string> = { tenant: 'a' };
    const pending = Promise.all([encrypt({ encryptionContext }), encrypt({ encryptionContext })]);
    encryptionContext['tenant'] = 'b';
    const [first, second] = [await keyring.succeed(), await keyring.succeed()];
    await pending;
    expect(first.request.encryptionContext['tenant']).toBe('a');
    expect(second.request.encryptionContext['tenant']).toBe('a');
  });

  it('is told of every byte', async () => {
    let told = 0;
    const manager = new DefaultMaterialsManager(new HandKeyring(new FakeClock()));
    const keyring = new HandKeyring(new FakeClock());
    const source: MaterialsManager = {
      getEncryptionMaterials: async (request) => {
        const lease = await new DefaultMaterialsManager(keyring).getEncryptionMaterials(request);
        return {
          ...lease,
          reserve: (bytes) => {
            told += bytes;
          },
        };
      },
      getDecryptionMaterials: (request) => manager.getDecryptionMaterials(request),
    };
    const { encrypt } = setUp({ source });
    const pending = Promise.all([encrypt({ plaintextLength: 5 }), encrypt({ plaintextLength: undefined })]);
    await settle();
    await keyring.succeed();
    const [, stream] = await pending;
    stream.reserve(7);
    expect(told).toBe(12);
  });
});

describe('identity', () => {
  const differing: ReadonlyArray<readonly [string, Partial<EncryptionMaterialsRequest>]> = [
    ['context', { encryptionContext: { tenant: 'b' } }],
    ['suite', { algorithmSuite: SIGNED }],
    ['required keys', { requiredEncryptionContextKeys: ['tenant'] }],
    ['commitment policy', { commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT' }],
  ];

  it.each(differing)('keeps apart encrypting requests that differ in %s', async (_name, difference) => {
    const { encrypt, answerAll, manager } = setUp();
    await answerAll(encrypt());
    await answerAll(encrypt(difference));
    expect(manager.stats()).toMatchObject({ hits: 0, misses: 2, entries: 2 });
    await encrypt(difference);
    expect(manager.stats().hits).toBe(1);
  });

  const differingReads: ReadonlyArray<readonly [string, Partial<DecryptionMaterialsRequest>]> = [
    ['context', { encryptionContext: { tenant: 'b' } }],
    ['reproduced context', { reproducedEncryptionContext: { purpose: 'x' } }],
    ['encrypted data keys', { encryptedDataKeys: [edk('two')] }],
    ['number of encrypted data keys', { encryptedDataKeys: [edk('one'), edk('two')] }],
    ['suite', { algorithmSuite: algorithmSuites.ALG_AES_256_GCM_IV12_TAG16_HKDF_SHA256, commitmentPolicy: FORBID }],
    ['commitment policy', { commitmentPolicy: FORBID }],
  ];

  it.each(differingReads)('keeps apart decrypting requests that differ in %s', async (_name, difference) => {
    const { decrypt, answerAll, manager } = setUp();
    await answerAll(decrypt());
    await answerAll(decrypt(difference));
    expect(manager.stats()).toMatchObject({ hits: 0, misses: 2, entries: 2 });
    await decrypt(difference);
    expect(manager.stats().hits).toBe(1);
  });

  it('takes a request for the default suite and one without a suite for the same, over a keyring', async () => {
    for (const commitmentPolicy of [REQUIRE, FORBID]) {
      const { encrypt, answerAll, manager } = setUp();
      const chosen = await answerAll(encrypt({ algorithmSuite: undefined, commitmentPolicy }));
      await encrypt({ algorithmSuite: chosen.materials.algorithmSuite, commitmentPolicy });
      expect(manager.stats()).toMatchObject({ hits: 1, misses: 1 });
    }
  });

  it('chooses the suite that the default manager would', async () => {
    for (const commitmentPolicy of [REQUIRE, FORBID]) {
      const keyring = new HandKeyring(new FakeClock());
      const pending = new DefaultMaterialsManager(keyring).getEncryptionMaterials({
        commitmentPolicy,
        encryptionContext: {},
      });
      const { encrypt, answerAll } = setUp();
      const ours = await answerAll(encrypt({ algorithmSuite: undefined, commitmentPolicy }));
      await keyring.succeed();
      expect(ours.materials.algorithmSuite).toBe((await pending).materials.algorithmSuite);
    }
  });

  it('never shares entries between managers of one store, unless they name one partition', async () => {
    const cache = new LocalMaterialsCache();
    const [one, other] = [setUp({ cache }), setUp({ cache })];
    await one.answerAll(one.encrypt());
    await other.answerAll(other.encrypt());
    expect(other.manager.stats()).toMatchObject({ hits: 0, misses: 1 });
    const named = [setUp({ cache, partitionId: 'p' }), setUp({ cache, partitionId: 'p' })];
    await named[0]!.answerAll(named[0]!.encrypt());
    await named[1]!.encrypt();
    expect(named[1]!.manager.stats()).toMatchObject({ hits: 1, misses: 0 });
  });

  it.each(['', 'a\0b', '\ud800', 'x'.repeat(1_025), 5 as unknown as string])('refuses the partition id %j', (id) => {
    expect(() => setUp({ partitionId: id })).toThrow(TypeError);
  });
});

describe('a store that mixes things up', () => {
  /** Answers every request with the first entry it was given. */
  class MixingCache implements MaterialsCache {
    readonly #inner = new LocalMaterialsCache();
    #firstId: string | undefined;
    get size() {
      return this.#inner.size;
    }
    get() {
      return this.#firstId === undefined ? undefined : this.#inner.get(this.#firstId);
    }
    put(id: string, entry: Parameters<MaterialsCache['put']>[1]) {
      this.#firstId ??= id;
      this.#inner.put(id, entry);
    }
    delete(...parameters: Parameters<MaterialsCache['delete']>) {
      this.#inner.delete(...parameters);
    }
  }

  it('is caught by the check of suite and policy after a hit', async () => {
    const { encrypt, answerAll, manager } = setUp({ cache: new MixingCache() });
    (await answerAll(encrypt())).release();
    await expect(encrypt({ algorithmSuite: SIGNED })).rejects.toThrow(PolicyViolationError);
    expect(manager.stats()).toMatchObject({ entries: 0, evictions: { failed: 1 } });
  });
});

describe('identity-KDF suites', () => {
  it('are passed to the source, encrypting and decrypting', async () => {
    const { encrypt, decrypt, answerAll, manager } = setUp();
    const request = { algorithmSuite: IDENTITY, commitmentPolicy: FORBID };
    await answerAll(Promise.all([encrypt(request), encrypt(request), decrypt(request), decrypt(request)]));
    expect(manager.stats()).toMatchObject({ bypassed: 4, loads: 4, entries: 0 });
  });

  it('are not kept or shared when the source chooses one', async () => {
    const clock = new FakeClock();
    const keyring = new HandKeyring(clock);
    const inner = new DefaultMaterialsManager(keyring);
    const source: MaterialsManager = {
      getEncryptionMaterials: (request) =>
        inner.getEncryptionMaterials({ ...request, algorithmSuite: IDENTITY satisfies AlgorithmSuite }),
      getDecryptionMaterials: (request) => inner.getDecryptionMaterials(request),
    };
    const { encrypt, manager } = setUp({ source });
    const pending = Promise.all(
      Array.from({ length: 5 }, () => encrypt({ algorithmSuite: undefined, commitmentPolicy: FORBID })),
    );
    await settle();
    while (keyring.calls.length > 0) await keyring.succeed();
    const leases = await pending;
    expect(new Set(leases.map(serial)).size).toBe(5);
    expect(manager.stats().entries).toBe(0);
    for (const lease of leases) lease.release();
    expect(leases.every(({ materials }) => isWiped(materials.dataKey))).toBe(true);
  });
});

describe('what callers are handed', () => {
  it('is the same key, and encrypted data keys of their own', async () => {
    const { encrypt, answerAll } = setUp();
    const [one, other] = await answerAll(Promise.all([encrypt(), encrypt()]));
    expect(one.materials.dataKey).toBe(other.materials.dataKey);
    one.materials.encryptedDataKeys[0]!.ciphertext.fill(0);
    one.materials.encryptedDataKeys[0]!.providerInfo.fill(9);
    const third = await encrypt();
    expect(third.materials.encryptedDataKeys).toEqual(other.materials.encryptedDataKeys);
    expect(isWiped(third.materials.encryptedDataKeys[0]!.ciphertext)).toBe(false);
  });

  it('has a context that nobody can change', async () => {
    const { encrypt, decrypt, answerAll } = setUp();
    for (const lease of [await answerAll(encrypt()), await answerAll(decrypt())]) {
      expect(Object.isFrozen(lease.materials.encryptionContext)).toBe(true);
      expect(Object.isFrozen(lease.materials.requiredEncryptionContextKeys)).toBe(true);
    }
  });

  it('shares one signing key between the messages of an entry', async () => {
    const { encrypt, answerAll } = setUp();
    const pending = Promise.all([encrypt({ algorithmSuite: SIGNED }), encrypt({ algorithmSuite: SIGNED })]);
    const [one, other]: MaterialsLease<EncryptionMaterials>[] = await answerAll(pending);
    expect(one?.materials.signingKey).toBeDefined();
    expect(one?.materials.signingKey).toBe(other?.materials.signingKey);
  });
});

describe('revocation', () => {
  it('uses no key after a denial of its renewal, encrypting or decrypting', async () => {
    const { clock, encrypt, decrypt, answerAll, keyring, manager } = setUp({ refreshAheadMs: 500 });
    const keys = [await answerAll(encrypt()), await answerAll(decrypt())];
    for (const lease of keys) lease.release();
    clock.advance(500);
    for (const lease of [await encrypt(), await decrypt()]) lease.release();
    expect(keyring.calls.map(({ request }) => request.priority)).toEqual(['background', 'background']);
    while (keyring.calls.length > 0) await keyring.fail(denied());
    expect(keys.every(({ materials }) => isWiped(materials.dataKey))).toBe(true);
    const refused = Promise.allSettled([encrypt(), decrypt()]);
    await settle();
    while (keyring.calls.length > 0) await keyring.fail(denied());
    for (const result of await refused) expect(result).toMatchObject({ status: 'rejected', reason: denied() });
    expect(manager.stats().evictions.denied).toBe(2);
  });

  it('takes the denial of a message that is too long for the cache to heart', async () => {
    const { encrypt, answerAll, keyring, manager } = setUp({ maxBytes: 100 });
    const lease = await answerAll(encrypt());
    lease.release();
    const refused = expect(encrypt({ plaintextLength: 101 })).rejects.toMatchObject({ category: 'denied' });
    await keyring.fail(denied());
    await refused;
    expect(isWiped(lease.materials.dataKey)).toBe(true);
    expect(manager.stats().evictions.denied).toBe(1);
  });

  it('fails no operation in 60 s of throttling with warm keys', async () => {
    const { clock, encrypt, decrypt, answerAll, keyring, manager } = setUp({
      maxAgeMs: 300_000,
      refreshAheadMs: 120_000,
    });
    for (const lease of [await answerAll(encrypt()), await answerAll(decrypt())]) lease.release();
    clock.advance(200_000);
    for (let tick = 0; tick < 600; tick += 1) {
      for (const lease of [await encrypt(), await decrypt()]) {
        expect(isWiped(lease.materials.dataKey)).toBe(false);
        lease.release();
      }
      clock.advance(100);
      while (keyring.calls.length > 0) await keyring.fail(throttled());
    }
    const stats = manager.stats();
    expect(stats).toMatchObject({ hits: 1_200, misses: 2, entries: 2 });
    expect(stats.loadFailures).toBeGreaterThan(10);
    expect(stats.loadFailures).toBeLessThan(40);
  });

  it('drops everything on clear', async () => {
    const { encrypt, decrypt, answerAll, manager } = setUp();
    const leases = [await answerAll(encrypt()), await answerAll(decrypt())];
    for (const lease of leases) lease.release();
    manager.clear();
    expect(leases.every(({ materials }) => isWiped(materials.dataKey))).toBe(true);
    expect(manager.stats()).toMatchObject({ entries: 0, evictions: { cleared: 2 } });
  });
});

describe('closing', () => {
  it('wipes what nobody uses, at once, and the rest when its lease ends; then refuses', async () => {
    const { clock, encrypt, decrypt, answerAll, manager } = setUp();
    const [used, unused] = [await answerAll(encrypt()), await answerAll(decrypt())];
    unused.release();
    await manager[Symbol.asyncDispose]();
    expect([isWiped(used.materials.dataKey), isWiped(unused.materials.dataKey)]).toEqual([false, true]);
    used.release();
    expect(isWiped(used.materials.dataKey)).toBe(true);
    expect(clock.timerCount).toBe(0);
    for (const request of [encrypt(), decrypt(), encrypt({ algorithmSuite: IDENTITY, commitmentPolicy: FORBID })]) {
      await expect(request).rejects.toThrow(TypeError);
    }
  });
});

describe('options', () => {
  it.each([
    [{ maxAgeMs: 0 }],
    [{ maxAgeMs: 2 ** 31 }],
    [{ maxAgeMs: 1.5 }],
    [{ maxMessages: 0 }],
    [{ maxMessages: 2 ** 32 + 1 }],
    [{ maxBytes: 0 }],
    [{ maxBytes: 2 ** 53 }],
    [{ refreshAheadMs: 1_000 }],
    [{ staleIfErrorMs: -1 }],
    [{ jitter: 0.6 }],
    [{ jitter: Number.NaN }],
    [{ capacity: -1 }],
    [{ capacity: 2 ** 24 + 1 }],
  ])('refuses %j as out of range', (options) => {
    expect(() => setUp(options)).toThrow(RangeError);
  });

  it('takes the bounds of the specification', () => {
    expect(() => setUp({ maxMessages: 2 ** 32, maxBytes: 2 ** 53 - 1, capacity: 0 })).not.toThrow();
  });

  it('refuses a source that is neither keyring nor manager, and a capacity beside a cache', () => {
    expect(() => setUp({ source: {} as MaterialsManager })).toThrow(TypeError);
    expect(() => setUp({ cache: new LocalMaterialsCache(), capacity: 5 })).toThrow(TypeError);
  });
});
