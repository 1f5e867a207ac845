// TransactWriteItems on top of a server that lacks it, by operations that it has.

import { createHash } from 'node:crypto';

/** A JSON object of DynamoDB's protocol. */
export type Json = { readonly [name: string]: unknown };

/** Status and body of an answer. */
export type Answer = { readonly status: number; readonly body: Json };

/** Sends one operation to the server behind, as the same caller. */
export type Send = (operation: string, input: Json) => Promise<Answer>;

/** The part of a transaction that one item is concerned with. */
type Put = {
  readonly TableName: string;
  readonly Item: Json;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Json;
  readonly ExpressionAttributeValues?: Json;
};

/** What was at a put's key before. */
type Before = { readonly put: Put; readonly key: Json; readonly item: Json | undefined };

const SERVICE = 'com.amazonaws.dynamodb.v20120810#';
const VALIDATION = 'com.amazon.coral.validate#ValidationException';
const MAX_ITEMS = 100;
const OK: Answer = { status: 200, body: {} };

/**
 * Transactions of puts: all conditions are checked first, then all items are put. The caller holds the lock that keeps
 * every other request out meanwhile.
 *
 * Knows `Put` alone; any other action is a ValidationException. Conditions are evaluated by the server behind, by
 * operations that change nothing: an update without an expression where there is an item, a deletion where there is none.
 */
export class DynamoTransactions {
  /** Answers by `ClientRequestToken`, so that a retry of the same transaction is not a second one. */
  readonly #done = new Map<string, string>();

  async transactWriteItems(send: Send, input: Json): Promise<Answer> {
    const { ClientRequestToken: token, ...rest } = input;
    const digest = createHash('sha256').update(JSON.stringify(rest)).digest('hex');
    const previous = typeof token === 'string' ? this.#done.get(token) : undefined;
    if (previous !== undefined) return previous === digest ? OK : serviceError('IdempotentParameterMismatchException');
    const puts = putsOf(rest['TransactItems']);
    if (typeof puts === 'string') return { status: 400, body: { __type: VALIDATION, message: puts } };
    const answer = await writeAll(send, puts);
    if (answer.status === 200 && typeof token === 'string') this.#done.set(token, digest);
    return answer;
  }
}

async function writeAll(send: Send, puts: readonly Put[]): Promise<Answer> {
  const befores: Before[] = [];
  for (const put of puts) {
    const before = await readBefore(send, put);
    if ('status' in before) return before;
    befores.push(before);
  }
  const addresses = new Set(befores.map(({ put, key }) => JSON.stringify([put.TableName, key])));
  if (addresses.size < puts.length) {
    const message = 'Transaction request cannot include multiple operations on one item';
    return { status: 400, body: { __type: VALIDATION, message } };
  }
  const checks: Answer[] = [];
  for (const before of befores) checks.push(await checkCondition(send, before));
  const bad = checks.find(({ status, body }) => status !== 200 && !isConditionFailure(body));
  if (bad !== undefined) return bad;
  return checks.every(({ status }) => status === 200) ? putAll(send, befores) : cancelled(checks);
}

/** @returns The puts, or what is wrong with the request. */
function putsOf(items: unknown): readonly Put[] | string {
  if (!Array.isArray(items) || items.length === 0 || items.length > MAX_ITEMS) {
    return `TransactItems must have 1 to ${MAX_ITEMS} members`;
  }
  const actions: Json[] = items;
  const puts = actions.map((action) => (Object.keys(action).join() === 'Put' ? (action['Put'] as Put) : undefined));
  return puts.every((put) => put !== undefined) ? puts : 'this test endpoint knows transactions of Put alone';
}

async function readBefore(send: Send, put: Put): Promise<Before | Answer> {
  const described = await send('DescribeTable', { TableName: put.TableName });
  if (described.status !== 200) return described;
  const { KeySchema } = described.body['Table'] as { KeySchema: readonly { AttributeName: string }[] };
  const key = Object.fromEntries(KeySchema.map(({ AttributeName: name }) => [name, put.Item[name]]));
  const found = await send('GetItem', { TableName: put.TableName, Key: key, ConsistentRead: true });
  return found.status === 200 ? { put, key, item: found.body['Item'] as Json | undefined } : found;
}

function checkCondition(send: Send, { put, key, item }: Before): Promise<Answer> | Answer {
  const { TableName, Item: _item, ...condition } = put;
  if (condition.ConditionExpression === undefined) return OK;
  return send(item === undefined ? 'DeleteItem' : 'UpdateItem', { TableName, Key: key, ...condition });
}

/** An item that the server refuses undoes the ones before it. */
async function putAll(send: Send, befores: readonly Before[]): Promise<Answer> {
  for (const [index, { put }] of befores.entries()) {
    const answer = await send('PutItem', { TableName: put.TableName, Item: put.Item });
    if (answer.status === 200) continue;
    for (const done of befores.slice(0, index)) await restore(send, done);
    return answer;
  }
  return OK;
}

function restore(send: Send, { put: { TableName }, key, item }: Before): Promise<Answer> {
  return item === undefined ? send('DeleteItem', { TableName, Key: key }) : send('PutItem', { TableName, Item: item });
}

function isConditionFailure(body: Json): boolean {
  return String(body['__type']).endsWith('#ConditionalCheckFailedException');
}

function cancelled(checks: readonly Answer[]): Answer {
  const CancellationReasons = checks.map(({ status }) =>
    status === 200 ? { Code: 'None' } : { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
  );
  const codes = CancellationReasons.map(({ Code }) => Code).join(', ');
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return serviceError('TransactionCanceledException', { message, Message: message, CancellationReasons });
}

function serviceError(name: string, details: Json = {}): Answer {
  return { status: 400, body: { __type: SERVICE + name, ...details } };
}
