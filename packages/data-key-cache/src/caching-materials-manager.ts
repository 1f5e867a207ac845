// The manager that lets many messages share a data key, within bounds.

import { randomUUID } from 'node:crypto';
import {
  type DecryptionMaterials,
  type DecryptionMaterialsRequest,
  DefaultMaterialsManager,
  type EncryptionMaterials,
  type EncryptionMaterialsRequest,
  EnvelopeError,
  type Keyring,
  type MaterialsLease,
  type MaterialsManager,
} from '@waxseal/core';
import {
  defaultAlgorithmSuite,
  makeInspectable,
  type OptionNames,
  requireOptions,
  shownPart,
} from '@waxseal/core/crypto';
import { AGE_LIMIT_NAMES, type AgeLimits } from './age-policy.ts';
import {
  type CachedEncryption,
  type CachedMaterials,
  decryptionLease,
  EncryptionLease,
  type MessageNeed,
  toCachedDecryption,
  toCachedEncryption,
} from './cached-materials.ts';
import { addStats, type CachingStats } from './caching-stats.ts';
import { assertSuite, isIdentitySuite } from './check-suite.ts';
import type { Clock } from './clock.ts';
import { EntryIdMemo } from './entry-id-memo.ts';
import { checkKeyLimits, type KeyLimits } from './key-budget.ts';
import { LeaseCache } from './lease-cache.ts';
import type { Lease } from './leased-entry.ts';
import { LocalMaterialsCache } from './local-materials-cache.ts';
import type { MaterialsCache } from './materials-cache.ts';
import { encodePartition } from './materials-entry-id.ts';
import { toSharedDecryptionRequest, toSharedEncryptionRequest } from './own-copies.ts';

/** How a caching manager works. */
export type CachingMaterialsManagerOptions = AgeLimits & {
  /** Where materials come from when they are not cached: a keyring, or another manager. */
  readonly source: Keyring | MaterialsManager;
  /** Messages encrypted under one data key, 1 to 2^32. Default 2^20. */
  readonly maxMessages?: number | undefined;
  /** Bytes of plaintext encrypted under one data key, 1 to 2^53 − 1. Default 2^36 (64 GiB). */
  readonly maxBytes?: number | undefined;
  /** Entries of the manager's own cache, 0 to 2^24. Default 1,000. Not together with `cache`. */
  readonly capacity?: number | undefined;
  /** A store to share, so that several managers have one capacity between them. */
  readonly cache?: MaterialsCache | undefined;
  /**
   * Managers of one store that give the same id share entries: it must stand for the same credentials and the same keys,
   * or one of them decrypts what only the other may. Default: a random one. Without U+0000.
   */
  readonly partitionId?: string | undefined;
  readonly clock?: Clock | undefined;
};

const OPTIONS: OptionNames<CachingMaterialsManagerOptions> = {
  ...AGE_LIMIT_NAMES,
  source: true,
  maxMessages: true,
  maxBytes: true,
  capacity: true,
  cache: true,
  partitionId: true,
  clock: true,
};

/** What the official SDK calls them, and what comes to mind. */
const OTHER_NAMES = {
  backingMaterials: 'source',
  keyring: 'source',
  maxMessagesEncrypted: 'maxMessages',
  maxBytesEncrypted: 'maxBytes',
} as const;

/**
 * Lets messages of one encryption context share a data key, and readers of one message the answer to their question.
 *
 * Encrypting, a key serves until `maxAgeMs`, `maxMessages` or `maxBytes`: what a message needs is reserved before it gets
 * the key, so that no bound is exceeded however many callers there are. A message of unknown length reserves its
 * `maxPlaintextLength`, or else 1 MiB at a time as it grows. Decrypting, a key serves until `maxAgeMs`: so long may
 * somebody read who lost the right to. Identity-KDF suites, and messages longer than `maxBytes`, are passed to the source.
 *
 * Materials are leased: a data key is wiped as soon as it is out of the cache and no message uses it. Signing materials
 * share one signing key between the messages of an entry.
 *
 * @see AWS Encryption SDK specification, framework/caching-cmm.md; docs/caching-and-quotas.md
 */
export class CachingMaterialsManager implements MaterialsManager, AsyncDisposable {
  readonly #source: MaterialsManager;
  readonly #isOverKeyring: boolean;
  readonly #ids: EntryIdMemo;
  readonly #limits: KeyLimits;
  readonly #encryption: LeaseCache<CachedEncryption>;
  readonly #decryption: LeaseCache<CachedMaterials<DecryptionMaterials>>;
  #bytesOverrun = 0;

  /**
   * @throws TypeError for an unknown option, a source that is none, and options that contradict each other. RangeError for
   *   one out of range.
   */
  constructor(options: CachingMaterialsManagerOptions) {
    requireOptions(options, OPTIONS, 'CachingMaterialsManager', OTHER_NAMES);
    const { source, capacity, maxAgeMs, refreshAheadMs, staleIfErrorMs, jitter, clock } = options;
    if (options.cache !== undefined && capacity !== undefined) {
      throw new TypeError('give either cache or capacity: a cache has a capacity of its own');
    }
    this.#isOverKeyring = !isManager(source);
    this.#source = isManager(source) ? source : new DefaultMaterialsManager(requireKeyring(source));
    this.#ids = new EntryIdMemo(encodePartition(options.partitionId ?? randomUUID()));
    this.#limits = checkKeyLimits(options);
    const cache = options.cache ?? new LocalMaterialsCache({ capacity });
    const common = { maxAgeMs, refreshAheadMs, staleIfErrorMs, jitter, clock, cache, dispose: releaseSource };
    const isShareable = ({ materials }: CachedEncryption) => !isIdentitySuite(materials.algorithmSuite);
    this.#encryption = new LeaseCache<CachedEncryption>({ ...common, operation: 'encrypt', isShareable });
    this.#decryption = new LeaseCache<CachedMaterials<DecryptionMaterials>>({ ...common, operation: 'decrypt' });
    const { maxMessages, maxBytes } = this.#limits;
    const shown = { source: shownPart(source), maxAgeMs, maxMessages, maxBytes };
    makeInspectable(this, () => ({ ...shown, entries: this.stats().entries }));
  }

  /**
   * @throws Whatever the source throws; the signal's reason; PolicyViolationError when the source's suite is not the one
   *   asked for, or not allowed; TypeError once the manager is closed.
   */
  async getEncryptionMaterials(request: EncryptionMaterialsRequest): Promise<MaterialsLease<EncryptionMaterials>> {
    const { commitmentPolicy, signal, priority } = request;
    const chosen = this.#isOverKeyring ? defaultAlgorithmSuite(commitmentPolicy) : undefined;
    const suite = request.algorithmSuite ?? chosen;
    const need = this.#needOf(request);
    const shared = toSharedEncryptionRequest(request, suite);
    const id = this.#ids.encryptionId(shared);
    if (isIdentitySuite(suite) || need.bytes > this.#limits.maxBytes) return this.#encryptUncached(id, request);
    const lease = await this.#encryption.acquire(id, {
      load: async (options) => toCachedEncryption(await this.#source.getEncryptionMaterials({ ...shared, ...options })),
      admit: ({ budget }) => budget.admit(need.bytes, this.#limits),
      signal,
      priority,
    });
    retireUnless(lease, ({ materials }) => assertSuite(materials.algorithmSuite, suite, commitmentPolicy, 'encrypt'));
    return new EncryptionLease(lease, need, this.#limits, (bytes) => {
      this.#bytesOverrun += bytes;
    });
  }

  /** @throws As `getEncryptionMaterials`. */
  async getDecryptionMaterials(request: DecryptionMaterialsRequest): Promise<MaterialsLease<DecryptionMaterials>> {
    const { algorithmSuite: suite, commitmentPolicy, signal, priority } = request;
    if (isIdentitySuite(suite)) {
      return this.#decryption.bypass(() => this.#source.getDecryptionMaterials(request), signal);
    }
    const shared = toSharedDecryptionRequest(request);
    const lease = await this.#decryption.acquire(this.#ids.decryptionId(shared), {
      load: async (options) => toCachedDecryption(await this.#source.getDecryptionMaterials({ ...shared, ...options })),
      signal,
      priority,
    });
    retireUnless(lease, ({ materials }) => assertSuite(materials.algorithmSuite, suite, commitmentPolicy, 'decrypt'));
    return decryptionLease(lease);
  }

  /** What happened since the manager was made, and what its keys are still good for. */
  stats(): CachingStats {
    const [encrypt, decrypt] = [this.#encryption.stats(), this.#decryption.stats()];
    let [messagesLeft, bytesLeft] = [0, 0];
    for (const { budget } of this.#encryption.values()) {
      messagesLeft += budget.messagesLeft(this.#limits);
      bytesLeft += budget.bytesLeft(this.#limits);
    }
    return {
      ...addStats(encrypt, decrypt),
      encrypt,
      decrypt,
      messagesLeft,
      bytesLeft,
      bytesOverrun: this.#bytesOverrun,
    };
  }

  /** Takes all keys of this manager out of the cache, as when a right was withdrawn: the next message asks the source. */
  clear(): void {
    this.#encryption.clear();
    this.#decryption.clear();
  }

  /**
   * Takes all keys of this manager out of the cache, aborts calls under way and stops all timers; later requests fail.
   * Keys that messages still use are wiped when these end.
   */
  close(): void {
    this.#encryption.close();
    this.#decryption.close();
  }

  /** As `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  /** A denial says as much about the key that is cached for shorter messages. */
  async #encryptUncached(
    id: string,
    request: EncryptionMaterialsRequest,
  ): Promise<MaterialsLease<EncryptionMaterials>> {
    try {
      return await this.#encryption.bypass(() => this.#source.getEncryptionMaterials(request), request.signal);
    } catch (error) {
      if (EnvelopeError.is(error) && error.category === 'denied') this.#encryption.evict(id, 'denied');
      throw error;
    }
  }

  /** A bound that is not finite says nothing. */
  #needOf({ plaintextLength, maxPlaintextLength }: EncryptionMaterialsRequest): MessageNeed {
    const bytes = plaintextLength ?? maxPlaintextLength;
    if (bytes === undefined || !Number.isFinite(bytes)) return { bytes: this.#limits.block, isWhole: false };
    return { bytes, isWhole: true };
  }
}

function isManager(source: Keyring | MaterialsManager): source is MaterialsManager {
  const { getEncryptionMaterials, getDecryptionMaterials } = (source ?? {}) as Partial<MaterialsManager>;
  return typeof getEncryptionMaterials === 'function' && typeof getDecryptionMaterials === 'function';
}

function requireKeyring(source: Keyring): Keyring {
  const { onEncrypt, onDecrypt } = (source ?? {}) as Partial<Keyring>;
  if (typeof onEncrypt === 'function' && typeof onDecrypt === 'function') return source;
  throw new TypeError('source must be a keyring, with onEncrypt and onDecrypt, or another materials manager');
}

function releaseSource({ source }: { readonly source: { release(): void } }): void {
  source.release();
}

/** Nobody gets a value that fails its check, now or later. */
function retireUnless<Value>(lease: Lease<Value>, check: (value: Value) => void): void {
  try {
    check(lease.value);
  } catch (error) {
    lease.retire('failed');
    lease.release();
    throw error;
  }
}
