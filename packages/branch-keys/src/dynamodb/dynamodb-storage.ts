import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandOutput,
  ScanCommand,
  type TableDescription,
  TransactWriteItemsCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { requireOptions } from '@waxseal/core/crypto';
import { BranchKeyRecordError, BranchKeyStorageError } from '../branch-key-errors.ts';
import { ATTRIBUTE, type BranchKeyRecord, type RecordAddress } from '../branch-key-record.ts';
import type { BranchKeyStorage, RecordWrite, StorageRequestOptions, WriteCondition } from '../branch-key-storage.ts';
import { requireOneBranchKey } from '../record-writes.ts';
import { decodeItem, encodeItem, encodeKey } from './item-codec.ts';
import { storageFailure, writeConflict } from './storage-failure.ts';
import { fitsSchema, tableDefinition } from './table-schema.ts';

/** Options of `DynamoDbStorage`. */
export type DynamoDbStorageOptions = {
  /** `new DynamoDBClient({})`; stays the caller's, to be destroyed by the caller. */
  readonly client: DynamoDBClient;
  readonly tableName: string;
};

/** How long a new table may take. */
const TABLE_WAIT_S = 120;

type Page = Pick<QueryCommandOutput, 'Items' | 'LastEvaluatedKey'>;

/**
 * Branch keys in a DynamoDB table, in the items that every implementation of the AWS key store reads and writes.
 *
 *   branch-key-id (S, partition key) ‖ type (S, sort key) ‖ enc (B) ‖ hierarchy-version (N) ‖ other attributes (S)
 *
 * Reads are strongly consistent. Several records are written in one transaction.
 *
 * @see AWS Encryption SDK specification, framework/key-store/dynamodb-key-storage.md
 */
export class DynamoDbStorage implements BranchKeyStorage {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;

  /** @throws TypeError without a client or a table name, and for an unknown option. */
  constructor(options: DynamoDbStorageOptions) {
    requireOptions(options, { client: true, tableName: true }, 'DynamoDbStorage');
    if (typeof options.client?.send !== 'function') throw new TypeError('client must be a DynamoDBClient');
    if (typeof options.tableName !== 'string' || options.tableName === '') {
      throw new TypeError('tableName must be the name or ARN of a table');
    }
    this.#client = options.client;
    this.#tableName = options.tableName;
  }

  async prepare(options: StorageRequestOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    let table = await this.#describe(options);
    if (table === undefined) await this.#create(options);
    if (table?.TableStatus !== 'ACTIVE') table = await this.#waitForTable(options);
    if (table !== undefined && fitsSchema(table)) return;
    const keys = `${ATTRIBUTE.branchKeyId} (S) as partition key and ${ATTRIBUTE.type} (S) as sort key`;
    throw new BranchKeyStorageError(`table ${this.#tableName} exists, but without ${keys}`, 'invalid');
  }

  async read(address: RecordAddress, options: StorageRequestOptions = {}): Promise<BranchKeyRecord | undefined> {
    const command = new GetItemCommand({
      TableName: this.#tableName,
      Key: encodeKey(address),
      ConsistentRead: true,
    });
    const { Item } = await this.#attempt('read a record', options, (http) => this.#client.send(command, http));
    return Item === undefined ? undefined : decodeItem(Item);
  }

  async write(writes: readonly RecordWrite[], options: StorageRequestOptions = {}): Promise<void> {
    const branchKeyId = requireOneBranchKey(writes);
    const puts = writes.map((write) => this.#putOf(write));
    const [only] = puts;
    try {
      if (puts.length === 1 && only !== undefined) {
        await this.#client.send(new PutItemCommand(only), abortOption(options));
      } else {
        const items = puts.map((put) => ({ Put: put }));
        await this.#client.send(new TransactWriteItemsCommand({ TransactItems: items }), abortOption(options));
      }
    } catch (cause) {
      options.signal?.throwIfAborted();
      throw writeConflict(branchKeyId, cause) ?? storageFailure('write records', this.#tableName, cause);
    }
  }

  async *list(
    branchKeyId: string | undefined,
    options: StorageRequestOptions = {},
  ): AsyncGenerator<BranchKeyRecord | BranchKeyRecordError, void, undefined> {
    let start: Page['LastEvaluatedKey'];
    do {
      const page: Page = await this.#page(branchKeyId, start, options);
      for (const item of page.Items ?? []) yield decodeListed(item);
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
  }

  #page(
    branchKeyId: string | undefined,
    start: Page['LastEvaluatedKey'],
    options: StorageRequestOptions,
  ): Promise<Page> {
    const shared = { TableName: this.#tableName, ConsistentRead: true, ExclusiveStartKey: start };
    return this.#attempt<Page>('list records', options, (http) =>
      branchKeyId === undefined
        ? this.#client.send(new ScanCommand(shared), http)
        : this.#client.send(
            new QueryCommand({
              ...shared,
              KeyConditionExpression: '#id = :id',
              ExpressionAttributeNames: { '#id': ATTRIBUTE.branchKeyId },
              ExpressionAttributeValues: { ':id': { S: branchKeyId } },
            }),
            http,
          ),
    );
  }

  #putOf({ record, condition }: RecordWrite) {
    return { TableName: this.#tableName, Item: encodeItem(record), ...conditionExpression(condition) };
  }

  async #describe(options: StorageRequestOptions): Promise<TableDescription | undefined> {
    try {
      const command = new DescribeTableCommand({ TableName: this.#tableName });
      return (await this.#client.send(command, abortOption(options))).Table;
    } catch (cause) {
      options.signal?.throwIfAborted();
      if (cause instanceof Error && cause.name === 'ResourceNotFoundException') return undefined;
      throw storageFailure('look for the table', this.#tableName, cause);
    }
  }

  /** A table that somebody else creates at the same moment is as good as ours. */
  async #create(options: StorageRequestOptions): Promise<void> {
    await this.#attempt('create the table', options, async (http) => {
      const creation = this.#client.send(new CreateTableCommand(tableDefinition(this.#tableName)), http);
      await creation.catch((cause: unknown) => {
        if (!(cause instanceof Error && cause.name === 'ResourceInUseException')) throw cause;
      });
    });
  }

  async #waitForTable(options: StorageRequestOptions): Promise<TableDescription | undefined> {
    await this.#attempt('wait for the table', options, async (http) => {
      const settings = { client: this.#client, maxWaitTime: TABLE_WAIT_S, minDelay: 1, ...http };
      await waitUntilTableExists(settings, { TableName: this.#tableName });
    });
    return this.#describe(options);
  }

  async #attempt<Answer>(
    what: string,
    options: StorageRequestOptions,
    send: (http: { readonly abortSignal?: AbortSignal }) => Promise<Answer>,
  ): Promise<Answer> {
    options.signal?.throwIfAborted();
    try {
      return await send(abortOption(options));
    } catch (cause) {
      options.signal?.throwIfAborted();
      throw storageFailure(what, this.#tableName, cause);
    }
  }
}

function decodeListed(item: NonNullable<Page['Items']>[number]): BranchKeyRecord | BranchKeyRecordError {
  try {
    return decodeItem(item);
  } catch (error) {
    if (error instanceof BranchKeyRecordError) return error;
    throw error;
  }
}

function abortOption({ signal }: StorageRequestOptions): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

/** Attribute names contain hyphens, so that they need placeholders. */
function conditionExpression(condition: WriteCondition) {
  const id = { '#id': ATTRIBUTE.branchKeyId };
  if (condition === 'absent') {
    return { ConditionExpression: 'attribute_not_exists(#id)', ExpressionAttributeNames: id };
  }
  return {
    ConditionExpression: 'attribute_exists(#id) AND #enc = :encOld',
    ExpressionAttributeNames: { ...id, '#enc': ATTRIBUTE.ciphertext },
    ExpressionAttributeValues: { ':encOld': { B: condition.ciphertext } },
  };
}
