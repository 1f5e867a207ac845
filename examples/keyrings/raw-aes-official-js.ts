// Reading raw-AES messages that the official JavaScript SDK wrote with its default order of context pairs.
// It sorts them as its locale does, which no other implementation can open, unless told `utf8Sorting: true`.

import { buildClient, RawAesKeyringNode, RawAesWrappingSuiteIdentifier } from '@aws-crypto/client-node';
import { decrypt, RawAesKeyring } from 'waxseal';

const key = new Uint8Array(32).fill(7);
const names = { namespace: 'my-vault', name: 'old-messages' };

const official = new RawAesKeyringNode({
  keyNamespace: names.namespace,
  keyName: names.name,
  unencryptedMasterKey: Uint8Array.from(key), // it wipes the key that it is given
  wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
});
// One upper-case key beside the SDK's own `aws-crypto-public-key` is enough to tell the orders apart.
const { result } = await buildClient().encrypt(official, 'written by the official SDK', {
  encryptionContext: { Purpose: 'archive' },
});

await decrypt(new RawAesKeyring({ ...names, key }), result).catch((error) => {
  console.log(`without the option: ${error.code}`);
});

const reader = new RawAesKeyring({ ...names, key, localeSortedContext: 'en-US' });
const { plaintext } = await decrypt(reader, result);
console.log(`with it: ${Buffer.from(plaintext).toString()}`);
