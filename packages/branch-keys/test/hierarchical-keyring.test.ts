import {
  algorithmSuites,
  DataKeyUnavailableError,
  type EncryptedDataKey,
  type KeyringEncryptResult,
} from '@waxseal/core';
import { LocalMaterialsCache } from '@waxseal/data-key-cache';
import { describe, expect, it } from 'vitest';
import { BranchKeyNotFoundError, HierarchicalKeyring, type HierarchicalKeyringOptions } from '../src/index.ts';
import { algorithmSuite, failure, setUpKeyring, unwrap, wrap } from './keyring-fixture.ts';

describe('wrapping', () => {
  it('generates a data key of the suite and names branch key and provider', async () => {
    const { keyring } = await setUpKeyring();
    const { dataKey, encryptedDataKeys } = await wrap(keyring);
    expect(dataKey).toHaveLength(32);
    expect(encryptedDataKeys).toHaveLength(1);
    expect(encryptedDataKeys[0]?.providerId).toBe('aws-kms-hierarchy');
    expect(new TextDecoder().decode(encryptedDataKeys[0]?.providerInfo)).toBe('t1');
    expect(await unwrap(keyring, { encryptedDataKeys })).toEqual(dataKey);
  });

  it('wraps the data key that it is given, and neither keeps nor changes it', async () => {
    const { keyring } = await setUpKeyring();
    const dataKey = new Uint8Array(32).fill(7);
    const result = await keyring.onEncrypt({ algorithmSuite, encryptionContext: {}, dataKey });
    expect(result.dataKey).toBe(dataKey);
    expect(dataKey).toEqual(new Uint8Array(32).fill(7));
    expect(await unwrap(keyring, result, {})).toEqual(dataKey);
    const short = keyring.onEncrypt({ algorithmSuite, encryptionContext: {}, dataKey: new Uint8Array(16) });
    await expect(short).rejects.toThrow(RangeError);
  });

  it('fails when the branch key can not be had, telling why', async () => {
    const { keyStore } = await setUpKeyring();
    const keyring = new HierarchicalKeyring({ keyStore, branchKeyId: 'none', maxAgeMs: 1000 });
    const error = await failure(wrap(keyring));
    expect(error).toBeInstanceOf(DataKeyUnavailableError);
    expect((error as DataKeyUnavailableError).attempts[0]?.cause).toBeInstanceOf(BranchKeyNotFoundError);
    expect(error).toMatchObject({ attempts: [{ keyring: 'HierarchicalKeyring', key: 'none' }] });
  });
});

describe('unwrapping', () => {
  it('has nothing to say to data keys of other providers and of other branch keys', async () => {
    const { keyring, storage } = await setUpKeyring();
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
    const { keyring } = await setUpKeyring();
    const wrapped = await wrap(keyring, { tenant: 'SECRET-1' });
    const error = await failure(unwrap(keyring, wrapped, { tenant: 'SECRET-2' }));
    expect(error).toBeInstanceOf(DataKeyUnavailableError);
    expect(error).toMatchObject({ category: 'mismatch' });
    expect(String(error)).not.toContain('SECRET');
  });

  it('refuses data keys of the wrong length before reading the store', async () => {
    const { keyring, storage } = await setUpKeyring();
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
    const { keyring } = await setUpKeyring();
    const good = await wrap(keyring);
    const bad = await wrap(keyring, { other: 'context' });
    const both = { encryptedDataKeys: [...bad.encryptedDataKeys, ...good.encryptedDataKeys] };
    expect(await unwrap(keyring, both)).toEqual(good.dataKey);
  });

  it('opens data keys of older versions after a rotation, in this process and in a new one', async () => {
    const { keyring, keyStore, clock } = await setUpKeyring();
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
    const { keyStore, keyring } = await setUpKeyring({ branchKeyIdFor: (context) => context['tenant'] ?? '' });
    await keyStore.createKey({ branchKeyId: 't2', encryptionContext: { t: '2' } });
    const one = await wrap(keyring, { tenant: 't1' });
    const two = await wrap(keyring, { tenant: 't2' });
    expect(await unwrap(keyring, one, { tenant: 't1' })).toEqual(one.dataKey);
    expect(await unwrap(keyring, two, { tenant: 't2' })).toEqual(two.dataKey);
    expect(await unwrap(keyring, two, { tenant: 't1' })).toBeUndefined();
  });

  it('is not asked for when no data key is of a hierarchical keyring', async () => {
    const { keyring } = await setUpKeyring({
      branchKeyIdFor: () => {
        throw new Error('no tenant');
      },
    });
    const foreign = { providerId: 'aws-kms', providerInfo: new Uint8Array(1), ciphertext: new Uint8Array(1) };
    expect(await unwrap(keyring, { encryptedDataKeys: [foreign] })).toBeUndefined();
    await expect(wrap(keyring)).rejects.toThrow('no tenant');
  });

  it.each([undefined, '', 7, 'x'.repeat(2049), '\ud800', Promise.resolve('t1')])(
    'must be a text: %s is a mistake when encrypting, and a message for others when decrypting',
    async (id) => {
      const { keyring, storage } = await setUpKeyring();
      const wrapped = await wrap(keyring);
      const reads = storage.reads;
      const { keyring: misled } = await setUpKeyring({ branchKeyIdFor: () => id as never });
      await expect(wrap(misled)).rejects.toThrow(TypeError);
      const error = await failure(unwrap(misled, wrapped));
      expect(error).toBeInstanceOf(DataKeyUnavailableError);
      expect(error).toMatchObject({
        category: 'mismatch',
        message: expect.stringContaining('branchKeyIdFor gives no branch key id for the context of this message'),
        attempts: [{ keyring: 'HierarchicalKeyring', cause: { code: 'ERR_CONTEXT_MISMATCH', category: 'mismatch' } }],
      });
      expect(storage.reads).toBe(reads);
    },
  );

  it('fails the decryption with what its finder throws', async () => {
    const { keyring } = await setUpKeyring();
    const wrapped = await wrap(keyring);
    const { keyring: refusing } = await setUpKeyring({
      branchKeyIdFor: () => {
        throw new TypeError('no tenant');
      },
    });
    expect(await failure(unwrap(refusing, wrapped))).toEqual(new TypeError('no tenant'));
  });
});

describe('options', () => {
  it('are checked', async () => {
    const { keyStore } = await setUpKeyring();
    const good = { keyStore, branchKeyId: 't1', maxAgeMs: 1000 };
    const wrong: [object, typeof TypeError | typeof RangeError][] = [
      [{ ...good, branchKeyIdFor: () => 't1' }, TypeError],
      [{ keyStore, maxAgeMs: 1000 }, TypeError],
      [{ ...good, branchKeyId: '' }, TypeError],
      [{ ...good, keyStore: {} }, TypeError],
      [{ ...good, partitionId: 'a\0b' }, TypeError],
      [{ ...good, partitionId: '' }, TypeError],
      [{ ...good, partitionId: 'p'.repeat(1025) }, TypeError],
      [{ ...good, cache: new LocalMaterialsCache(), capacity: 3 }, TypeError],
      [{ ...good, maxAgeMs: 0 }, RangeError],
      [{ ...good, maxAgeMs: Number.NaN }, RangeError],
      [{ ...good, refreshAheadMs: 1000 }, RangeError],
      [{ ...good, jitter: 0.51 }, RangeError],
      [{ ...good, capacity: -1 }, RangeError],
    ];
    for (const [options, error] of wrong) {
      expect(() => new HierarchicalKeyring(options as HierarchicalKeyringOptions)).toThrow(error);
    }
    const widest = { ...good, partitionId: 'p'.repeat(1024), jitter: 0.5 };
    expect(new HierarchicalKeyring(widest)).toBeInstanceOf(HierarchicalKeyring);
  });
});
