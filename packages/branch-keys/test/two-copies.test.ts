// A governor of another copy of @waxseal/keyring: what it throws is told by name, not by class.

import { KmsError } from '@waxseal/keyring';
import { expect, it, vi } from 'vitest';
import { rewrapBranchKeys } from '../src/index.ts';
import { ARN, OTHER_ARN } from './fake-kms.ts';
import { setUpStore } from './store-fixture.ts';

vi.resetModules();
const other = await import('@waxseal/keyring');

const refusal = (operation: 'Decrypt' | 'ReEncrypt') => new other.KmsError('wrongContext', operation, ARN);

it('they are two', () => {
  expect(refusal('Decrypt')).not.toBeInstanceOf(KmsError);
});

it('the key store explains a record that KMS refused', async () => {
  const { kms, store } = setUpStore();
  const { branchKeyId } = await store.createKey();
  kms.failure = refusal('Decrypt');
  await expect(store.getActiveBranchKey(branchKeyId)).rejects.toMatchObject({
    code: 'ERR_BRANCH_KEY_RECORD',
    attributes: ['enc'],
    cause: kms.failure,
  });
});

it('re-wrapping goes on past a record that KMS refused', async () => {
  const { kms, storage, store } = setUpStore();
  await store.createKey();
  kms.failure = refusal('ReEncrypt');
  const result = await rewrapBranchKeys({ storage, kms, logicalName: 'keys', from: ARN, to: OTHER_ARN });
  expect(result).toMatchObject({ complete: false, rewrapped: 0, refused: 3 });
});
