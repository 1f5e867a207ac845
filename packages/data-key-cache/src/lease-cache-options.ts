import type { RequestPriority } from '@waxseal/core';
import type { AgeLimits } from './age-policy.ts';
import type { Clock } from './clock.ts';
import type { Admit } from './flight.ts';
import type { MaterialsCache } from './materials-cache.ts';

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
