// Encrypt anywhere with a public key, without credentials and without a call; decrypt through KMS alone.

import { MemoryKms } from '@waxseal/memory-kms';
import { decrypt, encrypt, KmsRsaKeyring } from 'waxseal';

const memory = new MemoryKms();
const kms = memory.client();
const { KeyMetadata } = await kms.createKey({ KeySpec: 'RSA_3072', KeyUsage: 'ENCRYPT_DECRYPT' });
const keyId = KeyMetadata?.Arn ?? '';
const { PublicKey: publicKey } = await kms.getPublicKey({ KeyId: keyId });

const keys = new KmsRsaKeyring({ kms, keyId, publicKey, encryptionAlgorithm: 'RSAES_OAEP_SHA_256' });
const before = memory.callCount();
// A suite without signature: whoever has the public key can write, so a signature would say nothing.
const { message } = await encrypt(keys, Buffer.from('from the edge'), {
  algorithmSuite: 0x0478,
  encryptionContext: { device: 'edge-7' },
});
console.log(`encrypting: ${memory.callCount() - before} calls`);

const { plaintext } = await decrypt(keys, message, { encryptionContext: { device: 'edge-7' } });
console.log(`opened: ${Buffer.from(plaintext).toString()}, by ${memory.callCount('Decrypt')} Decrypt`);
