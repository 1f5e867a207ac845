// Keeps a process below the KMS quota of each Region, and away from a Region that is down.

import { makeInspectable, type OptionNames } from '@waxseal/core/crypto';
import type { KmsClientSupplier, KmsRequestOptions } from '../kms-client.ts';
import type { KmsOperation } from '../kms-error.ts';
import { requireOptions } from '../require-options.ts';
import type { CallRank } from './call-queue.ts';
import { type Clock, requireClock, systemClock } from './clock.ts';
import type { RegionGateLimits, RegionGateStats } from './region-gate.ts';
import { RegionGates } from './region-gates.ts';

const methods = {
  generateDataKey: 'GenerateDataKey',
  generateDataKeyWithoutPlaintext: 'GenerateDataKeyWithoutPlaintext',
  encrypt: 'Encrypt',
  decrypt: 'Decrypt',
  reEncrypt: 'ReEncrypt',
  getPublicKey: 'GetPublicKey',
  deriveSharedSecret: 'DeriveSharedSecret',
} as const;
methods satisfies Readonly<Record<string, KmsOperation>>;

type GovernedMethod = keyof typeof methods;

/** A client's methods that are governed, in their promise form. */
export type GovernedKms<Client> = Pick<Client, keyof Client & GovernedMethod>;

/** Options of `KmsGovernor`. */
export type KmsGovernorOptions = {
  /**
   * The rate that this process may use in each Region: the account's quota there divided by the processes that share it.
   * Calls of AWS services on the account's behalf count against the quota as well.
   */
  readonly requestsPerSecond: number;
  /** The rate below which throttling never pushes; 1 when absent. */
  readonly minRequestsPerSecond?: number | undefined;
  /** Requests that may go at once after a quiet time; a tenth of a second's worth when absent, at least 1. */
  readonly burst?: number | undefined;
  /** Milliseconds for one call, waiting and further attempts included; 10,000 when absent. */
  readonly deadlineMs?: number | undefined;
  /** Calls that may wait in each Region; 10,000 when absent. */
  readonly maxQueued?: number | undefined;
  /** Times that a throttled call is sent before its error is passed on; 3 when absent. */
  readonly maxAttempts?: number | undefined;
  /** Failures in a row (throttling is none) after which a Region gets a pause; 5 when absent. */
  readonly breakerFailures?: number | undefined;
  /** The first pause in milliseconds; 5,000 when absent. Each failed probe doubles it, up to eight times. */
  readonly breakerPauseMs?: number | undefined;
  readonly clock?: Clock | undefined;
};

const OPTIONS: OptionNames<KmsGovernorOptions> = {
  requestsPerSecond: true,
  minRequestsPerSecond: true,
  burst: true,
  deadlineMs: true,
  maxQueued: true,
  maxAttempts: true,
  breakerFailures: true,
  breakerPauseMs: true,
  clock: true,
};

/**
 * Governs the calls of KMS clients: `const kms = governor.govern(awsKms({ maxAttempts: 1 }))`.
 *
 * For each Region: a token bucket that halves its rate when KMS throttles and grows again by 5 % of the full rate in a
 * second; decrypting before encrypting before `priority: 'background'`; a deadline; and a circuit breaker, so that a
 * `KmsMrkKeyring` goes on to the next Region at once. All clients governed by one governor share its rates: use one for
 * each AWS account. Let the SDK make one attempt only, or the governor hears of throttling late.
 */
export class KmsGovernor {
  readonly #limits: RegionGateLimits;
  readonly #gates: RegionGates;
  readonly #governed = new WeakMap<object, object>();
  #isClosed = false;

  /** @throws TypeError for an unknown option. RangeError for a limit that is out of range. */
  constructor(options: KmsGovernorOptions) {
    requireOptions(options, OPTIONS, 'KmsGovernor');
    this.#limits = toLimits(options);
    this.#gates = new RegionGates(this.#limits, requireClock(options.clock ?? systemClock));
    makeInspectable(this, () => ({ ...shownLimits(this.#limits), regions: this.stats() }));
  }

  /** Governs every client of a supplier, each by its Region. */
  govern<Client extends object>(kms: KmsClientSupplier<Client>): KmsClientSupplier<GovernedKms<Client>>;
  /**
   * Governs one client.
   *
   * @param region - The name under which its rate is shared with others; the client's own Region.
   */
  govern<Client extends object>(kms: Client, region: string): GovernedKms<Client>;
  govern<Client extends object>(
    kms: Client | KmsClientSupplier<Client>,
    region?: string,
  ): GovernedKms<Client> | KmsClientSupplier<GovernedKms<Client>> {
    if (typeof kms === 'object' && kms !== null) return this.#wrap(kms, requireRegionName(region));
    if (typeof kms !== 'function')
      throw new TypeError('kms must be a KMS client, or a supplier of one for each Region');
    const supply = kms as KmsClientSupplier<Client>;
    return (name) => {
      const client = supply(name);
      // What is no client is passed on: whoever calls it can say what is wrong with it.
      return isClient(client) ? this.#wrap(client, name ?? '') : client;
    };
  }

  /**
   * What each Region that was called does; `''` stands for ids that name no Region.
   *
   * 64 Regions are remembered. For another one a Region without calls is forgotten, so that its counts begin anew: first one
   * that has nothing to remember, then the one called longest ago. While none can be, further ones share `'*'`.
   */
  stats(): Readonly<Record<string, RegionGateStats>> {
    return this.#gates.stats();
  }

  /** Refuses the calls that wait, and all further ones; those on their way come to their end. */
  close(): void {
    this.#isClosed = true;
    this.#gates.refuseAll(closedError);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #wrap<Client extends object>(client: Client, region: string): GovernedKms<Client> {
    const known = this.#governed.get(client);
    if (known !== undefined) return known as GovernedKms<Client>;
    const source = client as Readonly<Record<string, unknown>>;
    const entries = Object.entries(methods).flatMap(([method, operation]) => {
      const send = source[method];
      if (typeof send !== 'function') return [];
      return [[method, this.#governedMethod(send.bind(client) as Send, operation, region)]];
    });
    const governed = Object.fromEntries(entries) as GovernedKms<Client>;
    this.#governed.set(client, governed);
    return governed;
  }

  #governedMethod(send: Send, operation: KmsOperation, region: string): Send {
    return async (input, options = {}) => {
      if (this.#isClosed) throw closedError();
      return this.#gates.gateOf(region).run({
        operation,
        keyId: String(input.KeyId ?? input.SourceKeyId ?? 'a key that is not named'),
        rank: rankOf(operation, options),
        signal: options.abortSignal,
        send: (abortSignal) => send(input, { ...options, abortSignal }),
      });
    };
  }
}

type Send = (
  input: { readonly KeyId?: string; readonly SourceKeyId?: string },
  options?: KmsRequestOptions,
) => Promise<unknown>;

function rankOf(operation: KmsOperation, { priority }: KmsRequestOptions): CallRank {
  if (priority === 'background') return 2;
  return operation === 'Decrypt' || operation === 'DeriveSharedSecret' ? 0 : 1;
}

function toLimits(options: KmsGovernorOptions): RegionGateLimits {
  const maxRate = requirePositive(options.requestsPerSecond, 'requestsPerSecond');
  const minRate = Math.min(maxRate, requirePositive(options.minRequestsPerSecond ?? 1, 'minRequestsPerSecond'));
  const burst = requireWhole(options.burst ?? Math.max(1, Math.floor(maxRate / 10)), 'burst');
  return {
    bucket: { maxRate, minRate, burst },
    breaker: {
      failures: requireWhole(options.breakerFailures ?? 5, 'breakerFailures'),
      pauseMs: requirePositive(options.breakerPauseMs ?? 5_000, 'breakerPauseMs'),
    },
    deadlineMs: requirePositive(options.deadlineMs ?? 10_000, 'deadlineMs'),
    maxQueued: requireWhole(options.maxQueued ?? 10_000, 'maxQueued'),
    maxAttempts: requireWhole(options.maxAttempts ?? 3, 'maxAttempts'),
  };
}

function shownLimits({ bucket, ...others }: RegionGateLimits): object {
  const { maxRate: requestsPerSecond, minRate: minRequestsPerSecond, burst } = bucket;
  return { requestsPerSecond, minRequestsPerSecond, burst, ...others };
}

function requireRegionName(region: unknown): string {
  if (region === undefined || typeof region === 'string') return region ?? '';
  throw new TypeError('region must be the name of the Region that the client calls');
}

// A function may be a client as well; one without methods is none, and most likely a supplier.
function isClient(client: unknown): client is object {
  if (typeof client !== 'function') return typeof client === 'object' && client !== null;
  return Object.keys(methods).some((method) => method in client);
}

function requirePositive(value: number, field: string): number {
  if (Number.isFinite(value) && value > 0) return value;
  throw new RangeError(`${field} must be a number above 0`);
}

function requireWhole(value: number, field: string): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(`${field} must be a whole number of at least 1`);
}

function closedError(): Error {
  return new TypeError('the KMS governor was closed');
}
