import { excludeRegions, KmsDiscoveryKeyring, KmsKeyring, limitRegions } from '@waxseal/keyring';
import { beforeEach, describe, expect, test } from 'vitest';
import { dataKeyFailure } from './failures.ts';
import { decryptRequest, encryptRequest } from './requests.ts';
import { ACCOUNT, awsError, keyArn, StubKms } from './stub-kms.ts';

const FILTER = { partition: 'aws', accounts: [ACCOUNT] };
const FOREIGN = keyArn('foreign', 'us-east-1', '999999999999');

let kms: StubKms;
beforeEach(() => {
  kms = new StubKms();
});

async function write(generatorKeyId: string, keyIds: string[] = []) {
  const result = await new KmsKeyring({ kms, generatorKeyId, keyIds }).onEncrypt(encryptRequest());
  kms.calls.length = 0;
  return result;
}

test('opens by the key that the message names, sent as KeyId', async () => {
  const { dataKey, encryptedDataKeys } = await write(keyArn('k'));
  const { signal } = new AbortController();
  const keyring = new KmsDiscoveryKeyring({ kms, filter: FILTER, grantTokens: ['token'] });
  expect(await keyring.onDecrypt(decryptRequest(encryptedDataKeys, { signal, priority: 'background' }))).toEqual(
    dataKey,
  );
  expect(kms.calls).toMatchObject([
    {
      operation: 'Decrypt',
      input: { KeyId: keyArn('k'), GrantTokens: ['token'] },
      options: { abortSignal: signal, priority: 'background' },
    },
  ]);
});

test("'any' calls whatever key the message names", async () => {
  const { dataKey, encryptedDataKeys } = await write(FOREIGN);
  const keyring = new KmsDiscoveryKeyring({ kms, filter: 'any' });
  expect(await keyring.onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
});

test.each([
  ['another account', FOREIGN],
  ['another partition', keyArn('k', 'cn-north-1', ACCOUNT, 'aws-cn')],
])('does not call a key of %s, and says that the filter left it out', async (_what, arn) => {
  const { encryptedDataKeys } = await write(arn);
  const keyring = new KmsDiscoveryKeyring({ kms, filter: FILTER });
  const error = await dataKeyFailure(keyring.onDecrypt(decryptRequest(encryptedDataKeys)));
  expect(error).toMatchObject({
    category: 'mismatch',
    attempts: [{ key: arn, cause: { code: 'ERR_KMS_KEY_EXCLUDED' } }],
  });
  expect(error.message).toContain('filter');
  expect(kms.calls).toEqual([]);
});

test('passes over a key that the filter leaves out', async () => {
  const { dataKey, encryptedDataKeys } = await write(FOREIGN, [keyArn('k')]);
  const keyring = new KmsDiscoveryKeyring({ kms, filter: FILTER });
  expect(await keyring.onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
  expect(kms.operations()).toEqual(['Decrypt']);
});

test('gives undefined for keys of other providers', async () => {
  const entry = { providerId: 'aws-kms-rsa', providerInfo: Buffer.from(keyArn('k')), ciphertext: new Uint8Array(1) };
  expect(await new KmsDiscoveryKeyring({ kms, filter: FILTER }).onDecrypt(decryptRequest([entry]))).toBeUndefined();
});

test.each([
  ['another KeyId', { KeyId: keyArn('other') }],
  ['no KeyId', { KeyId: undefined as never }],
  ['a wrong plaintext length', { Plaintext: new Uint8Array(31) }],
  ['no plaintext', { Plaintext: undefined as never }],
])('refuses an answer with %s', async (_what, change) => {
  const { encryptedDataKeys } = await write(keyArn('k'));
  kms.bend = (_call, answer) => ({ ...answer, ...change });
  const keyring = new KmsDiscoveryKeyring({ kms, filter: FILTER });
  const error = await dataKeyFailure(keyring.onDecrypt(decryptRequest(encryptedDataKeys)));
  expect(error.attempts).toMatchObject([{ cause: { code: 'ERR_KMS_UNEXPECTED_ANSWER' } }]);
});

test('collects what each key answered, and the message speaks of the denial', async () => {
  const { encryptedDataKeys } = await write(keyArn('a'), [keyArn('b'), keyArn('c')]);
  const answers = ['ThrottlingException', 'AccessDeniedException', 'InvalidCiphertextException'];
  kms.bend = () => {
    throw awsError(answers.shift() ?? '');
  };
  const keyring = new KmsDiscoveryKeyring({ kms, filter: FILTER });
  const error = await dataKeyFailure(keyring.onDecrypt(decryptRequest(encryptedDataKeys)));
  expect(error.attempts.map(({ cause }) => (cause as { code: string }).code)).toEqual([
    'ERR_KMS_THROTTLED',
    'ERR_KMS_ACCESS_DENIED',
    'ERR_KMS_INVALID_CIPHERTEXT',
  ]);
  expect(error.category).toBe('denied');
  expect(error.message).toMatch(/3 attempts.*key\/b.*access denied/);
});

test('never encrypts', async () => {
  await expect(new KmsDiscoveryKeyring({ kms, filter: 'any' }).onEncrypt()).rejects.toThrow(TypeError);
});

test.each([
  ['no filter', undefined],
  ['an empty filter', {}],
  ['no account', { partition: 'aws', accounts: [] }],
  ['no partition', { partition: '', accounts: [ACCOUNT] }],
  ['an account that is none', { partition: 'aws', accounts: ['1111'] }],
  ['another word than any', 'all'],
])('is not made with %s', (_what, filter) => {
  expect(() => new KmsDiscoveryKeyring({ kms, filter } as never)).toThrow(TypeError);
});

describe('suppliers of some Regions', () => {
  const asked: (string | undefined)[] = [];
  const supplier = (region: string | undefined) => {
    asked.push(region);
    return kms;
  };

  test.each([
    ['limited', limitRegions(supplier, ['us-east-1'])],
    ['excluded', excludeRegions(supplier, ['eu-west-1'])],
  ])('refuse a key of a Region outside, by name (%s)', async (_what, limited) => {
    const near = await write(keyArn('k', 'us-east-1'));
    const far = await write(keyArn('k', 'eu-west-1'));
    asked.length = 0;
    const keyring = new KmsDiscoveryKeyring({ kms: limited, filter: FILTER });
    expect(await keyring.onDecrypt(decryptRequest(near.encryptedDataKeys))).toEqual(near.dataKey);
    const error = await dataKeyFailure(keyring.onDecrypt(decryptRequest(far.encryptedDataKeys)));
    expect(error.attempts).toMatchObject([
      {
        key: keyArn('k', 'eu-west-1'),
        cause: { code: 'ERR_KMS_NO_CLIENT', message: expect.stringContaining('eu-west-1') },
      },
    ]);
    expect(asked).toEqual(['us-east-1']);
  });

  test('know ids without a Region only where all but some are served', () => {
    expect(limitRegions(supplier, ['us-east-1'])(undefined)).toBeUndefined();
    expect(excludeRegions(supplier, ['us-east-1'])(undefined)).toBe(kms);
  });

  test.each([[[]], [['']], [['us-east-1', 'not a region']], ['us-east-1']])('are not made with %j', (regions) => {
    expect(() => limitRegions(supplier, regions as string[])).toThrow(TypeError);
    expect(() => excludeRegions(supplier, regions as string[])).toThrow(TypeError);
  });

  test('a supplier that throws is told of, with its error', async () => {
    const { encryptedDataKeys } = await write(keyArn('k'));
    const cause = new Error('no such profile');
    const broken = () => {
      throw cause;
    };
    const keyring = new KmsDiscoveryKeyring({ kms: broken, filter: FILTER });
    const error = await dataKeyFailure(keyring.onDecrypt(decryptRequest(encryptedDataKeys)));
    expect(error.attempts).toMatchObject([{ cause: { code: 'ERR_KMS_NO_CLIENT', cause } }]);
  });
});
