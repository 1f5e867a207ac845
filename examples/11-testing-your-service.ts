// Tests of one's own service: the real keyring over a KMS in memory that does as it is told. Run it with node --test, or as it is.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { MemoryKms } from '@waxseal/memory-kms';
import { decrypt, EnvelopeError, encrypt, type KmsClient, KmsKeyring } from 'waxseal';

/** The service under test. In production `kms` is `awsKms()`. */
function createVault(kms: KmsClient, keyId: string) {
  const keys = new KmsKeyring({ kms, generatorKeyId: keyId });
  return {
    async store(tenant: string, secret: string): Promise<Uint8Array> {
      return (await encrypt(keys, Buffer.from(secret), { encryptionContext: { tenant } })).message;
    },
    async load(tenant: string, sealed: Uint8Array): Promise<string | 'try again'> {
      try {
        return Buffer.from((await decrypt(keys, sealed, { encryptionContext: { tenant } })).plaintext).toString();
      } catch (error) {
        if (EnvelopeError.is(error) && error.category === 'transient') return 'try again';
        throw error;
      }
    },
  };
}

let memory: MemoryKms;
let keyId: string;
let vault: ReturnType<typeof createVault>;

beforeEach(async () => {
  memory = new MemoryKms();
  keyId = (await memory.client().createKey({})).KeyMetadata?.Arn ?? '';
  vault = createVault(memory.client(), keyId);
});

test('gives back what it was given', async () => {
  assert.equal(await vault.load('acme', await vault.store('acme', 'pin 1234')), 'pin 1234');
});

test('one tenant cannot read the secrets of another, and KMS is not even asked', async () => {
  const sealed = await vault.store('acme', 'pin 1234');
  await assert.rejects(vault.load('evil', sealed), { code: 'ERR_CONTEXT_MISMATCH' });
  assert.equal(memory.callCount('Decrypt'), 0);
});

test('asks to try again while KMS is throttled, and works afterwards', async () => {
  const sealed = await vault.store('acme', 'pin 1234');
  memory.faults.add({ operation: 'Decrypt', error: 'ThrottlingException', times: 1 });
  assert.equal(await vault.load('acme', sealed), 'try again');
  assert.equal(await vault.load('acme', sealed), 'pin 1234');
});

test('fails for good once the key is disabled', async () => {
  const sealed = await vault.store('acme', 'pin 1234');
  await memory.client().disableKey({ KeyId: keyId });
  await assert.rejects(vault.load('acme', sealed), { code: 'ERR_DATA_KEY_UNAVAILABLE', category: 'denied' });
});
