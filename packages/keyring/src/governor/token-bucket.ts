// A token bucket whose rate gives way to throttling: additive up, multiplicative down.

/** Bounds of an `AdaptiveTokenBucket`; rates are requests per second. */
export type TokenBucketLimits = {
  /** The rate at the start, and the highest. */
  readonly maxRate: number;
  /** The lowest rate; above 0. */
  readonly minRate: number;
  /** Tokens that may be saved up; at least 1. */
  readonly burst: number;
};

/** What a throttled answer leaves of the rate. */
const DECREASE = 0.5;

/** Share of `maxRate` by which the rate grows in a second: from half to all of it in ten. */
const INCREASE_PER_SECOND = 0.05;

/** Decides when the next request may go; told of throttling, it slows down. All times are the caller's clock's. */
export class AdaptiveTokenBucket {
  readonly #limits: TokenBucketLimits;
  #rate: number;
  #tokens: number;
  #countedAt: number;
  #slowedAt = Number.NEGATIVE_INFINITY;

  constructor(limits: TokenBucketLimits, now: number) {
    this.#limits = limits;
    this.#rate = limits.maxRate;
    this.#tokens = limits.burst;
    this.#countedAt = now;
  }

  /** Takes a token if there is one. */
  take(now: number): boolean {
    this.#refill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** @returns Milliseconds until there is a token, if nobody takes one before. */
  delayMs(now: number): number {
    this.#refill(now);
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) / this.#rate) * 1_000);
  }

  /**
   * Halves the rate, once for all requests that were sent before the rate was last lowered: a hundred throttled
   * answers to one burst are one piece of news.
   *
   * @param sentAt - When the throttled request was sent.
   */
  slowDown(sentAt: number, now: number): void {
    this.#refill(now);
    if (sentAt <= this.#slowedAt) return;
    this.#slowedAt = now;
    this.#rate = Math.max(this.#limits.minRate, this.#rate * DECREASE);
    this.#tokens = Math.min(this.#tokens, 0);
  }

  /** Whether a new bucket would not differ: the full rate, and all tokens saved up. */
  isFull(now: number): boolean {
    this.#refill(now);
    return this.#rate === this.#limits.maxRate && this.#tokens === this.#limits.burst;
  }

  /** The rate now, in requests per second. */
  rate(now: number): number {
    this.#refill(now);
    return this.#rate;
  }

  #refill(now: number): void {
    const seconds = Math.max(0, now - this.#countedAt) / 1_000;
    this.#countedAt = Math.max(now, this.#countedAt);
    this.#tokens = Math.min(this.#limits.burst, this.#tokens + seconds * this.#rate);
    const { maxRate } = this.#limits;
    this.#rate = Math.min(maxRate, this.#rate + seconds * maxRate * INCREASE_PER_SECOND);
  }
}
