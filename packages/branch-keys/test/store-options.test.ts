import { expect, it } from 'vitest';
import { BranchKeyStore, MemoryStorage } from '../src/index.ts';
import { ARN, FakeKms } from './fake-kms.ts';

it.each([undefined, null, {}, { read: () => {} }, 'table'])('refuses %s as storage at construction', (storage) => {
  const options = { kms: new FakeKms(), logicalName: 'keys', kmsKey: { arn: ARN } };
  expect(() => new BranchKeyStore({ ...options, storage: storage as never })).toThrow(/storage must be/);
  expect(new BranchKeyStore({ ...options, storage: new MemoryStorage() }).logicalName).toBe('keys');
});
