import { KmsKeyring, KmsMrkDiscoveryKeyring } from '@waxseal/keyring';
import { beforeEach, expect, test } from 'vitest';
import { dataKeyFailure } from './failures.ts';
import { decryptRequest, encryptRequest } from './requests.ts';
import { ACCOUNT, keyArn, StubKms } from './stub-kms.ts';

const FILTER = { partition: 'aws', accounts: [ACCOUNT] };

let kms: StubKms;
beforeEach(() => {
  kms = new StubKms();
});

const write = async (keyId: string) => {
  const result = await new KmsKeyring({ kms, generatorKeyId: keyId }).onEncrypt(encryptRequest());
  kms.calls.length = 0;
  return result;
};
const inWest = () => new KmsMrkDiscoveryKeyring({ kms, region: 'us-west-2', filter: FILTER });

test('calls the replica in its own Region', async () => {
  const { dataKey, encryptedDataKeys } = await write(keyArn('mrk-1', 'us-east-1'));
  expect(await inWest().onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
  expect(kms.calls).toMatchObject([{ input: { KeyId: keyArn('mrk-1', 'us-west-2') } }]);
});

test('calls a key of one Region in that Region alone', async () => {
  const near = await write(keyArn('k', 'us-west-2'));
  expect(await inWest().onDecrypt(decryptRequest(near.encryptedDataKeys))).toEqual(near.dataKey);
  const far = await write(keyArn('k', 'us-east-1'));
  const error = await dataKeyFailure(inWest().onDecrypt(decryptRequest(far.encryptedDataKeys)));
  expect(error.attempts).toMatchObject([{ key: keyArn('k', 'us-east-1'), cause: { code: 'ERR_KMS_KEY_EXCLUDED' } }]);
  expect(kms.calls).toEqual([]);
});

test.each([
  ['account', keyArn('mrk-1', 'us-east-1', '999999999999')],
  ['partition', keyArn('mrk-1', 'cn-north-1', ACCOUNT, 'aws-cn')],
])('leaves out a multi-Region key of another %s', async (_what, arn) => {
  const { encryptedDataKeys } = await write(arn);
  const error = await dataKeyFailure(inWest().onDecrypt(decryptRequest(encryptedDataKeys)));
  expect(error.attempts).toMatchObject([{ key: arn, cause: { code: 'ERR_KMS_KEY_EXCLUDED' } }]);
});

test('refuses an answer that names the replica of the message instead of the one called', async () => {
  const { encryptedDataKeys } = await write(keyArn('mrk-1', 'us-east-1'));
  kms.bend = (_call, answer) => ({ ...answer, KeyId: keyArn('mrk-1', 'us-east-1') });
  const error = await dataKeyFailure(inWest().onDecrypt(decryptRequest(encryptedDataKeys)));
  expect(error.attempts).toMatchObject([{ cause: { code: 'ERR_KMS_UNEXPECTED_ANSWER' } }]);
});

test('refuses a data key of a wrong length', async () => {
  const { encryptedDataKeys } = await write(keyArn('mrk-1', 'us-east-1'));
  kms.bend = (_call, answer) => ({ ...answer, Plaintext: new Uint8Array(16) });
  const error = await dataKeyFailure(inWest().onDecrypt(decryptRequest(encryptedDataKeys)));
  expect(error.attempts).toMatchObject([{ cause: { code: 'ERR_KMS_UNEXPECTED_ANSWER' } }]);
});

test('never encrypts', async () => {
  await expect(inWest().onEncrypt()).rejects.toThrow(TypeError);
});

test.each([
  ['no Region', { filter: FILTER }],
  ['a Region that is none', { region: 'us-east-1.evil.example', filter: FILTER }],
  ['no filter', { region: 'us-east-1' }],
])('is not made with %s', (_what, options) => {
  expect(() => new KmsMrkDiscoveryKeyring({ kms, ...options } as never)).toThrow(TypeError);
});
