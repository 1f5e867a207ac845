// A service in two Regions that goes on while KMS is down in one of them. What one Region seals, the other opens.

import { MemoryKms } from '@waxseal/memory-kms';
import { CachingMaterialsManager, decrypt, encrypt, KmsMrkKeyring } from 'waxseal';

const memory = new MemoryKms();
const kms = (region: string | undefined) => memory.client({ region }); // with AWS: awsKms() of waxseal/aws
const { KeyMetadata } = await kms('us-east-1').createKey({ MultiRegion: true });
const keyId = KeyMetadata?.Arn ?? '';
await kms('us-east-1').replicateKey({ KeyId: keyId, ReplicaRegion: 'eu-west-1' });

// Each Region calls its own replica first, and the other one only while its own can't answer.
const virginia = new KmsMrkKeyring({ kms, keyId, regions: ['eu-west-1'] });
const ireland = new KmsMrkKeyring({ kms, keyId: keyId.replace('us-east-1', 'eu-west-1'), regions: ['us-east-1'] });

const encryptionContext = { tenant: 'acme' };
const seal = async (keys: KmsMrkKeyring | CachingMaterialsManager, text: string) => {
  const { message, header } = await encrypt(keys, Buffer.from(text), { encryptionContext });
  const arn = Buffer.from(header.encryptedDataKeys[0]?.providerInfo ?? []).toString();
  console.log(`${text}: wrapped in ${arn.split(':')[3]}`);
  return message;
};
const open = async (keys: KmsMrkKeyring, message: Uint8Array) =>
  Buffer.from((await decrypt(keys, message, { encryptionContext })).plaintext).toString();

const before = await seal(virginia, 'before the outage');

memory.faults.add({ region: 'us-east-1', outage: true });
const during = await seal(virginia, 'during the outage');
console.log(`Virginia opens: ${await open(virginia, before)}, ${await open(virginia, during)}`);
console.log(`Ireland opens: ${await open(ireland, before)}, ${await open(ireland, during)}`);

// With a cache an outage of all of KMS is not even noticed while keys are warm.
const cached = new CachingMaterialsManager({ source: virginia, maxAgeMs: 300_000 });
await seal(cached, 'with a warm cache');
memory.faults.add({ region: 'eu-west-1', outage: true });
await seal(cached, 'with KMS down everywhere');
await seal(virginia, 'without a cache').catch((error) => console.log(`without a cache: ${error.category}`));
cached.close();

// An outage is no denial: a key that was disabled in one Region is not tried in the other.
memory.faults.replace([]);
await kms('us-east-1').disableKey({ KeyId: keyId });
await seal(virginia, 'disabled in Virginia').catch((error) => console.log(`disabled in Virginia: ${error.category}`));
