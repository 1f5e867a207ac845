import { KMS } from '@aws-sdk/client-kms';
import { KmsGovernor } from '@waxseal/keyring';
import { MemoryKms } from '@waxseal/memory-kms';
import { expect, test } from 'vitest';
import type { BranchKeyKms } from '../src/index.ts';

// Checked by the compiler: each of these fits the port with no adapter.
const sdk: BranchKeyKms = new KMS({ region: 'us-east-1' });
const memory: BranchKeyKms = new MemoryKms().client();
const governor = new KmsGovernor({ requestsPerSecond: 100 });
const governed: BranchKeyKms = governor.govern(new MemoryKms().client(), 'us-east-1');

test('the SDK, MemoryKms and a governor fit the port with no adapter', () => {
  for (const kms of [sdk, memory, governed]) {
    expect([typeof kms.generateDataKeyWithoutPlaintext, typeof kms.reEncrypt, typeof kms.decrypt]).toEqual([
      'function',
      'function',
      'function',
    ]);
  }
});
