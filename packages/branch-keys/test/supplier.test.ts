// What is said when a supplier of KMS clients gives none.

import { awsKms } from '@waxseal/keyring/aws';
import { expect, it } from 'vitest';
import { BranchKeyStore, MemoryStorage } from '../src/index.ts';
import { ARN, FakeKms } from './fake-kms.ts';
import { failure } from './keyring-fixture.ts';

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

it('tells that it gave nothing', async () => {
  for (const nothing of [undefined, null]) {
    expect(await failure(creating(() => nothing))).toMatchObject({ code: 'ERR_KMS_NO_CLIENT' });
  }
});
