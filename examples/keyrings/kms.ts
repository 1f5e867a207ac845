// The strict KMS keyring: you name the keys. A second key in another Region can open the message on its own.

import { MemoryKms } from '@waxseal/memory-kms';
import { decrypt, encrypt, KmsKeyring } from 'waxseal';

const memory = new MemoryKms(); // with AWS: import { awsKms } from 'waxseal/aws'; const kms = awsKms();
const kms = (region: string | undefined) => memory.client({ region });

const createKey = async (region: string) => (await kms(region).createKey({})).KeyMetadata?.Arn ?? '';
const [virginia, ireland] = [await createKey('us-east-1'), await createKey('eu-west-1')];

const writer = new KmsKeyring({ kms, generatorKeyId: virginia, keyIds: [ireland] });
const encryptionContext = { tenant: 'acme', purpose: 'invoice' };
const { message } = await encrypt(writer, Buffer.from('invoice 4711'), { encryptionContext });
console.log(
  `encrypting: ${memory.callCount('GenerateDataKey')} GenerateDataKey, ${memory.callCount('Encrypt')} Encrypt`,
);

const reader = new KmsKeyring({ kms, keyIds: [ireland] });
const { plaintext } = await decrypt(reader, message, { encryptionContext });
console.log(`opened in Ireland: ${Buffer.from(plaintext).toString()}`);

await kms('eu-west-1').disableKey({ KeyId: ireland });
await decrypt(reader, message).catch((error) => {
  console.log(`refused: ${error.code}, ${error.category}`);
  for (const { keyring, cause } of error.attempts) console.log(`  ${keyring}: ${cause.code}, ${cause.advice}`);
});
