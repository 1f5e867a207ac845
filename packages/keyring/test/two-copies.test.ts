// Two copies of the package in one process: as where an application imports it, and a library of its requires it.

import {
  isKmsError,
  KmsDiscoveryKeyring,
  KmsEcdhKeyring,
  KmsError,
  KmsKeyring,
  KmsMrkKeyring,
  MultiKeyring,
  RawAesKeyring,
} from '@waxseal/keyring';
import { describe, expect, test, vi } from 'vitest';
import { dataKeyFailure } from './failures.ts';
import { ecPair } from './key-pairs.ts';
import { decryptRequest, encryptRequest } from './requests.ts';
import { StubAsymmetricKms } from './stub-asymmetric-kms.ts';
import { awsError, keyArn, StubKms } from './stub-kms.ts';

vi.resetModules();
const other = await import('@waxseal/keyring');

const EAST = keyArn('mrk-1', 'us-east-1');
const WEST = keyArn('mrk-1', 'us-west-2');

test('they are two', () => {
  expect(other.KmsError).not.toBe(KmsError);
  expect(new other.KmsError('deadline', 'Decrypt', EAST)).not.toBeInstanceOf(KmsError);
});

test('isKmsError knows the errors of both, and nothing else', () => {
  for (const copy of [KmsError, other.KmsError]) expect(isKmsError(new copy('deadline', 'Decrypt', EAST))).toBe(true);
  const foreign = [awsError('KmsError'), { name: 'KmsError' }, new TypeError('x'), 'KmsError', null, undefined];
  for (const value of foreign) expect(isKmsError(value)).toBe(false);
});

test('KmsMrkKeyring goes on to the next Region when the governor of the other copy makes no call', async () => {
  const regions: Record<string, StubKms> = { 'us-east-1': new StubKms(), 'us-west-2': new StubKms() };
  regions['us-east-1']!.bend = () => {
    throw awsError('ECONNREFUSED', 'server');
  };
  const governor = new other.KmsGovernor({ requestsPerSecond: 1_000, breakerFailures: 1 });
  const kms = governor.govern((region) => regions[region ?? '']);
  const keyring = new KmsMrkKeyring({ kms, keyId: EAST, regions: ['us-west-2'] });
  for (let count = 0; count < 3; count += 1) {
    const { dataKey, encryptedDataKeys } = await keyring.onEncrypt(encryptRequest());
    expect(await keyring.onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
  }
  expect(regions['us-east-1']!.calls).toHaveLength(1);
});

test('KmsMrkKeyring does not go on after a denial of the other copy', async () => {
  const kms = new StubKms();
  kms.bend = () => {
    throw new other.KmsError('accessDenied', 'GenerateDataKey', EAST);
  };
  const keyring = new KmsMrkKeyring({ kms, keyId: EAST, regions: ['us-west-2'] });
  await dataKeyFailure(keyring.onEncrypt(encryptRequest()));
  expect(kms.calls).toHaveLength(1);
});

describe('KmsEcdhKeyring tells of errors of the other copy as of its own', () => {
  const sender = ecPair('P-256', 'sender');
  const kms = new StubAsymmetricKms({ [EAST]: sender });
  const options = { kms, schema: 'static', senderKeyId: EAST, recipientPublicKey: ecPair().publicKey } as const;

  test('in both directions', async () => {
    const { encryptedDataKeys } = await new KmsEcdhKeyring(options).onEncrypt(encryptRequest());
    const cause = new other.KmsError('breakerOpen', 'GetPublicKey', EAST);
    kms.bend = () => {
      throw cause;
    };
    const keyring = new KmsEcdhKeyring(options);
    for (const promise of [keyring.onEncrypt(encryptRequest()), keyring.onDecrypt(decryptRequest(encryptedDataKeys))]) {
      const error = await dataKeyFailure(promise);
      expect(error.attempts).toEqual([{ keyring: 'KmsEcdhKeyring', key: EAST, cause }]);
    }
  });
});

describe('a failure to unwrap', () => {
  test('gives the advice of an error of the other copy', async () => {
    const kms = new StubKms();
    const keyring = new KmsKeyring({ kms, generatorKeyId: EAST });
    const { encryptedDataKeys } = await keyring.onEncrypt(encryptRequest());
    kms.bend = () => {
      throw new other.KmsError('breakerOpen', 'Decrypt', EAST);
    };
    const { message } = await dataKeyFailure(keyring.onDecrypt(decryptRequest(encryptedDataKeys)));
    expect(message).toBe(
      `could not unwrap the data key. KmsKeyring, ${EAST}: KMS Decrypt: not called: the Region failed repeatedly, and is given a pause`,
    );
  });

  test('tells of a key that the other copy left out last', async () => {
    const raw = (fill: number) =>
      new RawAesKeyring({ namespace: 'app', name: 'k', key: new Uint8Array(32).fill(fill) });
    const kms = new StubKms();
    const writer = new MultiKeyring({ generator: new KmsKeyring({ kms, generatorKeyId: WEST }), children: [raw(1)] });
    const { encryptedDataKeys } = await writer.onEncrypt(encryptRequest());
    const filter = { partition: 'aws', accounts: ['999999999999'] };
    for (const copy of [KmsDiscoveryKeyring, other.KmsDiscoveryKeyring]) {
      const reader = new MultiKeyring({ children: [new copy({ kms, filter }), raw(2)] });
      const { attempts, message } = await dataKeyFailure(reader.onDecrypt(decryptRequest(encryptedDataKeys)));
      expect(attempts).toMatchObject([{ cause: { code: 'ERR_KMS_KEY_EXCLUDED' } }, { keyring: 'RawAesKeyring' }]);
      expect(message).toContain('RawAesKeyring, app/k');
    }
  });
});
