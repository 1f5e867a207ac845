// Reading without knowing the keys beforehand: whichever key the message names, within accounts that you name.

import { MemoryKms } from '@waxseal/memory-kms';
import { decrypt, encrypt, KmsDiscoveryKeyring, KmsKeyring, limitRegions } from 'waxseal';

const memory = new MemoryKms({ accountId: '111122223333' });
const kms = (region: string | undefined) => memory.client({ region });
const { KeyMetadata } = await kms('eu-west-1').createKey({});

const writer = new KmsKeyring({ kms, generatorKeyId: KeyMetadata?.Arn });
const { message } = await encrypt(writer, Buffer.from('hello'));

// The filter has to be said; "every account" is spelt 'any'. The message comes from somebody: limit the Regions too.
const reader = new KmsDiscoveryKeyring({
  kms: limitRegions(kms, ['eu-west-1', 'us-east-1']),
  filter: { partition: 'aws', accounts: ['111122223333'] },
});
const { plaintext } = await decrypt(reader, message);
console.log(`opened: ${Buffer.from(plaintext).toString()}`);

const elsewhere = new KmsDiscoveryKeyring({ kms, filter: { partition: 'aws', accounts: ['999999999999'] } });
await decrypt(elsewhere, message).catch((error) => console.log(`refused: ${error.message}`));
