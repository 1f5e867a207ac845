import {
  ContextMismatchError,
  type DataKeyAttempt,
  DataKeyUnavailableError,
  DecryptionFailedError,
  type EncryptedDataKey,
  type EncryptionContext,
  EnvelopeError,
  type Keyring,
  type KeyringDecryptRequest,
  type KeyringEncryptRequest,
  type KeyringEncryptResult,
} from '@waxseal/core';
import {
  acceptedContextEncodings,
  engine,
  makeInspectable,
  type OptionNames,
  requireLocale,
  requireOptions,
  shownPart,
} from '@waxseal/core/crypto';
import type { LeaseCacheStats } from '@waxseal/data-key-cache';
import { BRANCH_KEY_CACHE_OPTIONS, BranchKeyCache, type BranchKeyCacheOptions } from './branch-key-cache.ts';
import type { BranchKeySource } from './branch-key-source.ts';
import { MessageVersions } from './message-versions.ts';
import { isBranchKeyId, requireBranchKeyId, requireFunction, requireName } from './store-arguments.ts';
import { decodeUuid } from './uuid.ts';
import { HIERARCHY_PROVIDER_ID, unwrapDataKey, versionBytes, wrapDataKey, wrappedLength } from './wrapped-data-key.ts';

/** Finds the branch key of a message by its encryption context, such as one for each tenant. */
export type BranchKeyIdFinder = (context: EncryptionContext) => string;

/** Options of `HierarchicalKeyring`: exactly one of `branchKeyId` and `branchKeyIdFor`. */
export type HierarchicalKeyringOptions = BranchKeyCacheOptions & {
  readonly keyStore: BranchKeySource;
  /** The branch key of all messages. */
  readonly branchKeyId?: string | undefined;
  /**
   * Called with the whole context of each message, when encrypting and again when decrypting. When decrypting the
   * context is what the message says: not yet authenticated, so it may name a key that this keyring's user is allowed
   * to use, never a secret. What it throws fails the operation. An id that is none (not a text, or empty, as for a
   * message that lacks the pair) is a `TypeError` when encrypting, and a `DataKeyUnavailableError` when decrypting.
   */
  readonly branchKeyIdFor?: BranchKeyIdFinder | undefined;
  /**
   * Reads, besides right messages, those that the official JavaScript SDK wrote without `utf8Sorting: true`: see
   * `RawAesKeyringOptions`.
   *
   * The writer's locale as a BCP 47 tag, `'en-US'` nearly everywhere. Off when absent; never used to write.
   */
  readonly localeSortedContext?: string | undefined;
};

const NAME = 'HierarchicalKeyring';
const OPTIONS: OptionNames<HierarchicalKeyringOptions> = {
  ...BRANCH_KEY_CACHE_OPTIONS,
  keyStore: true,
  branchKeyId: true,
  branchKeyIdFor: true,
  localeSortedContext: true,
};
const encoder = new TextEncoder();

/**
 * Wraps data keys under branch keys, which a key store keeps and KMS wraps: the number of KMS calls depends on branch
 * keys and processes, not on messages. Reads and writes `aws-kms-hierarchy` encrypted data keys.
 *
 *   provider id: `aws-kms-hierarchy`; provider info: branch key id (UTF-8); ciphertext: see `wrapDataKey`
 *
 * Decrypting, it looks for at most 8 versions of the branch key for each message, each of them once, whether cached or
 * not: a message has one data key for each hierarchical keyring that wrapped it, and another version only where it was
 * of another key store with the same id. Data keys of further versions are not tried; one attempt with a
 * `LimitExceededError` says so.
 *
 * @see AWS Encryption SDK specification, framework/aws-kms/aws-kms-hierarchical-keyring.md
 */
export class HierarchicalKeyring implements Keyring, AsyncDisposable {
  readonly #cache: BranchKeyCache;
  readonly #findBranchKeyId: BranchKeyIdFinder;
  readonly #locale: string | undefined;

  /**
   * @throws TypeError when an option is unknown, missing or of the wrong form. RangeError when a limit is out of range.
   */
  constructor(options: HierarchicalKeyringOptions) {
    requireOptions(options, OPTIONS, NAME);
    const { keyStore, branchKeyId, branchKeyIdFor, localeSortedContext, maxAgeMs } = options;
    if (typeof keyStore?.getActiveBranchKey !== 'function' || typeof keyStore.getBranchKeyVersion !== 'function') {
      throw new TypeError('keyStore must be a BranchKeyStore');
    }
    requireName(keyStore.logicalName, 'keyStore.logicalName');
    if ((branchKeyId === undefined) === (branchKeyIdFor === undefined)) {
      throw new TypeError('give either branchKeyId or branchKeyIdFor');
    }
    if (branchKeyId !== undefined) requireBranchKeyId(branchKeyId);
    requireFunction(branchKeyIdFor, 'branchKeyIdFor');
    this.#locale = localeSortedContext === undefined ? undefined : requireLocale(localeSortedContext);
    this.#findBranchKeyId = branchKeyIdFor ?? (() => branchKeyId ?? '');
    this.#cache = new BranchKeyCache(keyStore, options);
    const finder = branchKeyId === undefined ? { branchKeyIdFor } : { branchKeyId };
    const shown = { keyStore: shownPart(keyStore), ...finder, maxAgeMs };
    makeInspectable(this, () => ({ ...shown, entries: this.stats().entries }));
  }

  async onEncrypt(request: KeyringEncryptRequest): Promise<KeyringEncryptResult> {
    request.signal?.throwIfAborted();
    const { algorithmSuite, encryptionContext } = request;
    if (request.dataKey !== undefined && request.dataKey.length !== algorithmSuite.dataKeyLength) {
      throw new RangeError(`the data key must be ${algorithmSuite.dataKeyLength} bytes long for this suite`);
    }
    const branchKeyId = requireBranchKeyId(this.#findBranchKeyId(encryptionContext));
    const lease = await this.#orUnavailable('wrap', branchKeyId, request.signal, () =>
      this.#cache.acquireActive(branchKeyId, request),
    );
    try {
      const dataKey = request.dataKey ?? engine.randomBytes(algorithmSuite.dataKeyLength);
      const ciphertext = wrapDataKey({ ...lease.value, branchKeyId }, encryptionContext, dataKey);
      const providerInfo = encoder.encode(branchKeyId);
      return { dataKey, encryptedDataKeys: [{ providerId: HIERARCHY_PROVIDER_ID, providerInfo, ciphertext }] };
    } finally {
      lease.release();
    }
  }

  async onDecrypt(request: KeyringDecryptRequest): Promise<Uint8Array | undefined> {
    request.signal?.throwIfAborted();
    const candidates = request.encryptedDataKeys.filter(({ providerId }) => providerId === HIERARCHY_PROVIDER_ID);
    if (candidates.length === 0) return undefined;
    const branchKeyId = this.#claimedBranchKeyId(request.encryptionContext);
    const own = candidates.filter((entry) => names(entry, branchKeyId));
    return own.length === 0 ? undefined : this.#unwrapFirst(branchKeyId, own, request);
  }

  /** What the cache of branch keys counted. */
  stats(): LeaseCacheStats {
    return this.#cache.stats();
  }

  /** Takes its branch keys out of the cache and wipes them; operations that start now fail. A second call does nothing. */
  close(): void {
    this.#cache.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  /** Whoever wrote the message wrote the context: an id that is none is a matter of the message here, not of the caller. */
  #claimedBranchKeyId(context: EncryptionContext): string {
    const branchKeyId: unknown = this.#findBranchKeyId(context);
    if (isBranchKeyId(branchKeyId)) return branchKeyId;
    const cause = new ContextMismatchError('branchKeyIdFor gives no branch key id for the context of this message', []);
    throw unavailable('unwrap', [{ keyring: NAME, key: 'unknown branch key', cause }]);
  }

  async #unwrapFirst(
    branchKeyId: string,
    candidates: readonly EncryptedDataKey[],
    request: KeyringDecryptRequest,
  ): Promise<Uint8Array> {
    const versions = new MessageVersions((version) => this.#cache.acquireVersion(branchKeyId, version, request));
    // By cause: what befell a version once is told once, however many data keys name it.
    const attempts = new Map<unknown, DataKeyAttempt>();
    try {
      for (const { ciphertext } of candidates) {
        try {
          return await this.#unwrap(branchKeyId, ciphertext, request, versions);
        } catch (cause) {
          request.signal?.throwIfAborted();
          attempts.set(cause, { keyring: NAME, key: branchKeyId, cause });
        }
      }
    } finally {
      versions.release();
    }
    throw unavailable('unwrap', [...attempts.values()]);
  }

  async #unwrap(
    branchKeyId: string,
    ciphertext: Uint8Array,
    { algorithmSuite, encryptionContext }: KeyringDecryptRequest,
    versions: MessageVersions,
  ): Promise<Uint8Array> {
    if (ciphertext.length !== wrappedLength(algorithmSuite.dataKeyLength)) throw new DecryptionFailedError();
    const version = decodeUuid(versionBytes(ciphertext));
    const branchKey = await versions.take(version);
    const contexts = acceptedContextEncodings(encryptionContext, this.#locale);
    const dataKey = unwrapDataKey({ ...branchKey, branchKeyId, version }, contexts, ciphertext);
    if (dataKey === undefined) throw new DecryptionFailedError();
    return dataKey;
  }

  async #orUnavailable<Result>(
    verb: 'wrap' | 'unwrap',
    branchKeyId: string,
    signal: AbortSignal | undefined,
    task: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await task();
    } catch (cause) {
      signal?.throwIfAborted();
      throw unavailable(verb, [{ keyring: NAME, key: branchKeyId, cause }]);
    }
  }
}

function names({ providerInfo }: EncryptedDataKey, branchKeyId: string): boolean {
  const id = encoder.encode(branchKeyId);
  return providerInfo.length === id.length && providerInfo.every((byte, index) => byte === id[index]);
}

function unavailable(verb: 'wrap' | 'unwrap', attempts: readonly DataKeyAttempt[]): DataKeyUnavailableError {
  const [first] = attempts;
  const reason = EnvelopeError.is(first?.cause) ? first.cause.message : 'the key store failed';
  return new DataKeyUnavailableError(`could not ${verb} the data key: ${reason}`, attempts);
}
