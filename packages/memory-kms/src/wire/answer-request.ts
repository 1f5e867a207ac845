// HTTP without sockets: one request in, one response out; the server and the SDK's request handler share it.

import type { Caller } from '../engine/access-request.ts';
import type { Engine } from '../engine/engine.ts';
import { KmsServiceError } from '../engine/kms-service-error.ts';
import { isOperationName, operationTable } from '../engine/operation-table.ts';
import { randomUuid } from '../engine/random-source.ts';
import { errorResponse } from './error-response.ts';
import { decodeRequest, encodeAnswer, JSON_CONTENT_TYPE } from './json-protocol.ts';

/** A request as a front received it. */
export type WireRequest = {
  readonly method: string;
  /** Path with query, as sent. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly sourceIp?: string | undefined;
  readonly secureTransport?: boolean | undefined;
  /** Aborted when nobody waits for the answer any more: a scripted latency then ends. */
  readonly signal?: AbortSignal | undefined;
};

/** A response to send. */
export type WireResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};

/** Who sent a request, and to which Region. */
export type Identity = { readonly caller: Caller; readonly region: string };

/** Tells who sent a request; throws a `KmsServiceError` where the signature is refused. */
export interface Authenticator {
  authenticate(request: WireRequest): Identity | Promise<Identity>;
}

const TARGET = /^TrentService\.([A-Za-z]+)$/;

/**
 * Answers a request of the AWS JSON 1.1 protocol. Never throws but for a scripted outage, or a caller that went away
 * (`ConnectionLostError`).
 */
export async function answerRequest(
  engine: Engine,
  authenticator: Authenticator,
  request: WireRequest,
): Promise<WireResponse> {
  const requestId = randomUuid(engine.parts.random);
  try {
    return response(requestId, encodeAnswer(await perform(engine, authenticator, request, requestId)));
  } catch (error) {
    if (!(error instanceof KmsServiceError)) throw error;
    return errorResponse(error, { 'x-amzn-requestid': requestId });
  }
}

async function perform(engine: Engine, authenticator: Authenticator, request: WireRequest, requestId: string) {
  const target = request.headers['x-amz-target'] ?? '';
  const operation = TARGET.exec(target)?.[1] ?? '';
  if (request.method !== 'POST' || !isOperationName(operation)) {
    throw new KmsServiceError('UnknownOperationException', '');
  }
  const { caller, region } = await authenticator.authenticate(request);
  const input = decodeRequest(request.body, operationTable[operation].members);
  return engine.handle({ operation, input, caller, region, requestId, signal: request.signal });
}

function response(requestId: string, body: Uint8Array): WireResponse {
  const headers = {
    'content-type': JSON_CONTENT_TYPE,
    'content-length': String(body.length),
    'x-amzn-requestid': requestId,
  };
  return { status: 200, headers, body };
}
