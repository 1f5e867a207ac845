import { MemoryKms } from '@waxseal/memory-kms';
import { decrypt, encrypt, KmsKeyring } from 'waxseal';

const kms = new MemoryKms().client(); // a KMS in memory, to try it offline
const { KeyMetadata } = await kms.createKey({ Description: 'my first key' });
const keys = new KmsKeyring({ kms, generatorKeyId: KeyMetadata?.Arn });

const encryptionContext = { tenant: 'acme', purpose: 'card-number' };
const { message } = await encrypt(keys, Buffer.from('4111 1111 1111 1111'), { encryptionContext });
console.log(`sealed: ${message.length} bytes`);

const { plaintext } = await decrypt(keys, message, { encryptionContext: { tenant: 'acme' } });
console.log(`opened: ${Buffer.from(plaintext).toString()}`);

await decrypt(keys, message, { encryptionContext: { tenant: 'evil' } }).catch((error) => {
  console.log(`refused: ${error.message}`);
});
