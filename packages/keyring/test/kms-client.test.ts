import { KMS } from '@aws-sdk/client-kms';
import type { KmsClient, KmsClientSource, KmsDataKeyClient } from '@waxseal/keyring';
import { MemoryKms } from '@waxseal/memory-kms';
import { expect, test } from 'vitest';

// Checked by the compiler: each of these fits the port with no adapter.
const sdk: KmsClient = new KMS({ region: 'us-east-1' });
const memory: KmsClient = new MemoryKms().client();
const inMemory: KmsClientSource<KmsDataKeyClient> = (region) => new MemoryKms().client({ region });
const stub: Pick<KmsClient, 'decrypt'> = {
  decrypt: async ({ KeyId }) => ({ KeyId, Plaintext: new Uint8Array(32) }),
};
const supplier: KmsClientSource<KmsDataKeyClient> = (region) => new KMS(region === undefined ? {} : { region });
const partial: KmsClientSource<KmsDataKeyClient> = (region) =>
  region === 'us-east-1' ? new KMS({ region }) : undefined;

test('the SDK, the in-memory KMS, a stub and suppliers fit the port with no adapter', async () => {
  expect(typeof sdk.decrypt).toBe('function');
  const answer = await stub.decrypt({ KeyId: 'k', CiphertextBlob: new Uint8Array(1), EncryptionContext: { a: 'b' } });
  expect(answer.KeyId).toBe('k');
  expect([supplier, partial, inMemory].map((each) => typeof each)).toEqual(['function', 'function', 'function']);
  expect(typeof memory.deriveSharedSecret).toBe('function');
});
