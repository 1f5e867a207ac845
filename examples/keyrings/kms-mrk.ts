// A multi-Region key: what one Region encrypts, another decrypts; and when a Region is down, the next one serves.

import { MemoryKms } from '@waxseal/memory-kms';
import { decrypt, encrypt, KmsMrkKeyring } from 'waxseal';

const memory = new MemoryKms();
const kms = (region: string | undefined) => memory.client({ region });
const { KeyMetadata } = await kms('us-east-1').createKey({ MultiRegion: true });
const keyId = KeyMetadata?.Arn ?? '';
await kms('us-east-1').replicateKey({ KeyId: keyId, ReplicaRegion: 'eu-west-1' });

const inVirginia = new KmsMrkKeyring({ kms, keyId, regions: ['eu-west-1'] });
const inIreland = new KmsMrkKeyring({ kms, keyId: keyId.replace('us-east-1', 'eu-west-1') });

const first = await encrypt(inVirginia, Buffer.from('sealed in Virginia'));
console.log(`Ireland opens: ${Buffer.from((await decrypt(inIreland, first.message)).plaintext)}`);

memory.faults.add({ region: 'us-east-1', outage: true });
const second = await encrypt(inVirginia, Buffer.from('sealed while Virginia was down'));
console.log(
  `wrapped by ${
    Buffer.from(second.header.encryptedDataKeys[0]?.providerInfo ?? [])
      .toString()
      .split(':')[3]
  }`,
);
console.log(`and opened: ${Buffer.from((await decrypt(inVirginia, second.message)).plaintext)}`);
