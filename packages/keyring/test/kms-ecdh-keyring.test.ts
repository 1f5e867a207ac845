import { KmsEcdhKeyring, RawEcdhKeyring } from '@waxseal/keyring';
import { beforeEach, describe, expect, test } from 'vitest';
import { dataKeyFailure } from './failures.ts';
import { ecPair, rsaPair, spki } from './key-pairs.ts';
import { decryptRequest, encryptRequest } from './requests.ts';
import { StubAsymmetricKms } from './stub-asymmetric-kms.ts';
import { awsError, keyArn } from './stub-kms.ts';

const SENDER = keyArn('sender');
const RECIPIENT = keyArn('recipient', 'eu-west-1');

describe.each(['P-256', 'P-384', 'P-521'])('on %s', (curve) => {
  const sender = ecPair(curve, 'sender');
  const recipient = ecPair(curve, 'recipient');
  let kms: StubAsymmetricKms;
  beforeEach(() => {
    kms = new StubAsymmetricKms({ [SENDER]: sender, [RECIPIENT]: recipient });
  });
  const writer = (changes: object = {}) =>
    new KmsEcdhKeyring({
      kms,
      schema: 'static',
      senderKeyId: SENDER,
      senderPublicKey: sender.publicKey,
      recipientPublicKey: recipient.publicKey,
      ...changes,
    });
  const reader = (changes: object = {}) =>
    new KmsEcdhKeyring({
      kms,
      schema: 'discovery',
      recipientKeyId: RECIPIENT,
      recipientPublicKey: recipient.publicKey,
      ...changes,
    });

  test('what the sender wrapped opens at both ends, each by one call with the other end’s key', async () => {
    const { signal } = new AbortController();
    const request = encryptRequest({ signal, priority: 'background' });
    const { dataKey, encryptedDataKeys } = await writer({ grantTokens: ['token'] }).onEncrypt(request);
    expect(encryptedDataKeys[0]?.providerId).toBe('aws-kms-ecdh');
    expect(await writer().onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
    expect(await reader().onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
    expect(kms.operations()).toEqual(['DeriveSharedSecret', 'DeriveSharedSecret', 'DeriveSharedSecret']);
    expect(kms.calls[0]).toMatchObject({
      input: { KeyId: SENDER, KeyAgreementAlgorithm: 'ECDH', GrantTokens: ['token'] },
      options: { abortSignal: signal, priority: 'background' },
    });
    const keys = kms.calls.map(({ input }) => Buffer.from(input['PublicKey'] as Uint8Array));
    expect(keys).toEqual([spki(recipient), spki(recipient), spki(sender)].map((der) => Buffer.from(der)));
  });

  test('KMS and raw keyrings open each other’s data keys', async () => {
    const raw = new RawEcdhKeyring({ schema: 'discovery', recipientPrivateKey: recipient.privateKey });
    const fromKms = await writer().onEncrypt(encryptRequest());
    expect(await raw.onDecrypt(decryptRequest(fromKms.encryptedDataKeys))).toEqual(fromKms.dataKey);
    const ephemeral = new RawEcdhKeyring({ schema: 'ephemeral', recipientPublicKey: recipient.publicKey });
    const fromRaw = await ephemeral.onEncrypt(encryptRequest());
    expect(await reader().onDecrypt(decryptRequest(fromRaw.encryptedDataKeys))).toEqual(fromRaw.dataKey);
    expect(await writer().onDecrypt(decryptRequest(fromRaw.encryptedDataKeys))).toBeUndefined();
  });

  test('asks for its own public key where that is not given, once', async () => {
    const keyring = writer({ senderPublicKey: undefined });
    const { dataKey, encryptedDataKeys } = await keyring.onEncrypt(encryptRequest());
    await keyring.onEncrypt(encryptRequest());
    expect(kms.operations()).toEqual(['GetPublicKey', 'DeriveSharedSecret', 'DeriveSharedSecret']);
    kms.calls.length = 0;
    const opened = await reader({ recipientPublicKey: undefined }).onDecrypt(decryptRequest(encryptedDataKeys));
    expect(opened).toEqual(dataKey);
    expect(kms.operations()).toEqual(['GetPublicKey', 'DeriveSharedSecret']);
  });

  test('fails when the commitment is flipped', async () => {
    const { encryptedDataKeys } = await writer().onEncrypt(encryptRequest());
    encryptedDataKeys[0]!.ciphertext[40]! ^= 1;
    const error = await dataKeyFailure(reader().onDecrypt(decryptRequest(encryptedDataKeys)));
    expect(error.attempts).toMatchObject([
      { keyring: 'KmsEcdhKeyring', key: RECIPIENT, cause: { code: 'ERR_DECRYPTION_FAILED' } },
    ]);
  });

  test('fails when one context value differs', async () => {
    const { encryptedDataKeys } = await writer().onEncrypt(encryptRequest());
    const request = decryptRequest(encryptedDataKeys, { encryptionContext: { purpose: 'tset' } });
    const error = await dataKeyFailure(reader().onDecrypt(request));
    expect(error.attempts).toMatchObject([{ cause: { code: 'ERR_DECRYPTION_FAILED' } }]);
  });

  test('makes no call for a sender that is no point of the curve', async () => {
    const { encryptedDataKeys } = await writer().onEncrypt(encryptRequest());
    kms.calls.length = 0;
    const [entry] = encryptedDataKeys;
    const providerInfo = Uint8Array.from(entry!.providerInfo);
    providerInfo.fill(255, -20);
    providerInfo.fill(255, -(providerInfo.length - 9) / 2 + 1);
    const error = await dataKeyFailure(reader().onDecrypt(decryptRequest([{ ...entry!, providerInfo }])));
    expect(error.attempts).toMatchObject([{ cause: { code: 'ERR_MESSAGE_MALFORMED' } }]);
    expect(kms.calls).toEqual([]);
  });

  test.each([
    ['another KeyId', { KeyId: SENDER.replace('sender', 'other') }],
    ['a secret of another length', { SharedSecret: new Uint8Array(31) }],
    ['no secret', { SharedSecret: undefined }],
  ])('refuses an answer with %s', async (_what, change) => {
    const { encryptedDataKeys } = await writer().onEncrypt(encryptRequest());
    kms.bend = (_call, answer) => ({ ...answer, ...change });
    for (const promise of [
      reader().onDecrypt(decryptRequest(encryptedDataKeys)),
      writer().onEncrypt(encryptRequest()),
    ]) {
      const error = await dataKeyFailure(promise);
      expect(error.attempts).toMatchObject([
        { cause: { code: 'ERR_KMS_UNEXPECTED_ANSWER', operation: 'DeriveSharedSecret' } },
      ]);
    }
  });

  test.each([
    ['for signing', { KeyUsage: 'SIGN_VERIFY' }, 'ERR_KMS_KEY_USAGE'],
    ['with another key spec', { KeySpec: 'ECC_SECG_P256K1' }, 'ERR_KMS_UNEXPECTED_ANSWER'],
    ['of another key', { KeyId: keyArn('other') }, 'ERR_KMS_UNEXPECTED_ANSWER'],
    ['of RSA', { PublicKey: spki(rsaPair()) }, 'ERR_KMS_UNEXPECTED_ANSWER'],
  ])('refuses its own public key when it is %s', async (_what, change, code) => {
    kms.bend = ({ operation }, answer) => (operation === 'GetPublicKey' ? { ...answer, ...change } : answer);
    const error = await dataKeyFailure(writer({ senderPublicKey: undefined }).onEncrypt(encryptRequest()));
    expect(error.attempts).toMatchObject([{ key: SENDER, cause: { code, operation: 'GetPublicKey' } }]);
  });

  test('tells of a denial', async () => {
    const { encryptedDataKeys } = await writer().onEncrypt(encryptRequest());
    kms.bend = () => {
      throw awsError('AccessDeniedException');
    };
    const error = await dataKeyFailure(
      reader({ recipientPublicKey: undefined }).onDecrypt(decryptRequest(encryptedDataKeys)),
    );
    expect(error).toMatchObject({ category: 'denied', attempts: [{ key: RECIPIENT }] });
  });

  test('makes no call for data keys of other keyrings', async () => {
    const entry = { providerId: 'aws-kms', providerInfo: Buffer.from(SENDER), ciphertext: new Uint8Array(1) };
    expect(await reader({ recipientPublicKey: undefined }).onDecrypt(decryptRequest([entry]))).toBeUndefined();
    expect(kms.calls).toEqual([]);
  });
});

test('discovery never encrypts', async () => {
  const kms = new StubAsymmetricKms({});
  const keyring = new KmsEcdhKeyring({ kms, schema: 'discovery', recipientKeyId: RECIPIENT });
  await expect(keyring.onEncrypt(encryptRequest())).rejects.toThrow(TypeError);
});

const kms = new StubAsymmetricKms({});
const publicKey = ecPair('P-256').publicKey;
test.each([
  ['an unknown schema', { schema: 'ephemeral', recipientPublicKey: publicKey }],
  ['an alias', { schema: 'discovery', recipientKeyId: 'alias/ecdh' }],
  ['no recipient', { schema: 'static', senderKeyId: SENDER }],
  [
    'keys on two curves',
    {
      schema: 'static',
      senderKeyId: SENDER,
      senderPublicKey: ecPair('P-384').publicKey,
      recipientPublicKey: publicKey,
    },
  ],
  [
    'a curve of another family',
    { schema: 'static', senderKeyId: SENDER, recipientPublicKey: ecPair('secp256k1').publicKey },
  ],
])('is not made with %s', (_what, options) => {
  expect(() => new KmsEcdhKeyring({ kms, ...options } as never)).toThrow(TypeError);
});
