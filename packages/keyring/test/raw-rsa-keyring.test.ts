import { constants, generateKeyPairSync, publicEncrypt } from 'node:crypto';
import { algorithmSuites, decrypt, encrypt } from '@waxseal/core';
import { RawRsaKeyring } from '@waxseal/keyring';
import { describe, expect, test } from 'vitest';
import { dataKeyFailure } from './failures.ts';
import { ecPair, rsaPair } from './key-pairs.ts';
import { decryptRequest, encryptRequest } from './requests.ts';

const PADDINGS = ['pkcs1', 'oaep-sha1', 'oaep-sha256', 'oaep-sha384', 'oaep-sha512'] as const;
const names = { namespace: 'app', name: 'key-1' };
const { publicKey, privateKey } = rsaPair();
const make = (padding: (typeof PADDINGS)[number] = 'oaep-sha256', changes: object = {}) =>
  new RawRsaKeyring({ ...names, publicKey, privateKey, padding, ...changes });

describe.each(PADDINGS)('%s', (padding) => {
  test('wraps and unwraps; the name is the provider info', async () => {
    const { dataKey, encryptedDataKeys } = await make(padding).onEncrypt(encryptRequest());
    const [entry] = encryptedDataKeys;
    expect(entry).toMatchObject({ providerId: 'app', providerInfo: new Uint8Array(Buffer.from('key-1')) });
    expect(entry?.ciphertext).toHaveLength(256);
    expect(await make(padding).onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
  });

  test('carries data keys of every length', async () => {
    const algorithmSuite = algorithmSuites.ALG_AES_128_GCM_IV12_TAG16_HKDF_SHA256;
    const { dataKey, encryptedDataKeys } = await make(padding).onEncrypt(encryptRequest({ algorithmSuite }));
    expect(dataKey).toHaveLength(16);
    expect(await make(padding).onDecrypt(decryptRequest(encryptedDataKeys, { algorithmSuite }))).toEqual(dataKey);
  });

  test('fails, without a word about the padding, on a ciphertext of another length or above the modulus', async () => {
    const entry = { providerId: 'app', providerInfo: Buffer.from('key-1'), ciphertext: new Uint8Array(255).fill(1) };
    for (const ciphertext of [entry.ciphertext, new Uint8Array(257).fill(1), new Uint8Array(256).fill(255)]) {
      const error = await dataKeyFailure(make(padding).onDecrypt(decryptRequest([{ ...entry, ciphertext }])));
      expect(error).toMatchObject({
        attempts: [{ keyring: 'RawRsaKeyring', key: 'app/key-1', cause: { code: 'ERR_DECRYPTION_FAILED' } }],
      });
    }
  });

  test.each([
    ['another namespace', { namespace: 'ap' }],
    ['a name that is a prefix of the one in the message', { name: 'key-' }],
    ['a name that the one in the message is a prefix of', { name: 'key-10' }],
    ['no private key', { privateKey: undefined }],
  ])('gives undefined with %s', async (_what, changes) => {
    const { encryptedDataKeys } = await make(padding).onEncrypt(encryptRequest());
    expect(await make(padding, changes).onDecrypt(decryptRequest(encryptedDataKeys))).toBeUndefined();
  });
});

describe('OAEP', () => {
  test('fails under another private key, hash or length', async () => {
    const { encryptedDataKeys } = await make().onEncrypt(encryptRequest());
    const request = decryptRequest(encryptedDataKeys);
    const other = rsaPair('b');
    await dataKeyFailure(make('oaep-sha256', other).onDecrypt(request));
    await dataKeyFailure(make('oaep-sha1').onDecrypt(request));
    const algorithmSuite = algorithmSuites.ALG_AES_128_GCM_IV12_TAG16_HKDF_SHA256;
    await dataKeyFailure(make().onDecrypt({ ...request, algorithmSuite }));
  });

  test('takes the same hash for MGF1: what another implementation of that writes opens', async () => {
    const dataKey = new Uint8Array(32).fill(4);
    const options = { key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha512' };
    const entry = {
      providerId: 'app',
      providerInfo: Buffer.from('key-1'),
      ciphertext: publicEncrypt(options, dataKey),
    };
    expect(await make('oaep-sha512').onDecrypt(decryptRequest([entry]))).toEqual(dataKey);
  });
});

describe('PKCS #1 v1.5', () => {
  const entryOf = (ciphertext: Uint8Array) => ({
    providerId: 'app',
    providerInfo: Buffer.from('key-1'),
    ciphertext,
  });
  // Encrypts a block as it is, to make bad padding.
  const raw = (block: Uint8Array) =>
    publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, Buffer.from(block));
  const padded = (change: (block: Buffer) => void, length = 32) => {
    const block = Buffer.alloc(256, 0xaa);
    block.set([0, 2]);
    block[255 - length] = 0;
    change(block);
    return raw(block);
  };
  const open = (ciphertext: Uint8Array) => make('pkcs1').onDecrypt(decryptRequest([entryOf(ciphertext)]));

  test('opens a right block', async () => {
    expect(await open(padded(() => {}))).toEqual(new Uint8Array(32).fill(0xaa));
  });

  test.each([
    ['a first byte that is not 0', padded((block) => block.set([1]))],
    ['block type 1', padded((block) => block.set([0, 1]))],
    ['no zero before the message', padded((block) => block.fill(0xbb, 223, 224))],
    ['a zero within the padding', padded((block) => block.fill(0, 100, 101))],
    ['a zero at the start of the padding', padded((block) => block.fill(0, 2, 3))],
    ['a message of another length', padded(() => {}, 16)],
    ['zeros alone', raw(Buffer.alloc(256))],
  ])('gives a false data key for %s: always the same, and of the right length', async (_what, ciphertext) => {
    const first = await open(ciphertext);
    const second = await open(ciphertext);
    expect(first).toHaveLength(32);
    expect(second).toEqual(first);
    expect(first).not.toEqual(new Uint8Array(32).fill(0xaa));
  });

  test('gives different false data keys for different ciphertexts and for different private keys', async () => {
    const bad = [padded((block) => block.set([0, 1])), padded((block) => block.set([0, 3]))];
    const keys = await Promise.all(bad.map(open));
    const other = make('pkcs1', rsaPair('b'));
    const { encryptedDataKeys } = await make('pkcs1').onEncrypt(encryptRequest());
    const wrongKey = await other.onDecrypt(decryptRequest(encryptedDataKeys)).catch(() => new Uint8Array(32));
    const all = [...keys, wrongKey].map((key) => Buffer.from(key!).toString('hex'));
    expect(new Set(all).size).toBe(3);
  });

  test('a message with bad padding fails as one under a wrong key does, in the same words', async () => {
    const options = { algorithmSuite: 0x0478 } as const;
    const { message } = await encrypt(make('pkcs1'), new Uint8Array(10), options);
    const good = await make('pkcs1').onEncrypt(encryptRequest());
    const at = Buffer.from(message).indexOf('key-1') + 'key-1'.length + 2;
    const replaced = (ciphertext: Uint8Array) => {
      const copy = Uint8Array.from(message);
      copy.set(ciphertext, at);
      return copy;
    };
    const failures = await Promise.all(
      [padded((block) => block.set([0, 1])), good.encryptedDataKeys[0]!.ciphertext].map((ciphertext) =>
        decrypt(make('pkcs1'), replaced(ciphertext)).catch((error: unknown) => error),
      ),
    );
    expect(failures[0]).toMatchObject({ code: 'ERR_DECRYPTION_FAILED' });
    expect(String(failures[1])).toBe(String(failures[0]));
  });
});

describe('keys', () => {
  const spki = { type: 'spki' } as const;
  const pkcs8 = { type: 'pkcs8' } as const;
  const pkcs1 = { type: 'pkcs1' } as const;
  test.each([
    ['KeyObjects', publicKey, privateKey],
    ['PEM', publicKey.export({ ...spki, format: 'pem' }), privateKey.export({ ...pkcs8, format: 'pem' })],
    ['DER', publicKey.export({ ...spki, format: 'der' }), privateKey.export({ ...pkcs8, format: 'der' })],
    [
      'PKCS #1 PEM',
      publicKey.export({ type: 'pkcs1', format: 'pem' }),
      privateKey.export({ type: 'pkcs1', format: 'pem' }),
    ],
    [
      'PKCS #1 DER',
      publicKey.export({ type: 'pkcs1', format: 'der' }),
      privateKey.export({ type: 'pkcs1', format: 'der' }),
    ],
  ])('are taken as %s, and left as they are', async (_what, open, secret) => {
    const before = secret instanceof Uint8Array ? Uint8Array.from(secret) : secret;
    const keyring = make('oaep-sha256', { publicKey: open, privateKey: secret });
    const { dataKey, encryptedDataKeys } = await keyring.onEncrypt(encryptRequest());
    expect(await make().onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
    expect(await keyring.onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
    expect(secret instanceof Uint8Array ? new Uint8Array(secret) : secret).toEqual(before);
  });

  test('the public one is never derived from the private one', async () => {
    const keyring = make('oaep-sha256', { publicKey: undefined });
    await expect(keyring.onEncrypt(encryptRequest())).rejects.toThrow(TypeError);
  });

  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
  test.each([
    ['neither key', { publicKey: undefined, privateKey: undefined }, TypeError],
    ['a private key as public one', { publicKey: privateKey }, TypeError],
    ['a private PEM as public one', { publicKey: privateKey.export({ ...pkcs8, format: 'pem' }) }, TypeError],
    ['a private DER as public one', { publicKey: privateKey.export({ ...pkcs8, format: 'der' }) }, TypeError],
    ['a private PKCS #1 DER as public one', { publicKey: privateKey.export({ ...pkcs1, format: 'der' }) }, TypeError],
    [
      'a private DER as the only key, public',
      { publicKey: new Uint8Array(privateKey.export({ ...pkcs8, format: 'der' })), privateKey: undefined },
      TypeError,
    ],
    ['a public key as private one', { privateKey: publicKey }, TypeError],
    ['keys that are no pair', { publicKey: rsaPair('b').publicKey }, TypeError],
    ['an EC key', { publicKey: ecPair().publicKey, privateKey: undefined }, TypeError],
    ['a modulus of 1,024 bits', { publicKey: weak.publicKey, privateKey: undefined }, RangeError],
    ['text that is no key', { publicKey: 'key' }, TypeError],
    ['bytes that are no key', { publicKey: new Uint8Array(10) }, TypeError],
    [
      'a private key under a passphrase',
      { privateKey: privateKey.export({ ...pkcs8, format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }) },
      TypeError,
    ],
    ['an unknown padding', { padding: 'oaep' }, TypeError],
    ['a name of the prototype as padding', { padding: 'toString' }, TypeError],
    ['the namespace aws-kms', { namespace: 'aws-kms' }, TypeError],
    ['a namespace that starts with aws-kms', { namespace: 'aws-kmsx' }, TypeError],
  ])('are refused: %s', (_what, changes, expected) => {
    expect(() => make('oaep-sha256', changes)).toThrow(expected);
  });
});

test('the context is not bound by RSA: the header of the message binds it', async () => {
  const { dataKey, encryptedDataKeys } = await make().onEncrypt(encryptRequest());
  const request = decryptRequest(encryptedDataKeys, { encryptionContext: { other: 'context' } });
  expect(await make().onDecrypt(request)).toEqual(dataKey);
});
