import { algorithmSuites, DataKeyUnavailableError, DecryptionFailedError } from '@waxseal/core';
import { encodeEncryptionContext, encodeLocaleSortedContext, engine } from '@waxseal/core/crypto';
import { RawAesKeyring } from '@waxseal/keyring';
import { describe, expect, test } from 'vitest';
import { decryptRequest, encryptRequest } from './requests.ts';

const key = new Uint8Array(32).fill(1);
const make = (changes: object = {}) => new RawAesKeyring({ namespace: 'app', name: 'key-1', key, ...changes });

describe('wrapping', () => {
  test.each([16, 24, 32])('binds context and name under a key of %i bytes', async (length) => {
    const keyring = make({ key: new Uint8Array(length).fill(9) });
    const { dataKey, encryptedDataKeys } = await keyring.onEncrypt(encryptRequest());
    const [entry] = encryptedDataKeys;
    expect(entry).toMatchObject({ providerId: 'app' });
    expect(entry?.providerInfo).toHaveLength('key-1'.length + 20);
    expect(Buffer.from(entry!.providerInfo.subarray(0, 13))).toEqual(
      Buffer.from('key-1\0\0\0\x80\0\0\0\x0c', 'latin1'),
    );
    expect(entry?.ciphertext).toHaveLength(48);
    expect(await keyring.onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
  });

  test('makes data keys of the length that the suite takes', async () => {
    const algorithmSuite = algorithmSuites.ALG_AES_192_GCM_IV12_TAG16_HKDF_SHA256;
    const { dataKey } = await make().onEncrypt(encryptRequest({ algorithmSuite }));
    expect(dataKey).toHaveLength(24);
  });

  test('wraps a given data key and leaves it alone', async () => {
    const dataKey = new Uint8Array(32).fill(3);
    const result = await make().onEncrypt(encryptRequest({ dataKey }));
    expect(result.dataKey).toBe(dataKey);
    expect(dataKey).toEqual(new Uint8Array(32).fill(3));
    await expect(make().onEncrypt(encryptRequest({ dataKey: new Uint8Array(16) }))).rejects.toThrow(RangeError);
  });

  test('takes a fresh IV each time', async () => {
    const dataKey = new Uint8Array(32);
    const infos = await Promise.all(
      Array.from({ length: 20 }, async () => (await make().onEncrypt(encryptRequest({ dataKey }))).encryptedDataKeys),
    );
    expect(new Set(infos.map(([entry]) => Buffer.from(entry!.providerInfo).toString('hex'))).size).toBe(20);
  });

  test('copies the key in: the caller may wipe it, and it is not wiped for the caller', async () => {
    const mine = new Uint8Array(32).fill(1);
    const keyring = make({ key: mine });
    expect(mine).toEqual(key);
    mine.fill(0);
    const { dataKey, encryptedDataKeys } = await keyring.onEncrypt(encryptRequest());
    expect(await make().onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
  });
});

describe('unwrapping', () => {
  test.each([
    ['another namespace', { namespace: 'apps' }],
    ['a name that is a prefix of the one in the message', { name: 'key-' }],
    ['a name that the one in the message is a prefix of', { name: 'key-10' }],
    ['another name', { name: 'key-2' }],
  ])('gives undefined under %s', async (_what, changes) => {
    const { encryptedDataKeys } = await make().onEncrypt(encryptRequest());
    expect(await make(changes).onDecrypt(decryptRequest(encryptedDataKeys))).toBeUndefined();
  });

  test.each([
    ['tag length', 'key-1'.length + 3],
    ['IV length', 'key-1'.length + 7],
  ])('gives undefined when the %s in the provider info is another', async (_what, at) => {
    const { encryptedDataKeys } = await make().onEncrypt(encryptRequest());
    const [entry] = encryptedDataKeys;
    entry!.providerInfo[at]! ^= 1;
    expect(await make().onDecrypt(decryptRequest(encryptedDataKeys))).toBeUndefined();
  });

  test('gives undefined for a ciphertext no longer than a tag', async () => {
    const { encryptedDataKeys } = await make().onEncrypt(encryptRequest());
    const short = { ...encryptedDataKeys[0]!, ciphertext: new Uint8Array(16) };
    expect(await make().onDecrypt(decryptRequest([short]))).toBeUndefined();
  });

  test.each([
    ['one context value changed', { encryptionContext: { purpose: 'tset', Äpfel: 'grün' } }],
    ['one context pair less', { encryptionContext: { purpose: 'test' } }],
    ['no context', { encryptionContext: {} }],
  ])('fails with %s', async (_what, changes) => {
    const { encryptedDataKeys } = await make().onEncrypt(encryptRequest());
    const error = await make()
      .onDecrypt(decryptRequest(encryptedDataKeys, changes))
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataKeyUnavailableError);
    expect(error).toMatchObject({ category: 'mismatch', attempts: [{ keyring: 'RawAesKeyring', key: 'app/key-1' }] });
    expect((error as DataKeyUnavailableError).attempts[0]?.cause).toBeInstanceOf(DecryptionFailedError);
    expect(String(error)).toContain('context differs');
  });

  test('fails on a data key of another length than the suite takes', async () => {
    const algorithmSuite = algorithmSuites.ALG_AES_128_GCM_IV12_TAG16_HKDF_SHA256;
    const { encryptedDataKeys } = await make().onEncrypt(encryptRequest({ algorithmSuite }));
    await expect(make().onDecrypt(decryptRequest(encryptedDataKeys))).rejects.toThrow(DataKeyUnavailableError);
  });

  test('fails on every flipped bit of IV and ciphertext', async () => {
    const { encryptedDataKeys } = await make().onEncrypt(encryptRequest());
    const [entry] = encryptedDataKeys;
    for (const bytes of [entry!.providerInfo.subarray(-12), entry!.ciphertext]) {
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        await expect(make().onDecrypt(decryptRequest(encryptedDataKeys))).rejects.toThrow(DataKeyUnavailableError);
        bytes[bit >> 3]! ^= 1 << (bit & 7);
      }
    }
  });

  test('goes on to a second encrypted data key of the same name', async () => {
    const other = await make({ key: new Uint8Array(32) }).onEncrypt(encryptRequest());
    const mine = await make().onEncrypt(encryptRequest());
    const request = decryptRequest([...other.encryptedDataKeys, ...mine.encryptedDataKeys]);
    expect(await make().onDecrypt(request)).toEqual(mine.dataKey);
  });
});

describe('messages of the official JavaScript SDK with its default order', () => {
  const encryptionContext = { 'aws-crypto-public-key': 'x', Purpose: '1', ä: '2', z: '3' };

  function wrapInLocaleOrder() {
    const iv = engine.randomBytes(12);
    const pieces: Uint8Array[] = [];
    const aad = encodeLocaleSortedContext(encryptionContext, 'en-US');
    const tag = engine.createAead(key).seal(iv, aad, [new Uint8Array(32).fill(5)], pieces);
    const providerInfo = Buffer.concat([Buffer.from('key-1\0\0\0\x80\0\0\0\x0c', 'latin1'), iv]);
    return [{ providerId: 'app', providerInfo, ciphertext: Buffer.concat([...pieces, tag]) }];
  }

  test('open with localeSortedContext alone', async () => {
    const request = decryptRequest(wrapInLocaleOrder(), { encryptionContext });
    await expect(make().onDecrypt(request)).rejects.toThrow(DataKeyUnavailableError);
    const opened = await make({ localeSortedContext: 'en-US' }).onDecrypt(request);
    expect(opened).toEqual(new Uint8Array(32).fill(5));
  });

  test('are not written, and right ones still open', async () => {
    const reader = make({ localeSortedContext: 'en-US' });
    const { dataKey, encryptedDataKeys } = await reader.onEncrypt(encryptRequest({ encryptionContext }));
    const request = decryptRequest(encryptedDataKeys, { encryptionContext });
    expect(await make().onDecrypt(request)).toEqual(dataKey);
    expect(await reader.onDecrypt(request)).toEqual(dataKey);
  });

  test('differ from ours in nothing but the order', () => {
    const sameOrder = { a: '1', b: 'ß', c: '' };
    expect(encodeLocaleSortedContext(sameOrder, 'en-US')).toEqual(new Uint8Array(encodeEncryptionContext(sameOrder)));
    expect(encodeLocaleSortedContext({}, 'en-US')).toHaveLength(0);
  });
});

test.each([
  ['the namespace aws-kms', { namespace: 'aws-kms' }, TypeError],
  ['a namespace that starts with aws-kms', { namespace: 'aws-kms-mine' }, TypeError],
  ['an empty namespace', { namespace: '' }, TypeError],
  ['an empty name', { name: '' }, TypeError],
  ['a name with a lone surrogate', { name: '\ud800' }, TypeError],
  ['a name too long for the header', { name: 'x'.repeat(65_516) }, TypeError],
  ['a key of 31 bytes', { key: new Uint8Array(31) }, RangeError],
  ['a key that is text', { key: 'secret' }, TypeError],
  ['a locale that is none', { localeSortedContext: 'not a locale' }, TypeError],
])('is not made with %s', (_what, changes, expected) => {
  expect(() => make(changes)).toThrow(expected);
});
