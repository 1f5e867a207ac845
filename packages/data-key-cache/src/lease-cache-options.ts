import type { RequestPriority } from '@waxseal/core';
import { requireOptions } from '@waxseal/core/crypto';
import { AGE_LIMIT_NAMES, type AgeLimits } from './age-policy.ts';
import type { Clock } from './clock.ts';
import type { Admit } from './flight.ts';
import type { MaterialsCache } from './materials-cache.ts';
import { requireMethods } from './require-methods.ts';

/** What a call to the source is given. */
export type LoadOptions = {
  /** Aborted when the last caller that waited has left, or the cache is closed. */
  readonly signal: AbortSignal;
  /** That of the caller who started the call; `background` for a renewal. */
  readonly priority: RequestPriority;
};

/** One request for a value. */
export type AcquireOptions<Value> = {
  /**
   * Supplies the value when the cache can't; called at once or never for most callers. The value belongs to the cache,
   * which disposes of it.
   */
  readonly load: (options: LoadOptions) => Promise<Value>;
  /**
   * Takes what this caller needs from the value's budget, synchronously. Must admit the first caller of a fresh value.
   *
   * @returns The cause of eviction when the budget doesn't suffice: the value gets no new lease then.
   */
  readonly admit?: Admit<Value> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Default `foreground`. */
  readonly priority?: RequestPriority | undefined;
};

/** How a cache of leases works. */
export type LeaseCacheOptions<Value> = AgeLimits & {
  /** What the values are for, such as `encrypt`; entries of another operation in a shared store are never handed out. */
  readonly operation: string;
  /** Wipes a value: called once, when it is out of the cache and its last lease has ended. Must not throw. */
  readonly dispose: (value: Value) => void;
  /** Whether several callers may use one value; default: always. One that may not goes to one caller, uncached. */
  readonly isShareable?: ((value: Value) => boolean) | undefined;
  /** Where values are kept; default: a `LocalMaterialsCache` of 1,000 entries. */
  readonly cache?: MaterialsCache | undefined;
  readonly clock?: Clock | undefined;
  /** From 0 to less than 1, for the jitter of ages; default `Math.random`. */
  readonly random?: (() => number) | undefined;
};

/**
 * Checks what is no number: those are checked where they are used.
 *
 * @throws TypeError
 */
export function checkLeaseCacheOptions<Value>(options: LeaseCacheOptions<Value>): void {
  const own = { operation: true, dispose: true, isShareable: true, cache: true, clock: true, random: true } as const;
  requireOptions(options, { ...AGE_LIMIT_NAMES, ...own }, 'LeaseCache');
  const { operation, dispose, isShareable, cache, clock, random } = options;
  if (typeof operation !== 'string' || operation === '') throw new TypeError('operation must be a text');
  for (const [name, value] of Object.entries({ dispose, isShareable, random })) {
    const isLeftOut = value === undefined && name !== 'dispose';
    if (!isLeftOut && typeof value !== 'function') throw new TypeError(`${name} must be a function`);
  }
  if (cache !== undefined) requireMethods(cache, ['get', 'put', 'delete'], 'cache');
  if (clock !== undefined) requireMethods(clock, ['now', 'startTimer'], 'clock');
}
