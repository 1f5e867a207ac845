// The HTTP front: AWS JSON 1.1 on one port for every Region and account.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KmsServiceError } from '../engine/kms-service-error.ts';
import { ConnectionLostError } from '../engine/request-gate.ts';
import { type OptionNames, refuseUnknownOptions } from '../known-options.ts';
import type { WireRequest, WireResponse } from '../wire/answer-request.ts';
import { errorResponse } from '../wire/error-response.ts';
import { isAllowedHost } from './allowed-host.ts';
import { readBody } from './read-body.ts';

/** What answers requests: a `MemoryKms`. */
export interface RequestAnswerer {
  answer(request: WireRequest): Promise<WireResponse>;
}

/** Answers paths of its own, such as those below `/_kms/`; undefined for all others. */
export interface ControlRoutes {
  answer(request: WireRequest): Promise<WireResponse | undefined> | WireResponse | undefined;
}

/** Where to listen. */
export type KmsServerOptions = {
  /** 127.0.0.1 unless given: whoever reaches the port has all keys. */
  readonly host?: string | undefined;
  /** A free one unless given. */
  readonly port?: number | undefined;
  /** Names that the Host header may have besides IP addresses, `localhost` and names without a dot. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Bytes; 1 MiB unless given. The longest request that KMS knows is a policy of 128 KiB. */
  readonly maxBodyLength?: number | undefined;
  readonly control?: ControlRoutes | undefined;
};

const OPTION_NAMES: OptionNames<KmsServerOptions> = {
  host: true,
  port: true,
  allowedHosts: true,
  maxBodyLength: true,
  control: true,
};

/** A server that listens. It does not keep the process alive by itself. */
export type KmsServer = AsyncDisposable & {
  /** Such as `http://127.0.0.1:4566`: the `endpoint` of clients. */
  readonly url: string;
  /** Stops listening and drops what connections there are. */
  close(): Promise<void>;
};

const MAX_BODY_LENGTH = 1_048_576;

/**
 * Starts a server.
 *
 * @returns Once it listens.
 * @throws Error of node:net where it can't listen (EADDRINUSE, EACCES …); TypeError for an unknown option.
 */
export async function startKmsServer(kms: RequestAnswerer, options: KmsServerOptions = {}): Promise<KmsServer> {
  refuseUnknownOptions(options, OPTION_NAMES, 'startKmsServer');
  const { host = '127.0.0.1', port = 0 } = options;
  const server = createServer({ requestTimeout: 30_000 }, (request, response) => {
    void serve(kms, options, request, response);
  });
  server.on('connection', (socket) => socket.unref());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  server.unref();
  const close = () => closeServer(server);
  return { url: urlOf(server), close, [Symbol.asyncDispose]: close };
}

async function serve(
  kms: RequestAnswerer,
  options: KmsServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    send(response, await answer(kms, options, request, gone.signal));
  } catch (error) {
    // A scripted outage; or the client went away before its request was whole.
    if (error instanceof ConnectionLostError || request.destroyed) request.socket.destroy();
    else send(response, errorResponse(new KmsServiceError('KMSInternalException', '')));
  }
}

async function answer(
  kms: RequestAnswerer,
  options: KmsServerOptions,
  request: IncomingMessage,
  signal: AbortSignal,
): Promise<WireResponse> {
  if (!isAllowedHost(request.headers.host, options.allowedHosts ?? [])) {
    return errorResponse(new KmsServiceError('AccessDeniedException', 'The Host header is not allowed.', 403));
  }
  const body = await readBody(request, options.maxBodyLength ?? MAX_BODY_LENGTH);
  if (body === undefined) {
    const tooLarge = new KmsServiceError('RequestEntityTooLargeException', 'The request is too large.', 413);
    return errorResponse(tooLarge, { connection: 'close' });
  }
  const wireRequest = { ...toWireRequest(request, body), signal };
  return (await options.control?.answer(wireRequest)) ?? kms.answer(wireRequest);
}

function toWireRequest(request: IncomingMessage, body: Uint8Array): WireRequest {
  const headers = Object.entries(request.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: Object.fromEntries(headers),
    body,
    sourceIp: request.socket.remoteAddress,
    secureTransport: false,
  };
}

function send(response: ServerResponse, { status, headers, body }: WireResponse): void {
  response.writeHead(status, headers).end(body);
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
