// An AES key in your own hands wraps the data keys: for tests, for keys from an HSM or a vault, for old messages.

import { randomBytes } from 'node:crypto';
import { decrypt, encrypt, RawAesKeyring } from 'waxseal';

const key = randomBytes(32); // copied in: wipe yours when you like
const keys = new RawAesKeyring({ namespace: 'my-vault', name: 'customers-2026', key });
key.fill(0);

const { message, header } = await encrypt(keys, Buffer.from('hello'), { encryptionContext: { tenant: 'acme' } });
console.log(`wrapped by ${header.encryptedDataKeys[0]?.providerId}`);

const { plaintext } = await decrypt(keys, message);
console.log(`opened: ${Buffer.from(plaintext).toString()}`);

// The same name with another key is noticed; another name is simply not ours.
const impostor = new RawAesKeyring({ namespace: 'my-vault', name: 'customers-2026', key: randomBytes(32) });
await decrypt(impostor, message).catch((error) => console.log(`refused: ${error.message}`));
