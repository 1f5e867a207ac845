// What is said when a supplier of KMS clients gives none.

import type { DataKeyAttempt, DataKeyUnavailableError } from '@waxseal/core';
import { type KmsError, KmsKeyring } from '@waxseal/keyring';
import { awsKms } from '@waxseal/keyring/aws';
import { expect, it } from 'vitest';
import { BranchKeyStore, MemoryStorage } from '../src/index.ts';
import { ARN, FakeKms } from './fake-kms.ts';
import { algorithmSuite, failure } from './keyring-fixture.ts';

const creating = (kms: unknown) => {
  const options = { storage: new MemoryStorage(), kms: kms as never, logicalName: 'keys', kmsKey: { arn: ARN } };
  return new BranchKeyStore(options).createKey();
};

it('asks for the call of a factory that was given in place of a supplier', async () => {
  for (const kms of [() => () => new FakeKms(), awsKms]) {
    const error = await failure(creating(kms));
    expect(error).toMatchObject({ name: 'KmsError', code: 'ERR_KMS_NO_CLIENT' });
    expect(String(error)).toContain('awsKms()');
  }
});

it('tells what the supplier threw', async () => {
  const closed = awsKms();
  closed.close();
  const error = await failure(creating(closed));
  expect(error).toMatchObject({ code: 'ERR_KMS_NO_CLIENT', cause: { message: 'awsKms was closed' } });
  expect(String(error)).toContain('awsKms was closed');
});

it('tells that it gave nothing, or no client', async () => {
  const { decrypt } = new FakeKms();
  for (const nothing of [undefined, null, 'kms', {}, { decrypt }, Promise.resolve(new FakeKms())]) {
    expect(await failure(creating(() => nothing))).toMatchObject({ code: 'ERR_KMS_NO_CLIENT' });
  }
});

/** What a supplier can do wrong. */
const faults: Readonly<Record<string, () => unknown>> = {
  'throws a TypeError': () => {
    throw new TypeError('no such Region');
  },
  'throws what looks like an outage': () => {
    throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  },
  'throws a text': () => {
    throw 'no';
  },
  'gives nothing': () => undefined,
  'gives an object without the calls': () => ({}),
  'gives a promise': async () => new FakeKms(),
  'gives a function': () => () => new FakeKms(),
};

it.each(Object.entries(faults))('one that %s is judged as KmsKeyring judges it', async (_, supplier) => {
  const store = (await failure(creating(supplier))) as KmsError;
  const request = { algorithmSuite, encryptionContext: {} };
  const keyring = new KmsKeyring({ kms: supplier as never, generatorKeyId: ARN });
  const { attempts } = (await failure(keyring.onEncrypt(request))) as DataKeyUnavailableError;
  const [{ cause }] = attempts as [DataKeyAttempt];
  const { code, category, detail, advice } = cause as KmsError;
  expect(store).toMatchObject({ name: 'KmsError', code, category, advice });
  expect(store.detail).toBe(detail);
  expect([code, category]).toEqual(['ERR_KMS_NO_CLIENT', 'mismatch']);
});

it('takes a client that can be called as a client', async () => {
  const kms = new FakeKms();
  const callable = Object.assign(() => undefined, {
    generateDataKeyWithoutPlaintext: kms.generateDataKeyWithoutPlaintext.bind(kms),
    reEncrypt: kms.reEncrypt.bind(kms),
    decrypt: kms.decrypt.bind(kms),
  });
  expect(await creating(callable)).toMatchObject({ version: expect.any(String) });
});
