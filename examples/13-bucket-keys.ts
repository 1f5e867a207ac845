// A day of uploads: one call to KMS for each object, or one for each life of a branch key. Branch keys do here what
// S3 Bucket Keys do: the number of calls no longer depends on the traffic.
import { FakeClock, MemoryKms } from '@waxseal/memory-kms';
import {
  BranchKeyStore,
  decrypt,
  encrypt,
  HierarchicalKeyring,
  type Keyring,
  KmsKeyring,
  MemoryStorage,
} from 'waxseal';

const OBJECTS_PER_HOUR = 240;
const HOUR_MS = 3_600_000;
const algorithmSuite = 0x0478; // without a signature for each object
const clock = new FakeClock('2026-11-23T00:00:00Z');
const kms = new MemoryKms({ clock });
const client = kms.client({ region: 'eu-west-1' });
const { KeyMetadata } = await client.createKey({ Description: 'of the bucket' });
const arn = KeyMetadata?.Arn ?? '';

/** Seals a day of objects and opens every tenth; returns the calls that KMS saw. */
async function day(keys: Keyring): Promise<number> {
  const before = kms.counts().byKey[arn] ?? 0;
  for (let hour = 0; hour < 24; hour += 1) {
    for (let object = 0; object < OBJECTS_PER_HOUR; object += 1) {
      const encryptionContext = { bucket: 'invoices', object: `${hour}-${object}` };
      const { message } = await encrypt(keys, Buffer.from('an invoice'), { encryptionContext, algorithmSuite });
      if (object % 10 === 0) await decrypt(keys, message, { encryptionContext });
    }
    clock.advance('1h');
  }
  return (kms.counts().byKey[arn] ?? 0) - before;
}

const perObject = await day(new KmsKeyring({ kms: client, generatorKeyId: arn }));

const keyStore = new BranchKeyStore({
  storage: new MemoryStorage(),
  kms: client,
  logicalName: 'invoices',
  kmsKey: { arn },
});
await keyStore.createStore();
const { branchKeyId } = await keyStore.createKey();
// The branch key lives for an hour of this day's clock, as a bucket key does in S3.
const bucketKeys = await day(new HierarchicalKeyring({ keyStore, branchKeyId, maxAgeMs: HOUR_MS, clock }));

const saved = (100 * (1 - bucketKeys / perObject)).toFixed(1);
console.log(`objects sealed: ${24 * OBJECTS_PER_HOUR}`);
console.log(`calls to KMS, one per object: ${perObject}`);
console.log(`calls to KMS, one per life of a branch key: ${bucketKeys}`);
console.log(`saved: ${saved} %`);
console.log(kms.counts().byOperation);
