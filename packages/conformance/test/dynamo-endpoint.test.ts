import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DynamoEndpoint, startDynamoEndpoint } from '../src/dynamo-endpoint.ts';

const TableName = 'things';
let endpoint: DynamoEndpoint;
let client: DynamoDBClient;

beforeAll(async () => {
  endpoint = await startDynamoEndpoint();
  client = dynamoClient(endpoint.url);
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['id', 'kind'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'id', KeyType: 'HASH' },
        { AttributeName: 'kind', KeyType: 'RANGE' },
      ],
    }),
  );
});

afterAll(async () => {
  client.destroy();
  await endpoint.close();
});

function dynamoClient(url: string): DynamoDBClient {
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' };
  return new DynamoDBClient({ endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 });
}

type Items = NonNullable<TransactWriteItemsCommandInput['TransactItems']>;

function put(id: string, kind: string, value: string, condition: object = {}): Items[number] {
  return { Put: { TableName, Item: { id: { S: id }, kind: { S: kind }, value: { S: value } }, ...condition } };
}

const absent = { ConditionExpression: 'attribute_not_exists(#id)', ExpressionAttributeNames: { '#id': 'id' } };

function valueIs(value: string) {
  return {
    ConditionExpression: 'attribute_exists(#id) AND #value = :value',
    ExpressionAttributeNames: { '#id': 'id', '#value': 'value' },
    ExpressionAttributeValues: { ':value': { S: value } },
  };
}

function transact(TransactItems: Items, ClientRequestToken?: string) {
  return client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken }));
}

async function readValue(id: string, kind: string): Promise<string | undefined> {
  const Key = { id: { S: id }, kind: { S: kind } };
  return (await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item?.['value']?.S;
}

async function cancellation(result: Promise<unknown>): Promise<unknown> {
  const error = await result.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const { name, CancellationReasons } = error as { name: string; CancellationReasons?: { Code: string }[] };
  return [name, ...(CancellationReasons ?? []).map(({ Code }) => Code)];
}

describe('TransactWriteItems', () => {
  it('puts all items when all conditions hold', async () => {
    await transact([put('a', '1', 'x', absent), put('a', '2', 'y', absent), put('a', '3', 'z')]);
    expect(await Promise.all(['1', '2', '3'].map((kind) => readValue('a', kind)))).toEqual(['x', 'y', 'z']);
  });

  it('puts none when one condition fails, whichever it is, and tells which', async () => {
    await transact([put('b', '1', 'old')]);
    expect(await cancellation(transact([put('b', '2', 'y', absent), put('b', '1', 'x', absent)]))).toEqual([
      'TransactionCanceledException',
      'None',
      'ConditionalCheckFailed',
    ]);
    expect(await cancellation(transact([put('b', '1', 'x', absent), put('b', '2', 'y', absent)]))).toEqual([
      'TransactionCanceledException',
      'ConditionalCheckFailed',
      'None',
    ]);
    expect([await readValue('b', '1'), await readValue('b', '2')]).toEqual(['old', undefined]);
  });

  it('compares the value of an attribute, and leaves nothing behind where there is no item', async () => {
    await transact([put('c', '1', 'v1')]);
    await transact([put('c', '1', 'v2', valueIs('v1')), put('c', '2', 'new', absent)]);
    expect(await cancellation(transact([put('c', '1', 'v3', valueIs('v1'))]))).toContain('ConditionalCheckFailed');
    expect(await cancellation(transact([put('c', '9', 'v3', valueIs('v1'))]))).toContain('ConditionalCheckFailed');
    expect([await readValue('c', '1'), await readValue('c', '2'), await readValue('c', '9')]).toEqual([
      'v2',
      'new',
      undefined,
    ]);
  });

  it('checks a condition without changing the item', async () => {
    await transact([put('d', '1', 'keep')]);
    await cancellation(transact([put('d', '1', 'x', valueIs('keep')), put('d', '1b', 'y', valueIs('none'))]));
    expect(await readValue('d', '1')).toBe('keep');
    const { Items = [] } = await client.send(new ScanCommand({ TableName }));
    expect(Items.filter((item) => item['id']?.S === 'd')).toHaveLength(1);
  });

  it('is atomic: of many transactions on one item at once exactly one wins, and readers see no half', async () => {
    await transact([put('e', '1', 'v0'), put('e', '2', 'v0')]);
    const attempts = Array.from({ length: 20 }, (_, index) =>
      transact([put('e', '1', `v${index}x`, valueIs('v0')), put('e', '2', `v${index}x`, valueIs('v0'))]).then(
        () => index,
        () => undefined,
      ),
    );
    const reads = Array.from({ length: 20 }, async () => {
      const { Items = [] } = await client.send(new ScanCommand({ TableName, ConsistentRead: true }));
      return new Set(Items.filter((item) => item['id']?.S === 'e').map((item) => item['value']?.S)).size;
    });
    const winners = (await Promise.all(attempts)).filter((index) => index !== undefined);
    expect(winners).toHaveLength(1);
    expect(new Set(await Promise.all(reads))).toEqual(new Set([1]));
    expect(await readValue('e', '1')).toBe(await readValue('e', '2'));
  });

  it('undoes the items before one that the server refuses', async () => {
    await transact([put('f', '1', 'old')]);
    const bad = { Put: { TableName, Item: { id: { S: 'f' }, kind: { S: '3' }, set: { SS: [] } } } };
    await expect(transact([put('f', '1', 'new'), put('f', '2', 'new'), bad])).rejects.toThrow();
    expect([await readValue('f', '1'), await readValue('f', '2')]).toEqual(['old', undefined]);
  });

  it('does a transaction once, however often its token comes', async () => {
    await transact([put('g', '1', 'first', absent)], 'token-1');
    await transact([put('g', '1', 'first', absent)], 'token-1');
    expect(await cancellation(transact([put('g', '1', 'other')], 'token-1'))).toEqual([
      'IdempotentParameterMismatchException',
    ]);
  });

  it('refuses what it does not know: two operations on one item, other actions, no table', async () => {
    const ours = [put('h', '1', 'x'), put('h', '1', 'y')];
    expect(await cancellation(transact(ours))).toEqual(['ValidationException']);
    const deletion = { Delete: { TableName, Key: { id: { S: 'a' }, kind: { S: '1' } } } };
    expect(await cancellation(transact([deletion]))).toEqual(['ValidationException']);
    const elsewhere = { Put: { TableName: 'nowhere', Item: {} } };
    expect(await cancellation(transact([elsewhere]))).toEqual(['ResourceNotFoundException']);
  });
});

describe('the endpoint', () => {
  it('passes other operations on and counts them', async () => {
    const before = endpoint.operationCount('PutItem');
    await client.send(new PutItemCommand({ TableName, Item: { id: { S: 'i' }, kind: { S: '1' }, value: { S: 'x' } } }));
    expect(await readValue('i', '1')).toBe('x');
    expect(endpoint.operationCount('PutItem')).toBe(before + 1);
  });

  it('can be down', async () => {
    endpoint.down = true;
    await expect(readValue('a', '1')).rejects.toThrow();
    endpoint.down = false;
    expect(await readValue('a', '1')).toBe('x');
  });
});
