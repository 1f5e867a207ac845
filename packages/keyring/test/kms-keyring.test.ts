import { KmsError, KmsKeyring, limitRegions } from '@waxseal/keyring';
import { beforeEach, describe, expect, test } from 'vitest';
import { dataKeyFailure } from './failures.ts';
import { decryptRequest, encryptRequest } from './requests.ts';
import { awsError, keyArn, StubKms } from './stub-kms.ts';

const FIRST = keyArn('first');
const SECOND = keyArn('second', 'eu-west-1');
const THIRD = keyArn('third');

let kms: StubKms;
beforeEach(() => {
  kms = new StubKms();
});

const wrapped = async (generatorKeyId: string, keyIds: string[] = []) =>
  new KmsKeyring({ kms, generatorKeyId, keyIds }).onEncrypt(encryptRequest());

describe('encrypting', () => {
  test('makes one data key and wraps it under every further key, in the order given', async () => {
    const { dataKey, encryptedDataKeys } = await wrapped(FIRST, [SECOND, THIRD]);
    expect(dataKey).toHaveLength(32);
    expect(kms.operations()).toEqual(['GenerateDataKey', 'Encrypt', 'Encrypt']);
    expect(encryptedDataKeys.map(({ providerId }) => providerId)).toEqual(['aws-kms', 'aws-kms', 'aws-kms']);
    const names = encryptedDataKeys.map(({ providerInfo }) => Buffer.from(providerInfo).toString());
    expect(names).toEqual([FIRST, SECOND, THIRD]);
  });

  test('wraps under further keys in parallel', async () => {
    let open = 0;
    let most = 0;
    kms.bend = async ({ operation }, answer) => {
      if (operation !== 'Encrypt') return answer;
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve, 5));
      open -= 1;
      return answer;
    };
    await wrapped(FIRST, [SECOND, THIRD]);
    expect(most).toBe(2);
  });

  test('wraps a given data key under all keys, the generator included', async () => {
    const dataKey = new Uint8Array(32).fill(7);
    const keyring = new KmsKeyring({ kms, generatorKeyId: FIRST, keyIds: [SECOND] });
    const result = await keyring.onEncrypt(encryptRequest({ dataKey }));
    expect(result.dataKey).toBe(dataKey);
    expect(kms.operations()).toEqual(['Encrypt', 'Encrypt']);
  });

  test('sends context, grant tokens, signal and priority', async () => {
    const { signal } = new AbortController();
    const keyring = new KmsKeyring({ kms, generatorKeyId: FIRST, keyIds: [SECOND], grantTokens: ['token'] });
    const request = encryptRequest({ signal, priority: 'background' });
    await keyring.onEncrypt(request);
    for (const { input, options } of kms.calls) {
      expect(input).toMatchObject({ EncryptionContext: request.encryptionContext, GrantTokens: ['token'] });
      expect(options).toEqual({ abortSignal: signal, priority: 'background' });
    }
  });

  test('fails when one of several keys fails, and tells of each that did', async () => {
    kms.bend = ({ operation }, answer) => {
      if (operation === 'Encrypt') throw awsError('AccessDeniedException');
      return answer;
    };
    const error = await dataKeyFailure(wrapped(FIRST, [SECOND, THIRD]));
    expect(error.category).toBe('denied');
    expect(error.attempts.map(({ key }) => key)).toEqual([SECOND, THIRD]);
    expect(error.message).toContain('access denied');
  });

  test.each([
    ['another key than the one asked for', { KeyId: THIRD }, 'another key'],
    ['a KeyId that is no key ARN', { KeyId: 'alias/x' }, 'not a key ARN'],
    ['a data key that is too short', { Plaintext: new Uint8Array(31) }, 'not 32 bytes'],
    ['a data key that is too long', { Plaintext: new Uint8Array(33) }, 'not 32 bytes'],
    ['an empty ciphertext', { CiphertextBlob: new Uint8Array(0) }, 'no ciphertext'],
  ])('refuses an answer with %s', async (_what, change, text) => {
    kms.bend = (_call, answer) => ({ ...answer, ...change });
    const error = await dataKeyFailure(wrapped(FIRST));
    expect(error.attempts[0]?.cause).toMatchObject({ code: 'ERR_KMS_UNEXPECTED_ANSWER', operation: 'GenerateDataKey' });
    expect(String(error.attempts[0]?.cause)).toContain(text);
  });

  test('wipes the data key when a later wrap fails', async () => {
    let handed: Uint8Array | undefined;
    kms.bend = ({ operation, input }, answer) => {
      if (operation !== 'Encrypt') return answer;
      handed = input['Plaintext'] as Uint8Array;
      throw awsError('DisabledException');
    };
    await dataKeyFailure(wrapped(FIRST, [SECOND]));
    expect(handed).toEqual(new Uint8Array(32));
  });

  test('names a key whose Region has no client, instead of leaving it out', async () => {
    const supplier = limitRegions(() => kms, ['us-east-1']);
    const keyring = new KmsKeyring({ kms: supplier, generatorKeyId: FIRST, keyIds: [SECOND] });
    const error = await dataKeyFailure(keyring.onEncrypt(encryptRequest()));
    expect(error.attempts).toMatchObject([{ key: SECOND, cause: { code: 'ERR_KMS_NO_CLIENT', keyId: SECOND } }]);
  });

  test('without a generator, wraps but makes no data key', async () => {
    const keyring = new KmsKeyring({ kms, keyIds: [FIRST] });
    await expect(keyring.onEncrypt(encryptRequest())).rejects.toThrow(TypeError);
    const { encryptedDataKeys } = await keyring.onEncrypt(encryptRequest({ dataKey: new Uint8Array(32) }));
    expect(encryptedDataKeys).toHaveLength(1);
  });

  test('refuses to wrap a data key of another length than the suite takes', async () => {
    const keyring = new KmsKeyring({ kms, keyIds: [FIRST] });
    await expect(keyring.onEncrypt(encryptRequest({ dataKey: new Uint8Array(16) }))).rejects.toThrow(RangeError);
    expect(kms.calls).toEqual([]);
  });
});

describe('decrypting', () => {
  test('opens what any of its keys wrapped, with one call that names the key', async () => {
    const { dataKey, encryptedDataKeys } = await wrapped(FIRST, [SECOND]);
    kms.calls.length = 0;
    const opened = await new KmsKeyring({ kms, keyIds: [SECOND] }).onDecrypt(decryptRequest(encryptedDataKeys));
    expect(opened).toEqual(dataKey);
    expect(kms.calls).toMatchObject([{ operation: 'Decrypt', input: { KeyId: SECOND } }]);
  });

  test('gives undefined, and makes no call, when nothing was wrapped under its keys', async () => {
    const { encryptedDataKeys } = await wrapped(FIRST);
    kms.calls.length = 0;
    for (const other of [
      SECOND,
      keyArn('firs'),
      keyArn('first', 'eu-west-1'),
      keyArn('first', 'us-east-1', '999999999999'),
      keyArn('first', 'us-east-1', undefined, 'aws-cn'),
    ]) {
      expect(
        await new KmsKeyring({ kms, keyIds: [other] }).onDecrypt(decryptRequest(encryptedDataKeys)),
      ).toBeUndefined();
    }
    expect(kms.calls).toEqual([]);
  });

  test('does not take a replica for the configured multi-Region key', async () => {
    const { encryptedDataKeys } = await wrapped(keyArn('mrk-1', 'us-east-1'));
    const keyring = new KmsKeyring({ kms, keyIds: [keyArn('mrk-1', 'eu-west-1')] });
    expect(await keyring.onDecrypt(decryptRequest(encryptedDataKeys))).toBeUndefined();
  });

  test('refuses an answer that names another key, and an answer of another length', async () => {
    const { encryptedDataKeys } = await wrapped(FIRST);
    const keyring = new KmsKeyring({ kms, keyIds: [FIRST] });
    for (const change of [{ KeyId: SECOND }, { Plaintext: new Uint8Array(16) }]) {
      kms.bend = (_call, answer) => ({ ...answer, ...change });
      const error = await dataKeyFailure(keyring.onDecrypt(decryptRequest(encryptedDataKeys)));
      expect(error.attempts[0]?.cause).toMatchObject({ code: 'ERR_KMS_UNEXPECTED_ANSWER', category: 'mismatch' });
    }
  });

  test('goes on to its next key after a failure', async () => {
    const { dataKey, encryptedDataKeys } = await wrapped(FIRST, [SECOND]);
    kms.bend = ({ input }, answer) => {
      if (input['KeyId'] === FIRST) throw awsError('DisabledException');
      return answer;
    };
    const keyring = new KmsKeyring({ kms, keyIds: [FIRST, SECOND] });
    expect(await keyring.onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
  });

  test('tells of every failed attempt with its key and cause', async () => {
    const { encryptedDataKeys } = await wrapped(FIRST, [SECOND]);
    const throttled = awsError('ThrottlingException');
    kms.bend = () => {
      throw throttled;
    };
    const keyring = new KmsKeyring({ kms, keyIds: [FIRST, SECOND] });
    const error = await dataKeyFailure(keyring.onDecrypt(decryptRequest(encryptedDataKeys)));
    expect(error.category).toBe('transient');
    expect(error.attempts).toMatchObject([
      { keyring: 'KmsKeyring', key: FIRST, cause: { operation: 'Decrypt', keyId: FIRST, cause: throttled } },
      { keyring: 'KmsKeyring', key: SECOND, cause: { code: 'ERR_KMS_THROTTLED', keyId: SECOND } },
    ]);
    expect(error.attempts[0]?.cause).toBeInstanceOf(KmsError);
  });

  test('says that the context differs when one value changed, without telling it', async () => {
    const { encryptedDataKeys } = await wrapped(FIRST);
    const request = decryptRequest(encryptedDataKeys, { encryptionContext: { purpose: 's3cret', Äpfel: 'grün' } });
    const error = await dataKeyFailure(new KmsKeyring({ kms, keyIds: [FIRST] }).onDecrypt(request));
    expect(error).toMatchObject({ category: 'mismatch' });
    expect(error.message).toContain('the encryption context differs');
    expect(error.message).not.toContain('s3cret');
  });

  test('fails on an encrypted data key that names no key ARN, even beside a good one', async () => {
    const { encryptedDataKeys } = await wrapped(FIRST);
    const bad = { providerId: 'aws-kms', providerInfo: Buffer.from('alias/x'), ciphertext: new Uint8Array(1) };
    const request = decryptRequest([...encryptedDataKeys, bad]);
    const error = await dataKeyFailure(new KmsKeyring({ kms, keyIds: [FIRST] }).onDecrypt(request));
    expect(error.attempts[0]?.cause).toMatchObject({ code: 'ERR_MESSAGE_MALFORMED' });
  });

  test('says so when it knows an alias alone, which no message names', async () => {
    kms.resolve = () => FIRST;
    const keyring = new KmsKeyring({ kms, generatorKeyId: 'alias/app' });
    const { encryptedDataKeys } = await keyring.onEncrypt(encryptRequest());
    const error = await dataKeyFailure(keyring.onDecrypt(decryptRequest(encryptedDataKeys)));
    expect(error.message).toContain('alias');
  });

  test('rejects with the reason of the signal once aborted, and makes no further call', async () => {
    const { encryptedDataKeys } = await wrapped(FIRST, [SECOND]);
    kms.calls.length = 0;
    const controller = new AbortController();
    const reason = new Error('enough');
    kms.bend = () => {
      controller.abort(reason);
      throw awsError('AbortError');
    };
    const keyring = new KmsKeyring({ kms, keyIds: [FIRST, SECOND] });
    const request = decryptRequest(encryptedDataKeys, { signal: controller.signal });
    await expect(keyring.onDecrypt(request)).rejects.toBe(reason);
    expect(kms.calls).toHaveLength(1);
  });
});

test.each([
  ['no key', {}],
  ['a key twice', { generatorKeyId: FIRST, keyIds: [FIRST] }],
  ['a malformed ARN', { keyIds: ['arn:aws:kms:us-east-1:111122223333:key'] }],
  ['an empty id', { keyIds: [''] }],
  ['something that is no client', { generatorKeyId: FIRST, kms: {} }],
])('is not made with %s', (_what, options) => {
  expect(() => new KmsKeyring({ kms, ...options } as never)).toThrow(TypeError);
});
