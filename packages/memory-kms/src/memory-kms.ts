// The whole of an in-memory KMS: state, clock, and its fronts.

import { type Authorizer, openAuthorizer } from './engine/access-request.ts';
import type { AuditSink } from './engine/audit-sink.ts';
import { callerOf } from './engine/caller.ts';
import { type Clock, systemClock } from './engine/clock.ts';
import { Engine } from './engine/engine.ts';
import type { EngineSettings, UnnumberedServiceEvent } from './engine/invocation.ts';
import { rootArn } from './engine/key-identifier.ts';
import { KeyStore } from './engine/key-store.ts';
import type { OperationName } from './engine/operation-types.ts';
import { type RandomSource, randomUuid, systemRandom } from './engine/random-source.ts';
import type { RequestGate } from './engine/request-gate.ts';
import { createClient, type MemoryKmsClient } from './memory-kms-client.ts';
import { answerRequest, type WireRequest, type WireResponse } from './wire/answer-request.ts';
import { createRequestHandler, type MemoryRequestHandler } from './wire/memory-request-handler.ts';
import { scopeAuthenticator } from './wire/scope-authenticator.ts';

/** How to set up a KMS; everything has a default. */
export type MemoryKmsOptions = {
  /** The default account: twelve digits, 111122223333 unless given. */
  readonly accountId?: string | undefined;
  /** Regions that are served, the first one the default; every Region, and us-east-1 as the default, unless given. */
  readonly regions?: readonly string[] | undefined;
  /** The system's clock unless given; a `FakeClock` makes rotation, deletion and expiry testable. */
  readonly clock?: Clock | undefined;
  readonly random?: RandomSource | undefined;
  readonly settings?: Partial<Omit<EngineSettings, 'regions'>> | undefined;
};

/** Whom a client plays. */
export type ClientOptions = {
  /** Region of the endpoint; the default Region unless given. */
  readonly region?: string | undefined;
  /** ARN of the IAM principal; the root of the default account unless given. */
  readonly principal?: string | undefined;
};

const ACCOUNT = '111122223333';
const REGION = 'us-east-1';

/** AWS KMS in memory, for tests and development: real cryptography, nothing stored, nothing sent. Not for production. */
export class MemoryKms {
  readonly clock: Clock;
  readonly #accountId: string;
  readonly #region: string;
  readonly #engine: Engine;

  /** @throws TypeError for an account that is not twelve digits. */
  constructor(options: MemoryKmsOptions = {}) {
    const { accountId = ACCOUNT, regions, clock = systemClock, random = systemRandom } = options;
    if (!/^\d{12}$/.test(accountId)) throw new TypeError('accountId must be twelve digits');
    const authorizer: Authorizer = openAuthorizer;
    const gate: RequestGate | undefined = undefined;
    const audit: AuditSink | undefined = undefined;
    const settings = { regions, transitionMs: 0, maxContextLength: 8192, ...options.settings };
    this.clock = clock;
    this.#accountId = accountId;
    this.#region = regions?.[0] ?? REGION;
    const emit = (event: UnnumberedServiceEvent) =>
      (audit as AuditSink | undefined)?.record({ ...event, kind: 'service', eventId: randomUuid(random) });
    this.#engine = new Engine({ store: new KeyStore(), clock, random, settings, emit }, { authorizer, gate, audit });
  }

  /**
   * A client in this process, with the methods of the SDK's `KMS` class and `send(command)`.
   *
   * @throws TypeError when `principal` is not the ARN of an IAM principal.
   */
  client(options: ClientOptions = {}): MemoryKmsClient {
    const { region = this.#region } = options;
    const principal = options.principal ?? rootArn(region, this.#accountId);
    return createClient(this.#engine, callerOf(principal), region);
  }

  /**
   * A request handler for a genuine `new KMSClient({ requestHandler })`: its own serialisation, signing, retries and
   * error classes, and no network. Region and access key come from the client's signature.
   */
  requestHandler(options: ClientOptions = {}): MemoryRequestHandler {
    return createRequestHandler((request) => this.answer(request, options));
  }

  /** Answers one request of the AWS JSON 1.1 protocol, as the HTTP server does. */
  answer(request: WireRequest, options: ClientOptions = {}): Promise<WireResponse> {
    const { region = this.#region, principal } = options;
    const authenticator = scopeAuthenticator({ accountId: this.#accountId, region, principal });
    return answerRequest(this.#engine, authenticator, request);
  }

  /** Calls so far, of one operation or of all; failed ones count. */
  callCount(operation?: OperationName): number {
    return this.#engine.callCount(operation);
  }
}
