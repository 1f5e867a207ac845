// Branch keys on the cache's own mechanism: one call per miss, leases, renewal ahead of time, limits on age.

import { randomUUID } from 'node:crypto';
import type { RequestPriority } from '@waxseal/core';
import { engine, type OptionNames } from '@waxseal/core/crypto';
import {
  type Clock,
  type Lease,
  LeaseCache,
  type LeaseCacheStats,
  LocalMaterialsCache,
  type MaterialsCache,
} from '@waxseal/data-key-cache';
import type { BranchKey, BranchKeySource } from './branch-key-source.ts';
import { BRANCH_KEY_LENGTH } from './record-wrapper.ts';
import { requirePartitionId, requireVersion } from './store-arguments.ts';

/** How branch keys are cached. */
export type BranchKeyCacheOptions = {
  /**
   * The age at which a branch key is used no more and read anew; 1 to 2^31 − 1 ms. Also how long a revoked key can still
   * be used, and a rotation can stay unnoticed.
   */
  readonly maxAgeMs: number;
  /** How long before the end of its age a key in use is renewed in the background; less than `maxAgeMs`. Default 0. */
  readonly refreshAheadMs?: number | undefined;
  /** The largest part of an age that chance takes off, 0 to 0.5, so that processes don't renew together. Default 0.1. */
  readonly jitter?: number | undefined;
  /** Branch keys kept, each version counting; without `cache` only. Default 1,000. */
  readonly capacity?: number | undefined;
  /** A store shared with other keyrings of this process. */
  readonly cache?: MaterialsCache | undefined;
  /**
   * Keyrings with the same cache, partition and logical store name share entries. Default: one of its own. 1 to
   * 1,024 characters, without U+0000.
   */
  readonly partitionId?: string | undefined;
  readonly clock?: Clock | undefined;
};

/** The names of these options, for those who take them among others. */
export const BRANCH_KEY_CACHE_OPTIONS: OptionNames<BranchKeyCacheOptions> = {
  maxAgeMs: true,
  refreshAheadMs: true,
  jitter: true,
  capacity: true,
  cache: true,
  partitionId: true,
  clock: true,
};

/** What a caller hands down. */
type AcquireOptions = { readonly signal?: AbortSignal | undefined; readonly priority?: RequestPriority | undefined };

const RESOURCE_BRANCH_KEY = 2;
const SCOPE_ENCRYPT = 1;
const SCOPE_DECRYPT = 2;

const encoder = new TextEncoder();

/** Leases branch keys of one source. */
export class BranchKeyCache {
  readonly #source: BranchKeySource;
  readonly #leases: LeaseCache<BranchKey>;
  readonly #partition: Uint8Array;

  /** @throws RangeError when a limit is out of range. TypeError for a wrong partition id, or `cache` with `capacity`. */
  constructor(source: BranchKeySource, options: BranchKeyCacheOptions) {
    if (options.cache !== undefined && options.capacity !== undefined) {
      throw new TypeError('capacity belongs to the cache: give one of the two');
    }
    this.#source = source;
    this.#partition = encoder.encode(requirePartitionId(options.partitionId ?? randomUUID()));
    this.#leases = new LeaseCache<BranchKey>({
      operation: 'branch-key',
      dispose: (branchKey) => branchKey.key.fill(0),
      maxAgeMs: options.maxAgeMs,
      refreshAheadMs: options.refreshAheadMs,
      jitter: options.jitter,
      cache: options.cache ?? new LocalMaterialsCache({ capacity: options.capacity }),
      clock: options.clock,
    });
  }

  /** Leases the version to encrypt under. */
  acquireActive(branchKeyId: string, { signal, priority }: AcquireOptions): Promise<Lease<BranchKey>> {
    return this.#leases.acquire(this.#entryId(SCOPE_ENCRYPT, [branchKeyId]), {
      signal,
      priority,
      load: async (loadOptions) => usable(await this.#source.getActiveBranchKey(branchKeyId, loadOptions)),
    });
  }

  /** Leases one version to decrypt with. */
  acquireVersion(
    branchKeyId: string,
    version: string,
    { signal, priority }: AcquireOptions,
  ): Promise<Lease<BranchKey>> {
    return this.#leases.acquire(this.#entryId(SCOPE_DECRYPT, [branchKeyId, version]), {
      signal,
      priority,
      load: async (loadOptions) => usable(await this.#source.getBranchKeyVersion(branchKeyId, version, loadOptions)),
    });
  }

  stats(): LeaseCacheStats {
    return this.#leases.stats();
  }

  close(): void {
    this.#leases.close();
  }

  /**
   * Hashes what an entry is for:
   *
   *   SHA-384( 02 00 scope 00 partition 00 logical store name 00 branch key id [ 00 version ] )
   *
   * Neither the partition nor the name has a zero byte, and a version has 36 characters, so this is unambiguous. Hence a
   * default partition as text: 16 random bytes would have a zero now and then. These ids never leave the process.
   *
   * @see AWS Encryption SDK specification, framework/aws-kms/aws-kms-hierarchical-keyring.md, "Appendix A"
   */
  #entryId(scope: number, texts: readonly string[]): string {
    const parts = [Uint8Array.of(RESOURCE_BRANCH_KEY, 0, scope, 0), this.#partition];
    for (const text of [this.#source.logicalName, ...texts]) parts.push(Uint8Array.of(0), encoder.encode(text));
    return Array.from(engine.digest('sha384', parts), (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
}

/** A source of somebody's own may answer anything; a short key or a version that is no UUID must not wrap data keys. */
function usable(branchKey: BranchKey): BranchKey {
  requireVersion(branchKey.version);
  if (branchKey.key.length === BRANCH_KEY_LENGTH) return branchKey;
  throw new TypeError(`a branch key must be ${BRANCH_KEY_LENGTH} bytes long`);
}
