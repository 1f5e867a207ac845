// A reader in one Region for messages from all Regions: calls the replica of the message's key that is near.

import { MemoryKms } from '@waxseal/memory-kms';
import { decrypt, encrypt, KmsMrkDiscoveryKeyring, KmsMrkKeyring } from 'waxseal';

const memory = new MemoryKms({ accountId: '111122223333' });
const kms = (region: string | undefined) => memory.client({ region });
const { KeyMetadata } = await kms('us-east-1').createKey({ MultiRegion: true });
const keyId = KeyMetadata?.Arn ?? '';
await kms('us-east-1').replicateKey({ KeyId: keyId, ReplicaRegion: 'eu-west-1' });

const { message } = await encrypt(new KmsMrkKeyring({ kms, keyId }), Buffer.from('from Virginia'));

const reader = new KmsMrkDiscoveryKeyring({
  kms,
  region: 'eu-west-1',
  filter: { partition: 'aws', accounts: ['111122223333'] },
});
const { plaintext } = await decrypt(reader, message);
const { keyId: asked } = memory.auditLog.at(-1)?.requestParameters ?? {};
console.log(`opened in Ireland: ${Buffer.from(plaintext).toString()} (${String(asked).split(':')[3] ?? 'eu-west-1'})`);
