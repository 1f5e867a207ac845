// Key agreement inside KMS: neither private key ever leaves it.

import { MemoryKms } from '@waxseal/memory-kms';
import { decrypt, encrypt, KmsEcdhKeyring } from 'waxseal';

const memory = new MemoryKms();
const kms = memory.client();
const createKey = async () => {
  const { KeyMetadata } = await kms.createKey({ KeySpec: 'ECC_NIST_P384', KeyUsage: 'KEY_AGREEMENT' });
  return KeyMetadata?.Arn ?? '';
};
const [alice, bob] = [await createKey(), await createKey()];
const { PublicKey: bobsPublicKey = new Uint8Array(0) } = await kms.getPublicKey({ KeyId: bob });

const atAlice = new KmsEcdhKeyring({ kms, schema: 'static', senderKeyId: alice, recipientPublicKey: bobsPublicKey });
const { message } = await encrypt(atAlice, Buffer.from('hello Bob'), { encryptionContext: { to: 'bob' } });

const atBob = new KmsEcdhKeyring({ kms, schema: 'discovery', recipientKeyId: bob });
const { plaintext } = await decrypt(atBob, message);
console.log(`Bob reads: ${Buffer.from(plaintext).toString()}`);
console.log(
  `calls: ${memory.callCount('GetPublicKey')} GetPublicKey, ${memory.callCount('DeriveSharedSecret')} DeriveSharedSecret`,
);
