// Two key pairs agree on a wrapping key: between known ends, or from an unknown sender to one recipient.

import { generateKeyPairSync } from 'node:crypto';
import { decrypt, encrypt, RawEcdhKeyring } from 'waxseal';

const alice = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const bob = generateKeyPairSync('ec', { namedCurve: 'P-384' });

// Both ends known: each opens what the other sent, and what it sent itself.
const atAlice = new RawEcdhKeyring({
  schema: 'static',
  senderPrivateKey: alice.privateKey,
  recipientPublicKey: bob.publicKey,
});
const atBob = new RawEcdhKeyring({
  schema: 'static',
  senderPrivateKey: bob.privateKey,
  recipientPublicKey: alice.publicKey,
});
const letter = await encrypt(atAlice, Buffer.from('hello Bob'));
console.log(`Bob reads: ${Buffer.from((await decrypt(atBob, letter.message)).plaintext)}`);

// A new sender's key pair for each message, forgotten at once: not even the sender can read it afterwards.
const dropBox = new RawEcdhKeyring({ schema: 'ephemeral', recipientPublicKey: bob.publicKey });
const tip = await encrypt(dropBox, Buffer.from('a tip'));
await decrypt(dropBox, tip.message).catch((error) => console.log(`the drop box can't read it: ${error.code}`));

const anySender = new RawEcdhKeyring({ schema: 'discovery', recipientPrivateKey: bob.privateKey });
console.log(`Bob reads: ${Buffer.from((await decrypt(anySender, tip.message)).plaintext)}`);
