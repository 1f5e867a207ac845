// One message, several recipients: a KMS key for every day, and an offline key for the day when KMS is gone.

import { generateKeyPairSync } from 'node:crypto';
import { MemoryKms } from '@waxseal/memory-kms';
import { decrypt, encrypt, KmsKeyring, MultiKeyring, RawRsaKeyring } from 'waxseal';

const memory = new MemoryKms();
const kms = memory.client();
const { KeyMetadata } = await kms.createKey({});
const safe = generateKeyPairSync('rsa', { modulusLength: 3072 });

const everyDay = new KmsKeyring({ kms, generatorKeyId: KeyMetadata?.Arn });
const escrow = { namespace: 'escrow', name: 'safe-2026', padding: 'oaep-sha256' } as const;
const keys = new MultiKeyring({
  generator: everyDay,
  children: [new RawRsaKeyring({ ...escrow, publicKey: safe.publicKey })],
});

const { message, header } = await encrypt(keys, Buffer.from('the books'));
console.log(`wrapped for: ${header.encryptedDataKeys.map(({ providerId }) => providerId).join(', ')}`);

memory.faults.add({ outage: true });
await decrypt(everyDay, message).catch((error) => console.log(`without KMS: ${error.code}`));

const fromTheSafe = new RawRsaKeyring({ ...escrow, privateKey: safe.privateKey });
const { plaintext } = await decrypt(fromTheSafe, message);
console.log(`from the safe: ${Buffer.from(plaintext).toString()}`);
