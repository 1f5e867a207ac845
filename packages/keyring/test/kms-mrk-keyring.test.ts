import { KmsKeyring, KmsMrkKeyring } from '@waxseal/keyring';
import { beforeEach, describe, expect, test } from 'vitest';
import { dataKeyFailure } from './failures.ts';
import { decryptRequest, encryptRequest } from './requests.ts';
import { awsError, keyArn, StubKms } from './stub-kms.ts';

const EAST = keyArn('mrk-1', 'us-east-1');
const WEST = keyArn('mrk-1', 'us-west-2');
const EU = keyArn('mrk-1', 'eu-west-1');

let kms: StubKms;
beforeEach(() => {
  kms = new StubKms();
});

const write = async (keyId = EAST) => {
  const result = await new KmsKeyring({ kms, generatorKeyId: keyId }).onEncrypt(encryptRequest());
  kms.calls.length = 0;
  return result;
};
const down = (...regions: string[]) => {
  kms.bend = ({ input }, answer) => {
    if (regions.some((region) => String(input['KeyId']).includes(region))) throw awsError('ECONNREFUSED', 'server');
    return answer;
  };
};
const called = () => kms.calls.map(({ input }) => input['KeyId']);

test('a replica opens what another wrapped, called by the configured ARN', async () => {
  const { dataKey, encryptedDataKeys } = await write();
  const keyring = new KmsMrkKeyring({ kms, keyId: WEST });
  expect(await keyring.onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
  expect(called()).toEqual([WEST]);
});

test.each([
  ['of one Region, in another', keyArn('k', 'us-east-1'), keyArn('k', 'us-west-2')],
  ['of another account', EAST, keyArn('mrk-1', 'us-west-2', '999999999999')],
  ['of another partition', EAST, keyArn('mrk-1', 'cn-north-1', undefined, 'aws-cn')],
  ['whose id starts the same', EAST, keyArn('mrk-12', 'us-west-2')],
])('does not match a key %s', async (_what, written, configured) => {
  const { encryptedDataKeys } = await write(written);
  const keyring = new KmsMrkKeyring({ kms, keyId: configured });
  expect(await keyring.onDecrypt(decryptRequest(encryptedDataKeys))).toBeUndefined();
  expect(kms.calls).toEqual([]);
});

test('serves a key of one Region like the strict keyring', async () => {
  const { dataKey, encryptedDataKeys } = await write(keyArn('k'));
  expect(await new KmsMrkKeyring({ kms, keyId: keyArn('k') }).onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(
    dataKey,
  );
});

describe('with one Region down', () => {
  test('encrypts by the next replica, and every replica opens the result', async () => {
    down('us-east-1');
    const keyring = new KmsMrkKeyring({ kms, keyId: EAST, regions: ['us-west-2', 'eu-west-1'] });
    const { dataKey, encryptedDataKeys } = await keyring.onEncrypt(encryptRequest());
    expect(called()).toEqual([EAST, WEST]);
    expect(Buffer.from(encryptedDataKeys[0]!.providerInfo).toString()).toBe(WEST);
    kms.bend = (_call, answer) => answer;
    for (const keyId of [EAST, WEST, EU]) {
      expect(await new KmsMrkKeyring({ kms, keyId }).onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
    }
  });

  test('wraps a given data key by the next replica', async () => {
    down('us-east-1');
    const keyring = new KmsMrkKeyring({ kms, keyId: EAST, regions: ['us-west-2'] });
    await keyring.onEncrypt(encryptRequest({ dataKey: new Uint8Array(32) }));
    expect(kms.calls).toMatchObject([{ operation: 'Encrypt' }, { operation: 'Encrypt', input: { KeyId: WEST } }]);
  });

  test('decrypts by the replicas in the order given', async () => {
    const { dataKey, encryptedDataKeys } = await write();
    down('us-east-1', 'us-west-2');
    const keyring = new KmsMrkKeyring({ kms, keyId: EAST, regions: ['us-west-2', 'us-east-1', 'eu-west-1'] });
    expect(await keyring.onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
    expect(called()).toEqual([EAST, WEST, EU]);
  });

  test('with all of them down, tells of each', async () => {
    const { encryptedDataKeys } = await write();
    down('us-east-1', 'us-west-2');
    const keyring = new KmsMrkKeyring({ kms, keyId: EAST, regions: ['us-west-2'] });
    const error = await dataKeyFailure(keyring.onDecrypt(decryptRequest(encryptedDataKeys)));
    expect(error.attempts).toMatchObject([
      { keyring: 'KmsMrkKeyring', key: EAST, cause: { code: 'ERR_KMS_UNAVAILABLE' } },
      { keyring: 'KmsMrkKeyring', key: WEST, cause: { code: 'ERR_KMS_UNAVAILABLE' } },
    ]);
    expect(error.category).toBe('transient');
  });

  test('compares the KeyId at each attempt with the replica that was called', async () => {
    const { encryptedDataKeys } = await write();
    kms.bend = ({ input }, answer) => {
      if (input['KeyId'] === EAST) throw awsError('KMSInternalException', 'server');
      return { ...answer, KeyId: EAST };
    };
    const keyring = new KmsMrkKeyring({ kms, keyId: EAST, regions: ['us-west-2'] });
    const error = await dataKeyFailure(keyring.onDecrypt(decryptRequest(encryptedDataKeys)));
    expect(error.attempts[1]).toMatchObject({ key: WEST, cause: { code: 'ERR_KMS_UNEXPECTED_ANSWER' } });
  });
});

test.each([
  'AccessDeniedException',
  'DisabledException',
  'KMSInvalidStateException',
  'NotFoundException',
  'InvalidCiphertextException',
])('does not go on to a replica after %s', async (name) => {
  const { encryptedDataKeys } = await write();
  kms.bend = () => {
    throw awsError(name);
  };
  const keyring = new KmsMrkKeyring({ kms, keyId: EAST, regions: ['us-west-2'] });
  await dataKeyFailure(keyring.onDecrypt(decryptRequest(encryptedDataKeys)));
  await dataKeyFailure(keyring.onEncrypt(encryptRequest()));
  expect(called()).toEqual([EAST, EAST]);
});

test('stops at once when aborted', async () => {
  const controller = new AbortController();
  kms.bend = () => {
    controller.abort(new Error('enough'));
    throw awsError('TimeoutError');
  };
  const keyring = new KmsMrkKeyring({ kms, keyId: EAST, regions: ['us-west-2'] });
  await expect(keyring.onEncrypt(encryptRequest({ signal: controller.signal }))).rejects.toThrow('enough');
  expect(called()).toEqual([EAST]);
});

test('an alias can encrypt, and says why it can not decrypt', async () => {
  kms.resolve = () => EAST;
  const keyring = new KmsMrkKeyring({ kms, keyId: 'alias/mrk-1' });
  const { encryptedDataKeys } = await keyring.onEncrypt(encryptRequest());
  const error = await dataKeyFailure(keyring.onDecrypt(decryptRequest(encryptedDataKeys)));
  expect(error.message).toContain('alias');
});

test.each([
  ['regions beside a key of one Region', { keyId: keyArn('k'), regions: ['us-west-2'] }],
  ['regions beside an alias', { keyId: 'alias/mrk-1', regions: ['us-west-2'] }],
  ['a Region that is none', { keyId: EAST, regions: ['evil.example/'] }],
  ['no key', {}],
])('is not made with %s', (_what, options) => {
  expect(() => new KmsMrkKeyring({ kms, ...options } as never)).toThrow(TypeError);
});
