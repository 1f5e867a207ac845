// The in-process front: the methods of the SDK's `KMS` class, without SDK, network or serialisation.

import type { Caller } from './engine/access-request.ts';
import type { Engine } from './engine/engine.ts';
import { KmsServiceError, type ResponseMetadata } from './engine/kms-service-error.ts';
import { isOperationName, operationNames } from './engine/operation-table.ts';
import type { OperationName, OperationTypes } from './engine/operation-types.ts';
import { randomUuid } from './engine/random-source.ts';
import { makeInspectable } from './inspection.ts';
import { abortError, untilAborted } from './until-aborted.ts';

/** Second argument of every method. */
export type ClientCallOptions = {
  readonly abortSignal?: AbortSignal | undefined;
  /** Taken so that the client fits where calls are prioritised; without effect here. */
  readonly priority?: 'foreground' | 'background' | undefined;
};

type Call<In, Out> =
  Record<never, never> extends In
    ? (input?: In, options?: ClientCallOptions) => Promise<Out>
    : (input: In, options?: ClientCallOptions) => Promise<Out>;

type Methods = {
  readonly [Name in OperationName as Uncapitalize<Name>]: Call<
    OperationTypes[Name]['input'],
    OperationTypes[Name]['output']
  >;
};

type AnyInput = OperationTypes[OperationName]['input'];

/** A command of the SDK, as far as `send` looks at it: `resolveMiddleware` only tells TypeScript the type of the answer. */
export type KmsCommand<Out> = {
  readonly input: AnyInput;
  resolveMiddleware(...parameters: never[]): (...parameters: never[]) => Promise<{ readonly output: Out }>;
};

/**
 * A client in the caller's own process. Fits wherever the SDK's aggregated `KMS` is asked for by shape.
 *
 * Its errors carry `name`, `$fault` and `$metadata` as the SDK's do, but are no instances of the SDK's classes.
 */
export type MemoryKmsClient = Methods & {
  /** Answers a command object of `@aws-sdk/client-kms`, of any version 3. */
  send<Out>(command: KmsCommand<Out>, options?: ClientCallOptions): Promise<Out>;
  readonly config: { region(): Promise<string> };
  /** Does nothing: there is nothing to close. */
  destroy(): void;
};

/**
 * Makes a client.
 *
 * @param region - Of the endpoint that it plays.
 */
export function createClient(engine: Engine, caller: Caller, region: string): MemoryKmsClient {
  const call = (operation: OperationName, input: unknown, options: ClientCallOptions = {}) =>
    callEngine(engine, { operation, input, caller, region, requestId: randomUuid(engine.parts.random) }, options);
  const methods = operationNames.map((operation) => [
    operation.charAt(0).toLowerCase() + operation.slice(1),
    (input?: unknown, options?: ClientCallOptions) => call(operation, input, options),
  ]);
  const client = {
    ...Object.fromEntries(methods),
    send: async (command: object, options?: ClientCallOptions) =>
      call(operationOf(command), (command as { readonly input?: unknown }).input, options),
    config: { region: async () => region },
    destroy() {},
  };
  const { principal, account, viaService } = caller;
  makeInspectable(client, 'MemoryKmsClient', () => ({ region, account, principal, viaService }));
  return client as unknown as MemoryKmsClient;
}

type EngineCall = Parameters<Engine['handle']>[0];

async function callEngine(engine: Engine, call: EngineCall, { abortSignal }: ClientCallOptions): Promise<object> {
  if (abortSignal?.aborted === true) throw abortError();
  try {
    const output = await untilAborted(engine.handle({ ...call, signal: abortSignal }), abortSignal);
    const $metadata: ResponseMetadata = {
      httpStatusCode: 200,
      requestId: call.requestId,
      attempts: 1,
      totalRetryDelay: 0,
    };
    return { ...output, $metadata };
  } catch (error) {
    // The SDK shows an error without text as `UnknownError`.
    if (error instanceof KmsServiceError && error.message === '') error.message = 'UnknownError';
    throw error;
  }
}

/** Newer SDKs put a schema on each command, whose third element is the operation; older ones tell it by their class name. */
function operationOf(command: object): OperationName {
  const schema = (command as { readonly schema?: unknown }).schema;
  const name = Array.isArray(schema) ? String(schema[2]) : command.constructor.name.replace(/Command$/, '');
  if (!isOperationName(name)) throw new TypeError(`not a command of KMS: ${name}`);
  return name;
}
