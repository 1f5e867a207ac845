import { KMS } from '@aws-sdk/client-kms';
import { MemoryKms } from '@waxseal/memory-kms';
import { expect, test } from 'vitest';
import type { BranchKeyKms } from '../src/index.ts';

// Checked by the compiler: each of these fits the port with no adapter.
const sdk: BranchKeyKms = new KMS({ region: 'us-east-1' });
const memory: BranchKeyKms = new MemoryKms().client();

test('the SDK and MemoryKms fit the port with no adapter', () => {
  for (const kms of [sdk, memory]) {
    expect([typeof kms.generateDataKeyWithoutPlaintext, typeof kms.reEncrypt, typeof kms.decrypt]).toEqual([
      'function',
      'function',
      'function',
    ]);
  }
});
