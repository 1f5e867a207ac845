import { constants, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { algorithmSuites } from '@waxseal/core';
import { encodeEncryptionContext, engine } from '@waxseal/core/crypto';
import { KmsRsaKeyring } from '@waxseal/keyring';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { dataKeyFailure } from './failures.ts';
import { ecPair, rsaPair } from './key-pairs.ts';
import { CONTEXT, decryptRequest, encryptRequest } from './requests.ts';
import { StubAsymmetricKms } from './stub-asymmetric-kms.ts';
import { awsError, keyArn } from './stub-kms.ts';

const KEY = keyArn('rsa');
const EAST = keyArn('mrk-1', 'us-east-1');
const WEST = keyArn('mrk-1', 'us-west-2');
const { publicKey } = rsaPair();

let kms: StubAsymmetricKms;
beforeEach(() => {
  kms = new StubAsymmetricKms({ [KEY]: rsaPair(), [EAST]: rsaPair(), [WEST]: rsaPair() });
});

const make = (changes: object = {}) =>
  new KmsRsaKeyring({ kms, keyId: KEY, publicKey, encryptionAlgorithm: 'RSAES_OAEP_SHA_256', ...changes });

describe.each(['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] as const)('%s', (encryptionAlgorithm) => {
  test('encrypts offline, the digest of the context before the data key, and decrypts by one call', async () => {
    const { signal } = new AbortController();
    const keyring = make({ encryptionAlgorithm, grantTokens: ['token'] });
    const { dataKey, encryptedDataKeys } = await keyring.onEncrypt(encryptRequest());
    expect(kms.calls).toEqual([]);
    const [entry] = encryptedDataKeys;
    expect(entry).toMatchObject({ providerId: 'aws-kms-rsa', providerInfo: new Uint8Array(Buffer.from(KEY)) });
    const oaepHash = encryptionAlgorithm === 'RSAES_OAEP_SHA_1' ? 'sha1' : 'sha256';
    const options = { key: rsaPair().privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash };
    const digest = engine.digest('sha384', [encodeEncryptionContext(CONTEXT)]);
    expect(privateDecrypt(options, entry!.ciphertext)).toEqual(Buffer.concat([digest, dataKey]));
    expect(await keyring.onDecrypt(decryptRequest(encryptedDataKeys, { signal }))).toEqual(dataKey);
    expect(kms.calls).toMatchObject([
      {
        operation: 'Decrypt',
        input: { KeyId: KEY, EncryptionAlgorithm: encryptionAlgorithm, GrantTokens: ['token'] },
        options: { abortSignal: signal },
      },
    ]);
  });
});

test('asks for the public key once, also for callers at the same time, and again after a failure', async () => {
  const keyring = make({ publicKey: undefined });
  kms.bend = () => {
    throw awsError('ThrottlingException');
  };
  const error = await dataKeyFailure(keyring.onEncrypt(encryptRequest()));
  expect(error.attempts).toMatchObject([{ cause: { code: 'ERR_KMS_THROTTLED', operation: 'GetPublicKey' } }]);
  kms.bend = (_call, answer) => answer;
  await Promise.all([1, 2, 3].map(() => keyring.onEncrypt(encryptRequest())));
  await keyring.onEncrypt(encryptRequest());
  expect(kms.operations()).toEqual(['GetPublicKey', 'GetPublicKey']);
});

test('who gives up waiting for the public key does not stop the others', async () => {
  const keyring = make({ publicKey: undefined });
  const controller = new AbortController();
  const patient = keyring.onEncrypt(encryptRequest());
  const hasty = keyring.onEncrypt(encryptRequest({ signal: controller.signal }));
  controller.abort(new Error('enough'));
  await expect(hasty).rejects.toThrow('enough');
  expect((await patient).encryptedDataKeys).toHaveLength(1);
});

test.each([
  ['for signing', { KeyUsage: 'SIGN_VERIFY' }, 'ERR_KMS_KEY_USAGE'],
  [
    'of another kind',
    { PublicKey: ecPair().publicKey.export({ type: 'spki', format: 'der' }) },
    'ERR_KMS_UNEXPECTED_ANSWER',
  ],
  ['of another key', { KeyId: EAST }, 'ERR_KMS_UNEXPECTED_ANSWER'],
  ['missing', { PublicKey: undefined }, 'ERR_KMS_UNEXPECTED_ANSWER'],
])('refuses a public key that is %s', async (_what, change, code) => {
  kms.bend = (_call, answer) => ({ ...answer, ...change });
  const error = await dataKeyFailure(make({ publicKey: undefined }).onEncrypt(encryptRequest()));
  expect(error.attempts).toMatchObject([{ keyring: 'KmsRsaKeyring', key: KEY, cause: { code } }]);
});

test('a replica decrypts what was encrypted for another, called by the configured ARN', async () => {
  const { dataKey, encryptedDataKeys } = await make({ keyId: EAST }).onEncrypt(encryptRequest());
  expect(await make({ keyId: WEST }).onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
  expect(kms.calls).toMatchObject([{ input: { KeyId: WEST } }]);
});

test.each([
  ['another key', KEY, keyArn('rs')],
  ['another Region', KEY, keyArn('rsa', 'us-west-2')],
  ['another account', EAST, keyArn('mrk-1', 'us-west-2', '999999999999')],
  ['another partition', EAST, keyArn('mrk-1', 'cn-north-1', undefined, 'aws-cn')],
])('gives undefined for %s', async (_what, written, configured) => {
  const { encryptedDataKeys } = await make({ keyId: written }).onEncrypt(encryptRequest());
  expect(await make({ keyId: configured }).onDecrypt(decryptRequest(encryptedDataKeys))).toBeUndefined();
  const renamed = encryptedDataKeys.map((entry) => ({ ...entry, providerId: 'aws-kms' }));
  expect(await make({ keyId: written }).onDecrypt(decryptRequest(renamed))).toBeUndefined();
});

test('fails when one context value differs', async () => {
  const { encryptedDataKeys } = await make().onEncrypt(encryptRequest());
  const request = decryptRequest(encryptedDataKeys, { encryptionContext: { ...CONTEXT, purpose: 'tset' } });
  const error = await dataKeyFailure(make().onDecrypt(request));
  expect(error.attempts).toMatchObject([{ cause: { code: 'ERR_DECRYPTION_FAILED' } }]);
});

test('binds the empty context by the digest of nothing', async () => {
  const { dataKey, encryptedDataKeys } = await make().onEncrypt(encryptRequest({ encryptionContext: {} }));
  const request = decryptRequest(encryptedDataKeys, { encryptionContext: {} });
  expect(await make().onDecrypt(request)).toEqual(dataKey);
});

test.each([
  ['another KeyId', { KeyId: EAST }, 'ERR_KMS_UNEXPECTED_ANSWER'],
  ['a plaintext a byte too long', { Plaintext: new Uint8Array(81) }, 'ERR_KMS_UNEXPECTED_ANSWER'],
  ['a data key without digest', { Plaintext: new Uint8Array(32) }, 'ERR_KMS_UNEXPECTED_ANSWER'],
  ['another digest', { Plaintext: new Uint8Array(80) }, 'ERR_DECRYPTION_FAILED'],
])('refuses an answer with %s', async (_what, change, code) => {
  const { encryptedDataKeys } = await make().onEncrypt(encryptRequest());
  kms.bend = (_call, answer) => ({ ...answer, ...change });
  const error = await dataKeyFailure(make().onDecrypt(decryptRequest(encryptedDataKeys)));
  expect(error.attempts).toMatchObject([{ cause: { code } }]);
});

test('refuses suites with a signature, on both sides', async () => {
  const algorithmSuite = algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384;
  await expect(make().onEncrypt(encryptRequest({ algorithmSuite }))).rejects.toThrow(/0x0478/);
  const { encryptedDataKeys } = await make().onEncrypt(encryptRequest());
  const error = await dataKeyFailure(make().onDecrypt(decryptRequest(encryptedDataKeys, { algorithmSuite })));
  expect(error.attempts).toMatchObject([{ cause: { code: 'ERR_MESSAGE_UNSUPPORTED' } }]);
  expect(kms.calls).toEqual([]);
});

test('makes no data key for a context that is too long, so that none is left unwiped', async () => {
  const random = vi.spyOn(engine, 'randomBytes');
  const encryptionContext = { long: 'x'.repeat(65_536) };
  await expect(make().onEncrypt(encryptRequest({ encryptionContext }))).rejects.toThrow();
  expect(random).not.toHaveBeenCalled();
  random.mockRestore();
});

test('a malformed ARN in a message fails', async () => {
  const entry = { providerId: 'aws-kms-rsa', providerInfo: Buffer.from('alias/rsa'), ciphertext: new Uint8Array(256) };
  const error = await dataKeyFailure(make().onDecrypt(decryptRequest([entry])));
  expect(error.attempts).toMatchObject([{ cause: { code: 'ERR_MESSAGE_MALFORMED' } }]);
});

test.each([
  ['an alias', { keyId: 'alias/rsa' }, TypeError],
  ['an alias ARN', { keyId: 'arn:aws:kms:us-east-1:111122223333:alias/rsa' }, TypeError],
  ['PKCS #1 v1.5', { encryptionAlgorithm: 'RSAES_PKCS1_V1_5' }, TypeError],
  ['a client that can not give the public key', { publicKey: undefined, kms: { decrypt: () => {} } }, TypeError],
  ['an EC key', { publicKey: ecPair().publicKey }, TypeError],
  [
    'a private DER as public one',
    { publicKey: rsaPair().privateKey.export({ type: 'pkcs1', format: 'der' }) },
    TypeError,
  ],
  ['a modulus of 1,024 bits', { publicKey: generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey }, RangeError],
])('is not made with %s', (_what, changes, expected) => {
  expect(() => make(changes)).toThrow(expected);
});
