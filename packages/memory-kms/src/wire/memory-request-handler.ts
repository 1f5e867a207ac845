// The front for a genuine SDK client: its serialisation, signing, retries and error classes, and no network.

import { ConnectionLostError } from '../engine/request-gate.ts';
import { abortError, untilAborted } from '../until-aborted.ts';
import type { WireRequest, WireResponse } from './answer-request.ts';

/** A request as the SDK hands it to its request handler. */
export type SdkHttpRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
};

/** The answer in the form that the SDK reads. */
export type SdkHttpResponse = {
  readonly response: {
    readonly statusCode: number;
    readonly headers: Record<string, string>;
    readonly body: Uint8Array;
  };
};

type HandlerOptions = { readonly abortSignal?: { readonly aborted: boolean } | undefined };

/** Fits `requestHandler` of `new KMSClient({ … })`. */
export type MemoryRequestHandler = {
  readonly metadata: { readonly handlerProtocol: string };
  handle(request: SdkHttpRequest, options?: HandlerOptions): Promise<SdkHttpResponse>;
  destroy(): void;
  updateHttpClientConfig(key: never, value: never): void;
  httpHandlerConfigs(): Record<string, never>;
};

/** Makes a request handler out of a function that answers requests. */
export function createRequestHandler(answer: (request: WireRequest) => Promise<WireResponse>): MemoryRequestHandler {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request, options) {
      if (options?.abortSignal?.aborted === true) throw abortError();
      const signal = listenable(options?.abortSignal);
      const answered = answerOrFail(answer, { ...wireRequest(request), signal });
      const { status, headers, body } = await untilAborted(answered, signal);
      return { response: { statusCode: status, headers: { ...headers }, body } };
    },
    destroy() {},
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  };
}

/** The SDK also takes signals of its own former kind, which can only be asked. */
function listenable(signal: HandlerOptions['abortSignal']): AbortSignal | undefined {
  return signal !== undefined && 'addEventListener' in signal ? (signal as AbortSignal) : undefined;
}

function wireRequest({ method, path, headers, body }: SdkHttpRequest): WireRequest {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    method,
    path,
    headers: Object.fromEntries(lower),
    body: bodyBytes(body),
    sourceIp: '127.0.0.1',
    secureTransport: true,
  };
}

/** The SDK sends a string, bytes, or an object between the two that has `toString()`. */
function bodyBytes(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return Buffer.from(body === undefined || body === null ? '' : String(body));
}

async function answerOrFail(answer: (request: WireRequest) => Promise<WireResponse>, request: WireRequest) {
  try {
    return await answer(request);
  } catch (error) {
    // node's own code for a lost connection, which the SDK retries.
    if (error instanceof ConnectionLostError)
      throw Object.assign(namedError('TimeoutError', error.message), { code: error.code });
    throw error;
  }
}

function namedError(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}
