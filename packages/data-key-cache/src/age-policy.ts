import type { OptionNames } from '@waxseal/core/crypto';
import { assertInteger } from './assert-integer.ts';
import type { EntryTimes } from './leased-entry.ts';

/** The longest age: about 24.8 days, the longest delay of a timer. */
const MAX_AGE_LIMIT_MS = 2 ** 31 - 1;

/** The wait after the first failed renewal; doubled with each further one. */
const FIRST_RETRY_MS = 250;
/** The longest wait between two renewals of a key that can't be renewed. */
const LAST_RETRY_MS = 10_000;

/** How long values are used, in milliseconds. */
export type AgeLimits = {
  /** The age at which a value is used no more, counted from the start of the call that supplied it; 1 to 2^31 − 1. */
  readonly maxAgeMs: number;
  /**
   * How long before the end of its age a value that is used is renewed in the background; less than `maxAgeMs`, and best
   * several times as long as a call to the source takes. Default 0: never, so that a caller waits at the end of an age.
   */
  readonly refreshAheadMs?: number | undefined;
  /**
   * How long beyond its age a value may be used when renewing it failed with an error of category `transient`. It stays
   * in memory that much longer. Default 0: not at all.
   */
  readonly staleIfErrorMs?: number | undefined;
  /**
   * The largest part of an age that chance takes off, so that processes started together don't renew together; 0 to 0.5.
   * Default 0.1. It only ever shortens.
   */
  readonly jitter?: number | undefined;
};

/** The names of the limits, for those who take them among other options. */
export const AGE_LIMIT_NAMES: OptionNames<AgeLimits> = {
  maxAgeMs: true,
  refreshAheadMs: true,
  staleIfErrorMs: true,
  jitter: true,
};

/** The moments of an entry's life, from its limits. */
export class AgePolicy {
  readonly maxAgeMs: number;
  readonly staleIfErrorMs: number;
  readonly #refreshAheadMs: number;
  readonly #jitter: number;
  readonly #random: () => number;

  /** @throws RangeError when a limit is out of range. */
  constructor(limits: AgeLimits, random: () => number) {
    this.maxAgeMs = assertInteger('maxAgeMs', limits.maxAgeMs, 1, MAX_AGE_LIMIT_MS);
    this.#refreshAheadMs = assertInteger('refreshAheadMs', limits.refreshAheadMs ?? 0, 0, this.maxAgeMs - 1);
    this.staleIfErrorMs = assertInteger('staleIfErrorMs', limits.staleIfErrorMs ?? 0, 0, MAX_AGE_LIMIT_MS);
    this.#jitter = limits.jitter ?? 0.1;
    if (!(this.#jitter >= 0 && this.#jitter <= 0.5)) throw new RangeError('jitter must be from 0 to 0.5');
    this.#random = random;
  }

  /** Chance takes from the time before the renewal, so that the window for the renewal keeps its width. */
  timesOf(loadedAt: number): EntryTimes {
    const untilRefresh = Math.floor((this.maxAgeMs - this.#refreshAheadMs) * (1 - this.#jitter * this.#random()));
    const refreshAt = loadedAt + untilRefresh;
    return { loadedAt, refreshAt, freshUntil: refreshAt + this.#refreshAheadMs };
  }

  /** The end of an entry's age under these limits, though another cache, with longer ones, may have made it. */
  freshUntil(times: EntryTimes): number {
    return Math.min(times.freshUntil, times.loadedAt + this.maxAgeMs);
  }

  /** @param failures - Renewals that failed in a row, at least 1. @returns Milliseconds to wait before the next. */
  retryDelayMs(failures: number): number {
    return Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10));
  }
}
