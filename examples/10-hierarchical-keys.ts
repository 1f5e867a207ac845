// One branch key for each tenant: KMS is called once for each tenant and process, not once for each message.

import { BranchKeyStore, HierarchicalKeyring, MemoryStorage, rewrapBranchKeys } from '@waxseal/branch-keys';
import { MemoryKms } from '@waxseal/memory-kms';
import { decrypt, encrypt } from 'waxseal';

const memoryKms = new MemoryKms(); // a KMS in memory, to try it offline; in production: new KMS({})
const kms = memoryKms.client();
const newKmsKey = async () => (await kms.createKey({})).KeyMetadata?.Arn ?? '';
const oldArn = await newKmsKey();

// In production: new DynamoDbStorage({ client, tableName }) of '@waxseal/branch-keys/dynamodb', or new FileStorage({ path }).
const storage = new MemoryStorage();
const logicalName = 'example-keys';
const keyStore = new BranchKeyStore({ storage, kms, logicalName, kmsKey: { arn: oldArn } });
await keyStore.createStore();
for (const tenant of ['acme', 'umbrella']) {
  await keyStore.createKey({ branchKeyId: `tenant-${tenant}`, encryptionContext: { tenant } });
}

const keys = new HierarchicalKeyring({
  keyStore,
  branchKeyIdFor: ({ tenant }) => `tenant-${tenant}`,
  maxAgeMs: 5 * 60_000,
  refreshAheadMs: 30_000,
});

// 2,000 messages of two tenants: one Decrypt for each tenant to write, and one to read.
const before = memoryKms.callCount();
const sealed: { readonly tenant: string; readonly message: Uint8Array }[] = [];
for (let count = 0; count < 2000; count += 1) {
  const tenant = count % 2 === 0 ? 'acme' : 'umbrella';
  const { message } = await encrypt(keys, Buffer.from(`order ${count}`), { encryptionContext: { tenant } });
  sealed.push({ tenant, message });
}
for (const { tenant, message } of sealed) await decrypt(keys, message, { encryptionContext: { tenant } });
console.log(`${sealed.length} messages sealed and opened with ${memoryKms.callCount() - before} KMS calls`);

// A new version of a branch key; messages under older versions still open.
const { version } = await keyStore.versionKey('tenant-acme');
console.log(`tenant-acme has a new version: ${version.length} characters of UUID`);

// Another KMS key: the records are re-wrapped inside KMS, the messages stay as they are.
const newArn = await newKmsKey();
const { rewrapped, complete } = await rewrapBranchKeys({ storage, kms, logicalName, from: oldArn, to: newArn });
await kms.disableKey({ KeyId: oldArn });
console.log(`${rewrapped} records re-wrapped, ${complete ? 'none' : 'some'} left under the old KMS key, now disabled`);

const moved = new BranchKeyStore({ storage, kms, logicalName, kmsKey: { arn: newArn } });
await using reader = new HierarchicalKeyring({ keyStore: moved, branchKeyId: 'tenant-acme', maxAgeMs: 60_000 });
const first = sealed[0]?.message ?? new Uint8Array();
console.log(`still opens: ${Buffer.from((await decrypt(reader, first)).plaintext).toString()}`);
keys.close();
