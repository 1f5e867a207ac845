// Stops calling a Region that does not answer, and probes it again after a pause.

/** When a `CircuitBreaker` opens, and for how long. */
export type BreakerLimits = {
  /** Failures in a row that open it. */
  readonly failures: number;
  /** The first pause; doubled with each failed probe, up to eight times. */
  readonly pauseMs: number;
};

/** `closed` lets every call through, `halfOpen` one at a time, `open` none. */
export type BreakerState = 'closed' | 'open' | 'halfOpen';

const MAX_PAUSE_FACTOR = 8;

/** Counts answers and failures of one Region. Needs no timer: the pause is over when somebody asks after it. */
export class CircuitBreaker {
  readonly #limits: BreakerLimits;
  #failures = 0;
  #pauseFactor = 1;
  #openUntil: number | undefined;
  #isProbing = false;

  constructor(limits: BreakerLimits) {
    this.#limits = limits;
  }

  /** Where it stands at this time. */
  state(now: number): BreakerState {
    if (this.#openUntil === undefined) return 'closed';
    return now < this.#openUntil ? 'open' : 'halfOpen';
  }

  /** Whether little is lost with it: no failure is counted, or the pause after failures is over. */
  isIdle(now: number): boolean {
    const state = this.state(now);
    return state === 'halfOpen' || (state === 'closed' && this.#failures === 0);
  }

  /**
   * Asks for a call to be let through.
   *
   * @returns `call`, `probe` (the one call in the half-open state; to be followed by `answered`, `failed` or `endProbe`),
   *   or `refused`.
   */
  admit(now: number): 'call' | 'probe' | 'refused' {
    const state = this.state(now);
    if (state === 'closed') return 'call';
    if (state === 'open' || this.#isProbing) return 'refused';
    this.#isProbing = true;
    return 'probe';
  }

  /** KMS answered, if only by a refusal. */
  answered(): void {
    this.#failures = 0;
    this.#pauseFactor = 1;
    this.#openUntil = undefined;
    this.#isProbing = false;
  }

  /** KMS did not answer, or said that it can't. */
  failed(now: number): void {
    const state = this.state(now);
    this.#failures += 1;
    if (state === 'open') return;
    if (state === 'halfOpen' && !this.#isProbing) return;
    if (state === 'closed' && this.#failures < this.#limits.failures) return;
    if (state === 'halfOpen') this.#pauseFactor = Math.min(2 * this.#pauseFactor, MAX_PAUSE_FACTOR);
    this.#openUntil = now + this.#limits.pauseMs * this.#pauseFactor;
    this.#isProbing = false;
  }

  /** The probe ended without news: it was given up before it was sent. */
  endProbe(): void {
    this.#isProbing = false;
  }
}
