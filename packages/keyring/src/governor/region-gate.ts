// All governed calls to one Region: rate, order, deadline and breaker.

import { KmsError, type KmsOperation } from '../kms-error.ts';
import { isUnsent, type KmsFailure } from '../kms-failure.ts';
import { CallDeadline } from './call-deadline.ts';
import { CallQueue, type CallRank, type RefusalMaker } from './call-queue.ts';
import { type BreakerLimits, type BreakerState, CircuitBreaker } from './circuit-breaker.ts';
import type { Clock } from './clock.ts';
import { AdaptiveTokenBucket, type TokenBucketLimits } from './token-bucket.ts';

/** Limits of one Region's gate. */
export type RegionGateLimits = {
  readonly bucket: TokenBucketLimits;
  readonly breaker: BreakerLimits;
  /** Of one call, waiting and further attempts included. */
  readonly deadlineMs: number;
  /** Calls that may wait. */
  readonly maxQueued: number;
  /** Times that a throttled call is sent. */
  readonly maxAttempts: number;
};

/** One call to be governed. */
export type GovernedCall<Answer> = {
  readonly operation: KmsOperation;
  readonly keyId: string;
  readonly rank: CallRank;
  readonly signal: AbortSignal | undefined;
  readonly send: (signal: AbortSignal) => Promise<Answer>;
};

/** What `KmsGovernor#stats` tells of a Region. */
export type RegionGateStats = {
  /** The rate now: below the configured one after throttling. */
  readonly requestsPerSecond: number;
  readonly queued: number;
  readonly inFlight: number;
  readonly breaker: BreakerState;
  /** Requests sent, further attempts included. */
  readonly sent: number;
  /** Answers that were throttled. */
  readonly throttled: number;
  /** Calls refused unsent: breaker open, or queue full. */
  readonly refused: number;
};

/** Lets calls to one Region through at their time. */
export class RegionGate {
  readonly #limits: RegionGateLimits;
  readonly #clock: Clock;
  readonly #bucket: AdaptiveTokenBucket;
  readonly #breaker: CircuitBreaker;
  readonly #queue = new CallQueue();
  readonly #counts = { inFlight: 0, sent: 0, throttled: 0, refused: 0 };
  /** Calls admitted and not at their end: waiting, on their way, or between two attempts. */
  #calls = 0;
  #timer: { cancel(): void } | undefined;

  constructor(limits: RegionGateLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#bucket = new AdaptiveTokenBucket(limits.bucket, clock.now());
    this.#breaker = new CircuitBreaker(limits.breaker);
  }

  /**
   * Makes a call when its turn has come; sends it again when it was throttled, while its time lasts.
   *
   * @throws What the client threw. KmsError when the call was refused unsent or its deadline has passed. The signal's
   *   reason once the caller has given up.
   */
  async run<Answer>(call: GovernedCall<Answer>): Promise<Answer> {
    call.signal?.throwIfAborted();
    const admitted = this.#breaker.admit(this.#clock.now());
    if (admitted === 'refused') throw this.#refusal('breakerOpen', call);
    const deadline = new CallDeadline(call.signal, this.#limits.deadlineMs, this.#clock, () => {
      return new KmsError('deadline', call.operation, call.keyId);
    });
    this.#calls += 1;
    try {
      return await this.#attempt(call, deadline);
    } finally {
      this.#calls -= 1;
      deadline.end();
      // Told of its outcome, the breaker is no longer probing; this is for probes that were never sent.
      if (admitted === 'probe') this.#breaker.endProbe();
    }
  }

  stats(): RegionGateStats {
    const now = this.#clock.now();
    const requestsPerSecond = this.#bucket.rate(now);
    return { requestsPerSecond, queued: this.#queue.size, breaker: this.#breaker.state(now), ...this.#counts };
  }

  /** Whether a call is in it, so that it can't be forgotten: a second gate for the Region would double its rate. */
  get isBusy(): boolean {
    return this.#calls > 0;
  }

  /** Whether forgetting this gate would forget nothing that matters but its counts. */
  isIdle(now: number): boolean {
    return !this.isBusy && this.#breaker.isIdle(now) && this.#bucket.isFull(now);
  }

  /** Refuses every call that waits. */
  refuseAll(makeReason: RefusalMaker): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (let waiting = this.#queue.next(); waiting !== undefined; waiting = this.#queue.next()) {
      this.#counts.refused += 1;
      waiting.refuse(makeReason);
    }
  }

  async #attempt<Answer>(call: GovernedCall<Answer>, deadline: CallDeadline): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      await this.#waitForTurn(call, deadline);
      const sentAt = this.#clock.now();
      try {
        const answer = await this.#send(call, deadline);
        this.#breaker.answered();
        return answer;
      } catch (cause) {
        if (deadline.isCallersWish) throw cause;
        const error = KmsError.from(cause, call.operation, call.keyId);
        if (!isUnsent(cause)) this.#learn(error, sentAt);
        if (error.code !== 'ERR_KMS_THROTTLED' || attempt >= this.#limits.maxAttempts) throw cause;
      }
    }
  }

  async #send<Answer>(call: GovernedCall<Answer>, deadline: CallDeadline): Promise<Answer> {
    this.#counts.inFlight += 1;
    this.#counts.sent += 1;
    try {
      return await deadline.race(call.send(deadline.signal));
    } finally {
      this.#counts.inFlight -= 1;
    }
  }

  #learn(error: KmsError, sentAt: number): void {
    const now = this.#clock.now();
    if (error.code === 'ERR_KMS_THROTTLED') {
      this.#counts.throttled += 1;
      this.#bucket.slowDown(sentAt, now);
    } else if (error.category === 'transient') {
      this.#breaker.failed(now);
      if (this.#breaker.state(now) === 'open') {
        this.refuseAll(({ operation, keyId }) => new KmsError('breakerOpen', operation, keyId));
      }
      return;
    }
    this.#breaker.answered();
  }

  #waitForTurn(call: GovernedCall<unknown>, { signal }: CallDeadline): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.#queue.size === 0 && this.#bucket.take(this.#clock.now())) return Promise.resolve();
    if (this.#queue.size >= this.#limits.maxQueued) return Promise.reject(this.#refusal('queueFull', call));
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#queue.remove(call.rank, waiting);
        reject(signal.reason);
      };
      const waiting = {
        proceed: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
        refuse: (makeReason: RefusalMaker) => {
          signal.removeEventListener('abort', leave);
          reject(makeReason(call));
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#queue.add(call.rank, waiting);
      this.#serve();
    });
  }

  #serve(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    while (this.#queue.size > 0 && this.#bucket.take(this.#clock.now())) this.#queue.next()?.proceed();
    if (this.#queue.size === 0) return;
    this.#timer = this.#clock.startTimer(() => this.#serve(), this.#bucket.delayMs(this.#clock.now()));
  }

  #refusal(failure: KmsFailure, { operation, keyId }: GovernedCall<unknown>): KmsError {
    this.#counts.refused += 1;
    return new KmsError(failure, operation, keyId);
  }
}
