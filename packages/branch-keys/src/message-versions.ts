// The versions of one branch key that one message asks for.

import { LimitExceededError } from '@waxseal/core';
import type { Lease } from '@waxseal/data-key-cache';
import type { BranchKey } from './branch-key-source.ts';

/**
 * Versions of one branch key that one message can make a keyring look for.
 *
 * An honest message has one for each hierarchical keyring that wrapped its data key under this id: several only where
 * key stores share ids. Whoever writes a message can invent as many as it has room for.
 */
export const MAX_VERSIONS_PER_MESSAGE = 8;

/**
 * Acquires each version once, whether that succeeds or fails, and holds it until `release`: a cache that keeps no failure,
 * or has no room, would otherwise ask the key store again for each data key of the same version.
 */
export class MessageVersions {
  readonly #acquire: (version: string) => Promise<Lease<BranchKey>>;
  readonly #results = new Map<string, Result>();
  #tooMany: LimitExceededError | undefined;

  constructor(acquire: (version: string) => Promise<Lease<BranchKey>>) {
    this.#acquire = acquire;
  }

  /**
   * @returns The branch key, valid until `release`.
   * @throws What acquiring failed with, the same object for the same version; LimitExceededError, always the same one, for
   *   each version beyond the limit.
   */
  async take(version: string): Promise<BranchKey> {
    let result = this.#results.get(version);
    if (result === undefined) {
      if (this.#results.size === MAX_VERSIONS_PER_MESSAGE) throw this.#limitExceeded();
      result = await this.#try(version);
      this.#results.set(version, result);
    }
    if ('lease' in result) return result.lease.value;
    throw result.cause;
  }

  /** Ends all leases. */
  release(): void {
    for (const result of this.#results.values()) if ('lease' in result) result.lease.release();
  }

  async #try(version: string): Promise<Result> {
    try {
      return { lease: await this.#acquire(version) };
    } catch (cause) {
      return { cause };
    }
  }

  #limitExceeded(): LimitExceededError {
    this.#tooMany ??= new LimitExceededError(
      `the message names more than ${MAX_VERSIONS_PER_MESSAGE} versions of the branch key: the others were not tried`,
      MAX_VERSIONS_PER_MESSAGE,
    );
    return this.#tooMany;
  }
}

type Result = { readonly lease: Lease<BranchKey> } | { readonly cause: unknown };
