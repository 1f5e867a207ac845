// Whoever has the public key can encrypt; only the holder of the private key reads.

import { generateKeyPairSync } from 'node:crypto';
import { decrypt, encrypt, RawRsaKeyring } from 'waxseal';

const pair = generateKeyPairSync('rsa', {
  modulusLength: 3072,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const shared = { namespace: 'contact-centre', name: 'recordings', padding: 'oaep-sha512' } as const;

const sender = new RawRsaKeyring({ ...shared, publicKey: pair.publicKey });
const { message } = await encrypt(sender, Buffer.from('a recording'));
await decrypt(sender, message).catch((error) => console.log(`the sender can't read it: ${error.code}`));

const archive = new RawRsaKeyring({ ...shared, privateKey: pair.privateKey });
const { plaintext } = await decrypt(archive, message);
console.log(`the archive reads: ${Buffer.from(plaintext).toString()}`);
