// A DynamoDB endpoint for tests: dynalite, with the transactions that it lacks added by a proxy in front of it.

import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import { type Answer, DynamoTransactions, type Json, type Send } from './dynamo-transaction.ts';

/** A running endpoint. */
export type DynamoEndpoint = AsyncDisposable & {
  /** `http://127.0.0.1:<port>`, for `new DynamoDBClient({ endpoint })`; any credentials will do. */
  readonly url: string;
  /** Requests so far, of one operation such as `GetItem`. */
  operationCount(operation: string): number;
  /** While set, every request is answered by 503, as when the service is down. */
  down: boolean;
  close(): Promise<void>;
};

/** Starts an empty endpoint on a free port. Requests are served one after the other, so that transactions are atomic. */
export async function startDynamoEndpoint(): Promise<DynamoEndpoint> {
  const behind = startDynalite();
  const port = await new Promise<number>((resolve, reject) => behind.once('message', resolve).once('error', reject));
  const proxy = new LockingProxy(port);
  const front = createServer((incoming, outgoing) => void proxy.serve(incoming, outgoing));
  const url = `http://127.0.0.1:${await listen(front)}`;
  const close = async (): Promise<void> => {
    await stop(front);
    await behind.terminate();
  };
  return {
    url,
    operationCount: (operation) => proxy.counts.get(operation) ?? 0,
    get down() {
      return proxy.down;
    },
    set down(value) {
      proxy.down = value;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

const DYNALITE = `
  const { parentPort, workerData } = require('node:worker_threads');
  const server = require(workerData)({ createTableMs: 0, deleteTableMs: 0 });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

/**
 * On a thread of its own, without the options of this one: under the conditions that tests resolve imports by, dynalite's
 * `require` would find ES modules. Tells its port.
 */
function startDynalite(): Worker {
  const workerData = createRequire(import.meta.url).resolve('dynalite');
  return new Worker(DYNALITE, { eval: true, execArgv: [], workerData });
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const PREFIX = 'DynamoDB_20120810.';

class LockingProxy {
  readonly counts = new Map<string, number>();
  down = false;
  readonly #port: number;
  readonly #transactions = new DynamoTransactions();
  #last: Promise<unknown> = Promise.resolve();

  constructor(port: number) {
    this.#port = port;
  }

  async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await readBody(incoming);
    const operation = String(incoming.headers['x-amz-target'] ?? '').slice(PREFIX.length);
    this.counts.set(operation, (this.counts.get(operation) ?? 0) + 1);
    const answer = await this.#exclusive(() => this.#answer(operation, incoming, body)).catch(
      (error: unknown): Answer => ({ status: 500, body: { __type: 'InternalServerError', message: String(error) } }),
    );
    outgoing.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
    outgoing.end(JSON.stringify(answer.body));
  }

  async #answer(operation: string, incoming: IncomingMessage, body: string): Promise<Answer> {
    if (this.down) return { status: 503, body: { __type: 'ServiceUnavailable' } };
    const send: Send = (name, input) => this.#forward(incoming, name, JSON.stringify(input));
    if (operation !== 'TransactWriteItems') return this.#forward(incoming, operation, body);
    return this.#transactions.transactWriteItems(send, JSON.parse(body) as Json);
  }

  /** dynalite looks at the form of the signature alone, so the caller's own headers serve for any operation. */
  #forward(incoming: IncomingMessage, operation: string, body: string): Promise<Answer> {
    const { host: _host, 'content-length': _length, ...headers } = incoming.headers;
    const sent = { ...headers, 'x-amz-target': PREFIX + operation, 'content-length': Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const call = request({ port: this.#port, host: '127.0.0.1', method: 'POST', headers: sent }, (response) => {
        readBody(response).then(
          (text) => resolve({ status: response.statusCode ?? 500, body: text === '' ? {} : JSON.parse(text) }),
          reject,
        );
      });
      call.once('error', reject).end(body);
    });
  }

  #exclusive<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => {});
    return result;
  }
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
