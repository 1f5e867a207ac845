// The whole of an in-memory KMS: state, clock, and its fronts.

import type { ExplainedDecision } from './access/decision.ts';
import { type ExplainRequest, explainedAccessRequest } from './access/explain-access.ts';
import type { AuditRecord } from './audit/audit-record.ts';
import type { CallCounts } from './audit/call-counters.ts';
import { callerOf } from './engine/caller.ts';
import { type Clock, systemClock } from './engine/clock.ts';
import { settleDue } from './engine/due-events.ts';
import { Engine } from './engine/engine.ts';
import type { EngineSettings, UnnumberedServiceEvent } from './engine/invocation.ts';
import { rootArn } from './engine/key-identifier.ts';
import { KeyStore } from './engine/key-store.ts';
import { type ManagedPlace, provisionManagedKey, provisionOwnedKey } from './engine/managed-keys.ts';
import type { OperationName } from './engine/operation-types.ts';
import { type RandomSource, randomUuid, systemRandom } from './engine/random-source.ts';
import type { FaultPlan } from './faults/fault-plan.ts';
import { makeInspectable } from './inspection.ts';
import { type OptionNames, refuseUnknownOptions } from './known-options.ts';
import { createClient, type MemoryKmsClient } from './memory-kms-client.ts';
import { createSeams, type SeamOptions, type Seams, seamOptionNames } from './seams.ts';
import { plantSeed, withSeed } from './seed/plant-seed.ts';
import type { Seed } from './seed/read-seed.ts';
import { signatureAuthenticator } from './sigv4/signature-authenticator.ts';
import { decodeState, encodeState } from './state/state-document.ts';
import { StateFile } from './state/state-file.ts';
import { type Authenticator, answerRequest, type WireRequest, type WireResponse } from './wire/answer-request.ts';
import { createRequestHandler, type MemoryRequestHandler } from './wire/memory-request-handler.ts';
import { scopeAuthenticator } from './wire/scope-authenticator.ts';

/** How to set up a KMS; everything has a default. */
export type MemoryKmsOptions = SeamOptions & {
  /** The default account: twelve digits, 111122223333 unless given. */
  readonly accountId?: string | undefined;
  /** Regions that are served, the first one the default; every Region, and us-east-1 as the default, unless given. */
  readonly regions?: readonly string[] | undefined;
  /** What it begins with: `readSeedFile(path)`. Options given here stand over the seed's; principals and accounts add up. */
  readonly seed?: Seed | undefined;
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
  /** In-process clients only: the AWS service that calls on the principal's behalf (`kms:ViaService`). */
  readonly viaService?: string | undefined;
  /** In-process clients only: the principal's tags; those of `principals` unless given. */
  readonly principalTags?: Readonly<Record<string, string>> | undefined;
  /** In-process clients only: further condition keys with their values, such as `aws:SourceVpce`. */
  readonly conditionValues?: Readonly<Record<string, string | readonly string[]>> | undefined;
};

const OPTION_NAMES: OptionNames<MemoryKmsOptions> = {
  ...seamOptionNames,
  accountId: true,
  regions: true,
  seed: true,
  clock: true,
  random: true,
  settings: true,
};
const SETTING_NAMES: OptionNames<NonNullable<MemoryKmsOptions['settings']>> = {
  transitionMs: true,
  maxContextLength: true,
};
const CLIENT_OPTION_NAMES: OptionNames<ClientOptions> = {
  region: true,
  principal: true,
  viaService: true,
  principalTags: true,
  conditionValues: true,
};

const ACCOUNT = '111122223333';
const REGION = 'us-east-1';

/** AWS KMS in memory, for tests and development: real cryptography, nothing stored, nothing sent. Not for production. */
export class MemoryKms {
  readonly clock: Clock;
  readonly #accountId: string;
  readonly #region: string;
  /** Scripted faults; rules can be added and replaced while it runs. */
  readonly faults: FaultPlan;
  readonly #seams: Seams;
  readonly #options: MemoryKmsOptions;
  readonly #engine: Engine;
  #stateFile: StateFile | undefined;

  /** @throws TypeError for an option that is unknown, and for an account that is not twelve digits. */
  constructor(given: MemoryKmsOptions = {}) {
    refuseUnknownOptions(given, OPTION_NAMES, 'MemoryKms');
    refuseUnknownOptions(given.settings ?? {}, SETTING_NAMES, 'settings');
    const options = withSeed(given);
    const { accountId = ACCOUNT, regions, clock = systemClock, random = systemRandom } = options;
    if (!/^\d{12}$/.test(accountId)) throw new TypeError('accountId must be twelve digits');
    const seams = createSeams(options, clock);
    const { transitionMs = 0, maxContextLength = 8192 } = options.settings ?? {};
    this.clock = clock;
    this.#accountId = accountId;
    this.#region = regions?.[0] ?? options.seed?.options.region ?? REGION;
    this.#seams = seams;
    this.#options = options;
    this.faults = seams.faults;
    const emit = (event: UnnumberedServiceEvent) =>
      seams.audit.record({ ...event, kind: 'service', eventId: randomUuid(random) });
    const session = { run: <T>(work: () => Promise<T>) => this.#stateFile?.run(work) ?? work() };
    const settings = { regions, transitionMs, maxContextLength };
    const parts = { store: new KeyStore(), clock, random, settings, emit };
    this.#engine = new Engine(parts, { authorizer: seams.authorizer, gate: seams.gate, audit: seams.audit, session });
    plantSeed(parts.store, options.seed);
    makeInspectable(this, 'MemoryKms', () => this.#shown());
  }

  /**
   * A client in this process, with the methods of the SDK's `KMS` class and `send(command)`.
   *
   * @throws TypeError when `principal` is not the ARN of an IAM principal, and for an unknown option.
   */
  client(options: ClientOptions = {}): MemoryKmsClient {
    refuseUnknownOptions(options, CLIENT_OPTION_NAMES, 'client()');
    const { region = this.#region } = options;
    const principal = options.principal ?? rootArn(region, this.#accountId);
    const { viaService, principalTags, conditionValues } = options;
    return createClient(this.#engine, { ...callerOf(principal), viaService, principalTags, conditionValues }, region);
  }

  /**
   * A request handler for a genuine `new KMSClient({ requestHandler })`: its own serialisation, signing, retries and
   * error classes, and no network. Region and access key come from the client's signature.
   *
   * @throws TypeError for an unknown option.
   */
  requestHandler(options: ClientOptions = {}): MemoryRequestHandler {
    refuseUnknownOptions(options, CLIENT_OPTION_NAMES, 'requestHandler()');
    return createRequestHandler((request) => this.answer(request, options));
  }

  /** Answers one request of the AWS JSON 1.1 protocol, as the HTTP server does. */
  answer(request: WireRequest, options: ClientOptions = {}): Promise<WireResponse> {
    const authenticator = this.#authenticator(options);
    return answerRequest(this.#engine, authenticator, request);
  }

  /**
   * Makes the AWS managed key of a service (`alias/aws/<service>`), or finds it. The aliases of well-known services
   * get their keys by themselves when they are first used.
   *
   * @param service - Such as `s3`.
   * @returns The key ARN.
   */
  provisionManagedKey(service: string, place: Partial<ManagedPlace> = {}): string {
    const { account = this.#accountId, region = this.#region } = place;
    return provisionManagedKey(this.#engine.parts, { account, region }, service, this.clock.now()).arn;
  }

  /**
   * Makes an AWS owned key of a service: no list shows it and no caller of another account finds it.
   *
   * @returns The key ARN.
   */
  provisionOwnedKey(service: string, region: string = this.#region): string {
    return provisionOwnedKey(this.#engine.parts, region, service, this.clock.now()).arn;
  }

  /**
   * Calls so far, of one operation or of all; failed ones count.
   *
   * @throws TypeError for what is no operation of KMS.
   */
  callCount(operation?: OperationName): number {
    return this.#engine.callCount(operation);
  }

  /** The record of all calls, oldest first, as CloudTrail would have it; the last 10,000 unless `audit.keep` says otherwise. */
  get auditLog(): readonly AuditRecord[] {
    // Under a state file only a call may change the state.
    if (this.#stateFile === undefined) settleDue(this.#engine.parts, this.clock.now());
    return this.#seams.audit.records;
  }

  /** How many calls there were by operation, key, principal and error. */
  counts(): CallCounts {
    return this.#seams.audit.counts();
  }

  /**
   * Which statement, grant or rule lets the caller do this, or keeps it from it: one readable line. Nothing is done.
   *
   * @throws TypeError as `decide` does.
   */
  explain(request: ExplainRequest): string {
    return this.decide(request).reason;
  }

  /**
   * The decision behind `explain`, with what it rests on.
   *
   * @throws TypeError for an action that KMS does not have, a principal that is none, a key or alias that is not in the
   *   Region, and an unknown option.
   */
  decide(request: ExplainRequest): ExplainedDecision {
    const { region = this.#region } = request;
    const caller = callerOf(request.principal ?? rootArn(region, this.#accountId));
    const setting = { store: this.#engine.parts.store, caller, region, now: this.clock.now() };
    return this.#seams.authorizer.authorize(explainedAccessRequest(request, setting));
  }

  /** Everything that survives: keys, aliases, grants, policies. The bytes hold key material in clear. */
  exportState(): Uint8Array {
    return encodeState({ generation: 0, snapshot: this.#engine.parts.store.snapshot() });
  }

  /**
   * Replaces all state by an exported one, of this release or an earlier one.
   *
   * @throws StateFormatError where the bytes are no state; TypeError while a state file is open, whose state would come
   * back with the next call. Nothing is changed then.
   */
  importState(state: Uint8Array): void {
    if (this.#stateFile !== undefined) throw new TypeError('importState: a state file is open, and its state stands');
    this.#engine.parts.store.restore(decodeState(state).snapshot);
  }

  /**
   * Back to the beginning: the seed's keys (or none), no records and counts, the faults of the options. A state file that is open is emptied as well.
   */
  async reset(): Promise<void> {
    const { store } = this.#engine.parts;
    const work = async () => {
      store.restore({ keys: [], aliases: [], usages: [], importTokens: [] });
      plantSeed(store, this.#options.seed);
    };
    await (this.#stateFile?.run(work) ?? work());
    this.#seams.audit.clear();
    this.#engine.forgetCounts();
    this.faults.replace(this.#options.faults ?? []);
  }

  /**
   * Keeps the state in a file from now on, which other processes may share; what the file holds replaces what is here.
   * Each call then takes the file's lock. Keys of the seed that the file lacks are added to it. Not for production: the file holds key material in clear.
   *
   * @param path - Created with mode 0600 where it is missing.
   * @throws StateFormatError where the file is not a state file of memory-kms: it is left alone.
   */
  async openStateFile(path: string): Promise<void> {
    const { store } = this.#engine.parts;
    this.#stateFile = await StateFile.open(path, store);
    const plant = async () => plantSeed(store, this.#options.seed);
    await this.#stateFile.run(plant);
  }

  /** For logs: no key material, and nothing of what the parts hold. */
  #shown(): object {
    const { mode: authorization } = this.#seams.authorizer;
    const keys = [...this.#engine.parts.store.records()].length;
    const principal = rootArn(this.#region, this.#accountId);
    return { region: this.#region, account: this.#accountId, principal, authorization, keys };
  }

  #authenticator({ region = this.#region, principal }: ClientOptions): Authenticator {
    const { directory } = this.#seams;
    const { regions, verifySignatures } = this.#options;
    if (verifySignatures === true) return signatureAuthenticator({ directory, regions });
    const principals = directory.principalsByAccessKey;
    return scopeAuthenticator({ accountId: this.#accountId, region, principal, principals });
  }
}
