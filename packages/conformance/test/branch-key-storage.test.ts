import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { BranchKeyRecordError, BranchKeyStorageError, FileStorage, MemoryStorage } from '@waxseal/branch-keys';
import { DynamoDbStorage } from '@waxseal/branch-keys/dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DynamoEndpoint, startDynamoEndpoint } from '../src/dynamo-endpoint.ts';
import { branchKeyStorageSuite } from '../suites/branch-key-storage.suite.ts';

let endpoint: DynamoEndpoint;
let client: DynamoDBClient;
let folder: string;
let made = 0;

beforeAll(async () => {
  endpoint = await startDynamoEndpoint();
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' };
  client = new DynamoDBClient({ endpoint: endpoint.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  folder = await mkdtemp(join(tmpdir(), 'branch-keys-'));
});

afterAll(async () => {
  client.destroy();
  await endpoint.close();
  await rm(folder, { recursive: true });
});

branchKeyStorageSuite('memory', async () => new MemoryStorage());

branchKeyStorageSuite('file', async () => {
  made += 1;
  const storage = new FileStorage({ path: join(folder, `${made}`) });
  await storage.prepare();
  return storage;
});

branchKeyStorageSuite('DynamoDB', async () => {
  made += 1;
  const storage = new DynamoDbStorage({ client, tableName: `table-${made}` });
  await storage.prepare();
  return storage;
});

describe('DynamoDbStorage', () => {
  it('refuses a table with other keys', async () => {
    await client.send(
      new CreateTableCommand({
        TableName: 'others',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
    await expect(new DynamoDbStorage({ client, tableName: 'others' }).prepare()).rejects.toThrow(/branch-key-id/);
  });

  it('is made ready by several at once', async () => {
    const storages = Array.from({ length: 4 }, () => new DynamoDbStorage({ client, tableName: 'at-once' }));
    await Promise.all(storages.map((storage) => storage.prepare()));
    expect(await storages[0]?.read({ branchKeyId: 'a', recordType: 'x' })).toBeUndefined();
  });

  it('names an attribute of the wrong type, and lists the records beside it', async () => {
    const storage = new DynamoDbStorage({ client, tableName: 'typed' });
    await storage.prepare();
    const base = { 'branch-key-id': { S: 'a' }, enc: { B: Uint8Array.of(1) }, 'hierarchy-version': { N: '1' } };
    const items = [
      { ...base, type: { S: 'good' } },
      { ...base, type: { S: 'ttl' }, ttl: { N: '1' } },
      { ...base, type: { S: 'enc' }, enc: { S: 'text' } },
      { ...base, type: { S: 'hierarchy-version' }, 'hierarchy-version': { S: '1' } },
    ];
    for (const Item of items) await client.send(new PutItemCommand({ TableName: 'typed', Item }));
    for (const recordType of ['ttl', 'enc', 'hierarchy-version']) {
      const reading = storage.read({ branchKeyId: 'a', recordType });
      await expect(reading).rejects.toMatchObject({ code: 'ERR_BRANCH_KEY_RECORD', attributes: [recordType] });
    }
    const found = [];
    for await (const entry of storage.list(undefined)) found.push(entry instanceof BranchKeyRecordError);
    expect(found.sort()).toEqual([false, true, true, true]);
  });

  it('tells what is wrong: no table (invalid), the service down (transient)', async () => {
    const address = { branchKeyId: 'a', recordType: 'x' };
    const nowhere = new DynamoDbStorage({ client, tableName: 'nowhere' });
    await expect(nowhere.read(address)).rejects.toMatchObject({ category: 'invalid' });
    endpoint.down = true;
    await expect(nowhere.read(address)).rejects.toMatchObject({ category: 'transient' });
    await expect(nowhere.read(address)).rejects.toThrow(BranchKeyStorageError);
    endpoint.down = false;
  });

  it('checks its options', () => {
    expect(() => new DynamoDbStorage({ client, tableName: '' })).toThrow(TypeError);
    expect(() => new DynamoDbStorage({ client: {} as DynamoDBClient, tableName: 'x' })).toThrow(TypeError);
  });
});
