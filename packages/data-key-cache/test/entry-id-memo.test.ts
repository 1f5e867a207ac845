import { algorithmSuites, type CommitmentPolicy, type EncryptionContext } from '@waxseal/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EntryIdMemo } from '../src/entry-id-memo.ts';
import { decryptionEntryId, encodePartition, encryptionEntryId } from '../src/materials-entry-id.ts';

const partition = encodePartition('p');
const text = fc.string({ unit: 'binary', maxLength: 3 });
const context: fc.Arbitrary<EncryptionContext> = fc.dictionary(text, text, { maxKeys: 3 });
const policy = fc.constantFrom<CommitmentPolicy>('FORBID_ENCRYPT_ALLOW_DECRYPT', 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT');
const suite = fc.constantFrom(...Object.values(algorithmSuites));
const bytes = fc.uint8Array({ maxLength: 3 });
const encryptRequest = fc.record({
  commitmentPolicy: policy,
  algorithmSuite: fc.option(suite, { nil: undefined }),
  encryptionContext: context,
  requiredEncryptionContextKeys: fc.array(text, { maxLength: 2 }),
});
const decryptRequest = fc.record({
  commitmentPolicy: policy,
  algorithmSuite: suite,
  encryptionContext: context,
  reproducedEncryptionContext: context,
  encryptedDataKeys: fc.array(fc.record({ providerId: text, providerInfo: bytes, ciphertext: bytes }), {
    minLength: 1,
    maxLength: 2,
  }),
});

describe('EntryIdMemo', () => {
  it('finds for every request the id that is computed for it, whatever was asked before', () => {
    const memo = new EntryIdMemo(partition);
    const requests = fc.tuple(encryptRequest, decryptRequest);
    fc.assert(
      fc.property(requests, ([sealed, opened]) => {
        for (let time = 0; time < 2; time += 1) {
          expect(memo.encryptionId(sealed)).toBe(encryptionEntryId(partition, sealed));
          expect(memo.decryptionId(opened)).toBe(decryptionEntryId(partition, opened));
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('computes the ids of requests too long to remember', () => {
    const memo = new EntryIdMemo(partition);
    const request = {
      commitmentPolicy: 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT',
      algorithmSuite: algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
      encryptionContext: { long: 'x'.repeat(2_000) },
      encryptedDataKeys: [
        { providerId: 'p', providerInfo: new Uint8Array(0), ciphertext: new Uint8Array(2_000).fill(1) },
      ],
    } as const;
    expect(memo.encryptionId(request)).toBe(encryptionEntryId(partition, request));
    expect(memo.decryptionId(request)).toBe(decryptionEntryId(partition, request));
  });
});
