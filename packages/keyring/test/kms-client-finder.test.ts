// What is said when a supplier gives no client.

import { KmsDiscoveryKeyring, KmsGovernor, KmsKeyring, limitRegions } from '@waxseal/keyring';
import { awsKms } from '@waxseal/keyring/aws';
import { describe, expect, test } from 'vitest';
import { dataKeyFailure } from './failures.ts';
import { decryptRequest, encryptRequest } from './requests.ts';
import { keyArn, StubKms } from './stub-kms.ts';

const KEY = keyArn('k');

const failureWith = (kms: unknown, generatorKeyId = KEY) =>
  dataKeyFailure(new KmsKeyring({ kms: kms as never, generatorKeyId }).onEncrypt(encryptRequest()));

describe('a factory of suppliers in place of a supplier', () => {
  const factory = () => () => new StubKms();

  test.each([
    ['one of our own', factory],
    ['through a list of Regions', limitRegions(factory as never, ['us-east-1'])],
    ['through a governor', new KmsGovernor({ requestsPerSecond: 1 }).govern(factory as never)],
  ])('is told: %s', async (_what, kms) => {
    const error = await failureWith(kms);
    expect(error.message).toContain('function');
    expect(error.message).toContain('did you mean awsKms()?');
    expect(error.attempts[0]?.cause).toMatchObject({ code: 'ERR_KMS_NO_CLIENT', category: 'mismatch' });
  });

  test('is told of awsKms itself, for key ids with a Region and without one', async () => {
    for (const keyId of [KEY, 'alias/x']) expect((await failureWith(awsKms, keyId)).message).toContain('awsKms()');
  });
});

test('what a supplier threw is told, with the Region', async () => {
  const kms = awsKms({ region: 'us-east-1' });
  kms.close();
  const error = await failureWith(kms);
  expect(error.message).toContain('us-east-1: awsKms was closed: not called');
});

test('a supplier that gives nothing is told, with the Region', async () => {
  expect((await failureWith(() => undefined)).message).toContain('us-east-1: not called: the supplier has no client');
  expect((await failureWith(() => null, 'alias/x')).message).toContain('the default Region: not called');
});

test('a client that is a function with the methods is a client', async () => {
  const stub = new StubKms();
  const client = Object.assign(() => undefined, { decrypt: stub.decrypt.bind(stub) });
  const { encryptedDataKeys } = await new KmsKeyring({ kms: stub, generatorKeyId: KEY }).onEncrypt(encryptRequest());
  const keyring = new KmsDiscoveryKeyring({ kms: () => client, filter: 'any' });
  expect(await keyring.onDecrypt(decryptRequest(encryptedDataKeys))).toHaveLength(32);
});
