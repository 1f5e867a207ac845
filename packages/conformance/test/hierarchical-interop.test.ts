// The official key store and keyring, and ours, over one DynamoDB table and one KMS.

import { randomUUID } from 'node:crypto';
import { BranchKeyStoreNode } from '@aws-crypto/branch-keystore-node';
import { buildClient, CommitmentPolicy, KmsHierarchicalKeyRingNode } from '@aws-crypto/client-node';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { BranchKeyStore, HierarchicalKeyring, rewrapBranchKeys } from '@waxseal/branch-keys';
import { DynamoDbStorage } from '@waxseal/branch-keys/dynamodb';
import { DataKeyUnavailableError, decrypt, encrypt } from '@waxseal/core';
import { MemoryKms } from '@waxseal/memory-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DynamoEndpoint, startDynamoEndpoint } from '../src/dynamo-endpoint.ts';

const tableName = 'branch-keys';
const logicalName = 'interop';
const kms = new MemoryKms();
const official = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
let endpoint: DynamoEndpoint;
let ddbClient: DynamoDBClient;
let arn: string;

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' };

beforeAll(async () => {
  endpoint = await startDynamoEndpoint();
  ddbClient = new DynamoDBClient({ endpoint: endpoint.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  arn = await createKmsKey();
  await ourStore().createStore();
});

afterAll(async () => {
  ddbClient.destroy();
  await endpoint.close();
});

async function createKmsKey(): Promise<string> {
  const { KeyMetadata } = await kms.client().createKey({});
  return KeyMetadata?.Arn ?? '';
}

function ourStore(kmsArn = arn): BranchKeyStore {
  const storage = new DynamoDbStorage({ client: ddbClient, tableName });
  return new BranchKeyStore({ storage, kms: kms.client(), logicalName, kmsKey: { arn: kmsArn } });
}

function theirStore(kmsConfiguration: { identifier: string } | 'discovery' = { identifier: arn }): BranchKeyStoreNode {
  const kmsClient = new KMSClient({ region: 'us-east-1', credentials, requestHandler: kms.requestHandler() });
  return new BranchKeyStoreNode({
    storage: { ddbTableName: tableName, ddbClient },
    logicalKeyStoreName: logicalName,
    kmsConfiguration,
    keyManagement: { kmsClient },
  });
}

function ourKeyring(branchKeyId: string, localeSortedContext?: string): HierarchicalKeyring {
  return new HierarchicalKeyring({ keyStore: ourStore(), branchKeyId, maxAgeMs: 60_000, localeSortedContext });
}

function theirKeyring(branchKeyId: string, keyStore = theirStore(), utf8Sorting = true): KmsHierarchicalKeyRingNode {
  return new KmsHierarchicalKeyRingNode({ branchKeyId, keyStore, cacheLimitTtl: 60, utf8Sorting });
}

/** ASCII in an order that locales change, and text that UTF-16 sorts otherwise than UTF-8. */
const encryptionContext = { b: '2', B: '1', a: '3', '\uffee': 'bmp', '\u{10000}': 'astral', empty: '' };
const plaintext = new TextEncoder().encode('attack at dawn');

async function ourMessage(branchKeyId: string): Promise<Uint8Array> {
  return (await encrypt(ourKeyring(branchKeyId), plaintext, { encryptionContext })).message;
}

async function theirMessage(branchKeyId: string): Promise<Uint8Array> {
  return (await official.encrypt(theirKeyring(branchKeyId), plaintext, { encryptionContext })).result;
}

/** A fresh keyring each time: nothing may come out of a cache. */
async function bothOpen(branchKeyId: string, messages: readonly Uint8Array[]): Promise<void> {
  for (const message of messages) {
    const ours = await decrypt(ourKeyring(branchKeyId), message, { encryptionContext });
    expect(Buffer.from(ours.plaintext).toString()).toBe('attack at dawn');
    const theirs = await official.decrypt(theirKeyring(branchKeyId), Buffer.from(message));
    expect(theirs.plaintext.toString()).toBe('attack at dawn');
    expect(theirs.messageHeader.encryptionContext).toMatchObject(encryptionContext);
  }
}

const stores = ['ours', 'theirs'] as const;

async function createKey(by: (typeof stores)[number]): Promise<string> {
  const branchKeyId = `tenant-${randomUUID()}`;
  const context = { tenant: 'ä', '\u{10000}': 'x' };
  if (by === 'ours') await ourStore().createKey({ branchKeyId, encryptionContext: context });
  else await theirStore().createKey({ branchKeyIdentifier: branchKeyId, encryptionContext: context });
  return branchKeyId;
}

async function versionKey(by: (typeof stores)[number], branchKeyId: string): Promise<void> {
  if (by === 'ours') await ourStore().versionKey(branchKeyId);
  else await theirStore().versionKey({ branchKeyIdentifier: branchKeyId });
}

describe.each(stores)('a branch key created by %s', (creator) => {
  it.each(stores)('and versioned by %s: each opens what the other sealed, before and after', async (versioner) => {
    const branchKeyId = await createKey(creator);
    const before = [await ourMessage(branchKeyId), await theirMessage(branchKeyId)];
    await bothOpen(branchKeyId, before);
    await versionKey(versioner, branchKeyId);
    const after = [await ourMessage(branchKeyId), await theirMessage(branchKeyId)];
    await bothOpen(branchKeyId, [...before, ...after]);
    await versionKey(versioner === 'ours' ? 'theirs' : 'ours', branchKeyId);
    await bothOpen(branchKeyId, [...before, ...after, await ourMessage(branchKeyId), await theirMessage(branchKeyId)]);
  });

  it('gives both the same keys, versions and context', async () => {
    const branchKeyId = await createKey(creator);
    const ours = await ourStore().getActiveBranchKey(branchKeyId);
    const theirs = await theirStore().getActiveBranchKey(branchKeyId);
    expect(Buffer.from(ours.key).equals(theirs.branchKey())).toBe(true);
    expect(ours.version).toBe(theirs.branchKeyVersion.toString('utf8'));
    expect({ ...ours.encryptionContext }).toEqual(theirs.encryptionContext);
    expect((await ourStore().getBeaconKey(branchKeyId)).key).toHaveLength(32);
  });

  it('has items of the same attributes and types', async () => {
    const branchKeyId = await createKey(creator);
    const types: Record<string, string> = {};
    for (const type of ['branch:ACTIVE', 'beacon:ACTIVE']) {
      const Key = { 'branch-key-id': { S: branchKeyId }, type: { S: type } };
      const { Item = {} } = await ddbClient.send(new GetItemCommand({ TableName: tableName, Key }));
      for (const [name, value] of Object.entries(Item)) types[`${type} ${name}`] = Object.keys(value).join();
      expect(Item['create-time']?.S).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    }
    const shared = { 'branch-key-id': 'S', type: 'S', enc: 'B', 'kms-arn': 'S', 'create-time': 'S' };
    const common = { ...shared, 'hierarchy-version': 'N', 'aws-crypto-ec:tenant': 'S', 'aws-crypto-ec:\u{10000}': 'S' };
    const expected = (type: string, attributes: object) =>
      Object.fromEntries(Object.entries(attributes).map(([name, kind]) => [`${type} ${name}`, kind]));
    expect(types).toEqual({
      ...expected('branch:ACTIVE', { ...common, version: 'S' }),
      ...expected('beacon:ACTIVE', common),
    });
  });
});

describe('messages of the official keyring without utf8Sorting', () => {
  it.each([{ Purpose: '1' }, { tenant_id: '1', 'tenant-id': '2' }, { user_id: '1', userName: '2' }])(
    'with %o open by localeSortedContext alone',
    async (pairs) => {
      const branchKeyId = await createKey('theirs');
      const { result } = await official.encrypt(theirKeyring(branchKeyId, theirStore(), false), plaintext, {
        encryptionContext: pairs,
      });
      await expect(decrypt(ourKeyring(branchKeyId), result)).rejects.toThrow(DataKeyUnavailableError);
      const opened = await decrypt(ourKeyring(branchKeyId, 'en-US'), result, { encryptionContext: pairs });
      expect(Buffer.from(opened.plaintext).toString()).toBe('attack at dawn');
      // What the reader itself writes is in the specified order.
      const { message } = await encrypt(ourKeyring(branchKeyId, 'en-US'), plaintext, { encryptionContext: pairs });
      const theirs = await official.decrypt(theirKeyring(branchKeyId), Buffer.from(message));
      expect(theirs.plaintext.toString()).toBe('attack at dawn');
    },
  );
});

describe('both at once', () => {
  it('version one key: no version is lost, and the active record is consistent', async () => {
    const branchKeyId = await createKey('ours');
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => versionKey(index % 2 === 0 ? 'ours' : 'theirs', branchKeyId)),
    );
    const ours = results.filter((_, index) => index % 2 === 0);
    expect(ours.every(({ status }) => status === 'fulfilled')).toBe(true);
    const made = results.filter(({ status }) => status === 'fulfilled').length;
    const storage = new DynamoDbStorage({ client: ddbClient, tableName });
    let records = 0;
    for await (const _record of storage.list(branchKeyId)) records += 1;
    expect(records).toBe(3 + made);
    await bothOpen(branchKeyId, [await ourMessage(branchKeyId), await theirMessage(branchKeyId)]);
  });

  it('create the same id: one wins', async () => {
    const branchKeyId = randomUUID();
    const encryptionContext = { a: 'b' };
    const results = await Promise.allSettled([
      ourStore().createKey({ branchKeyId, encryptionContext }),
      theirStore().createKey({ branchKeyIdentifier: branchKeyId, encryptionContext }),
      ourStore().createKey({ branchKeyId, encryptionContext }),
    ]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await bothOpen(branchKeyId, [await ourMessage(branchKeyId)]);
  });
});

describe('over the wire', () => {
  it('1,000 cold decrypts at once make one GetItem and one KMS call', async () => {
    const branchKeyId = await createKey('theirs');
    const message = await theirMessage(branchKeyId);
    const keyring = ourKeyring(branchKeyId);
    const [reads, calls] = [endpoint.operationCount('GetItem'), kms.callCount()];
    const opened = await Promise.all(Array.from({ length: 1000 }, () => decrypt(keyring, message)));
    expect(opened.every((result) => Buffer.from(result.plaintext).toString() === 'attack at dawn')).toBe(true);
    expect([endpoint.operationCount('GetItem') - reads, kms.callCount() - calls]).toEqual([1, 1]);
  });

  it('works on with warm keys while the table is down; a cold keyring fails with a clear error', async () => {
    const branchKeyId = await createKey('ours');
    const warm = ourKeyring(branchKeyId);
    const { message } = await encrypt(warm, plaintext);
    await decrypt(warm, message);
    endpoint.down = true;
    try {
      await decrypt(warm, (await encrypt(warm, plaintext)).message);
      const cold = decrypt(ourKeyring(branchKeyId), message);
      await expect(cold).rejects.toThrow(DataKeyUnavailableError);
      await expect(cold).rejects.toMatchObject({ category: 'transient', message: /could not read a record/ });
    } finally {
      endpoint.down = false;
    }
  });

  it('an item with a changed or an extra attribute is refused by both, and by us naming it', async () => {
    const changes = [
      ['aws-crypto-ec:tenant', { S: 'other' }],
      ['aws-crypto-ec:admin', { S: 'yes' }],
      ['expires', { S: '1' }],
      ['create-time', { S: '2020-01-01T00:00:00.000000Z' }],
    ] as const;
    for (const [name, value] of changes) {
      const branchKeyId = await createKey('theirs');
      const Key = { 'branch-key-id': { S: branchKeyId }, type: { S: 'branch:ACTIVE' } };
      const { Item } = await ddbClient.send(new GetItemCommand({ TableName: tableName, Key }));
      await ddbClient.send(new PutItemCommand({ TableName: tableName, Item: { ...Item, [name]: value } }));
      const reading = ourStore().getActiveBranchKey(branchKeyId);
      await expect(reading).rejects.toMatchObject({ code: 'ERR_BRANCH_KEY_RECORD', attributes: [name] });
      await expect(theirStore().getActiveBranchKey(branchKeyId)).rejects.toThrow();
    }
  });
});

describe('another KMS key', () => {
  it('after re-wrapping, the old one disabled, both still open everything', async () => {
    const ids = [await createKey('ours'), await createKey('theirs')];
    for (const id of ids) await versionKey('theirs', id);
    const messages = await Promise.all(ids.map((id) => Promise.all([ourMessage(id), theirMessage(id)])));
    const to = await createKmsKey();
    const storage = new DynamoDbStorage({ client: ddbClient, tableName });
    // The changed records of the tests above are refused, and stay.
    const { rewrapped } = await rewrapBranchKeys({ storage, kms: kms.client(), logicalName, from: arn, to });
    expect(rewrapped).toBeGreaterThanOrEqual(8);
    await kms.client().disableKey({ KeyId: arn });
    await expect(kms.client().generateDataKey({ KeyId: arn, NumberOfBytes: 32 })).rejects.toThrow();
    arn = to;
    for (const [index, id] of ids.entries()) await bothOpen(id, messages[index] ?? []);
    for (const id of ids) await versionKey('theirs', id);
    for (const [index, id] of ids.entries()) await bothOpen(id, [...(messages[index] ?? []), await ourMessage(id)]);
  });
});
