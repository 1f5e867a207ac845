import { createHash } from 'node:crypto';
import { algorithmSuites, type EncryptedDataKey, type EncryptionContext } from '@waxseal/core';
import { describe, expect, it } from 'vitest';
import { decryptionEntryId, encodePartition, encryptionEntryId } from '../src/materials-entry-id.ts';

const UNSIGNED = algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY;
const REQUIRE = 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT';

/** SHA-384 of hexadecimal text, spaces ignored. */
function digestOf(hex: string): string {
  return createHash('sha384')
    .update(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'))
    .digest()
    .toString('latin1');
}

const partition = encodePartition('pq');
const context: EncryptionContext = { k: 'v' };
const CONTEXT_HEX = '0001 0001 6b 0001 76';

describe('the entry id when encrypting', () => {
  it('is the specification, then policy, required keys and lengths', () => {
    const id = encryptionEntryId(partition, {
      commitmentPolicy: REQUIRE,
      algorithmSuite: UNSIGNED,
      encryptionContext: context,
      requiredEncryptionContextKeys: ['k'],
    });
    const required = '0001 0001 6b 0000';
    expect(id).toBe(
      digestOf(`01 00 01 00 7071 00 01 00 0478 00 ${CONTEXT_HEX} 00 03 ${required} 00000000 00000008 00000007`),
    );
    expect(id).toHaveLength(48);
  });

  it('marks the absence of a suite, and an empty context takes no bytes', () => {
    const id = encryptionEntryId(partition, {
      commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT',
      encryptionContext: {},
    });
    expect(id).toBe(digestOf('01 00 01 00 7071 00 00 00 00 01 00000000 00000000 00000000'));
  });

  it('does not depend on the order of pairs or required keys', () => {
    const base = { commitmentPolicy: REQUIRE, algorithmSuite: UNSIGNED } as const;
    const one = { encryptionContext: { a: '1', b: '2' }, requiredEncryptionContextKeys: ['a', 'b'] };
    const other = { encryptionContext: { b: '2', a: '1' }, requiredEncryptionContextKeys: ['b', 'a'] };
    expect(encryptionEntryId(partition, { ...base, ...one })).toBe(encryptionEntryId(partition, { ...base, ...other }));
  });

  it('takes __proto__ for a required key like any other', () => {
    const base = { commitmentPolicy: REQUIRE, algorithmSuite: UNSIGNED, encryptionContext: {} } as const;
    expect(encryptionEntryId(partition, { ...base, requiredEncryptionContextKeys: ['__proto__'] })).not.toBe(
      encryptionEntryId(partition, base),
    );
  });
});

describe('the entry id when decrypting', () => {
  const key = (ciphertext: number): EncryptedDataKey => ({
    providerId: 'p',
    providerInfo: Uint8Array.of(7),
    ciphertext: Uint8Array.of(ciphertext),
  });
  const request = {
    commitmentPolicy: REQUIRE,
    algorithmSuite: UNSIGNED,
    encryptionContext: context,
    reproducedEncryptionContext: { r: '' },
    encryptedDataKeys: [key(2), key(1)],
  } as const;

  it('is the specification with sorted keys, then policy, reproduced context and lengths', () => {
    const keys = '0001 70 0001 07 0001 01  0001 70 0001 07 0001 02';
    expect(decryptionEntryId(partition, request)).toBe(
      digestOf(
        `01 00 02 00 7071 00 0478 00 ${keys} 00 ${CONTEXT_HEX} 00 03 0001 0001 72 0000 00000012 00000008 00000007`,
      ),
    );
  });

  it('does not depend on the order of the encrypted data keys, but on each of them', () => {
    const id = decryptionEntryId(partition, request);
    expect(decryptionEntryId(partition, { ...request, encryptedDataKeys: [key(1), key(2)] })).toBe(id);
    expect(decryptionEntryId(partition, { ...request, encryptedDataKeys: [key(1), key(1)] })).not.toBe(id);
    expect(decryptionEntryId(partition, { ...request, encryptedDataKeys: [key(1)] })).not.toBe(id);
  });
});
