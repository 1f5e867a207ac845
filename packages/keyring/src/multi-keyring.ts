// Several keyrings as one: each wraps the same data key, any of them opens it.

import type {
  DataKeyAttempt,
  EncryptedDataKey,
  Keyring,
  KeyringDecryptRequest,
  KeyringEncryptRequest,
  KeyringEncryptResult,
} from '@waxseal/core';
import { makeInspectable, shownPart } from '@waxseal/core/crypto';
import { requireArray, requireOptions } from './require-options.ts';
import { attemptsOf, dataKeyUnavailable } from './unwrap-attempts.ts';

const NAME = 'MultiKeyring';

/** Options of `MultiKeyring`: a generator, children, or both. */
export type MultiKeyringOptions = {
  /** Makes the data key; without one, the data key must come from outside. */
  readonly generator?: Keyring | undefined;
  /** Wrap the generator's data key as well, in parallel. */
  readonly children?: readonly Keyring[] | undefined;
};

/**
 * Puts several keyrings to work on one data key.
 *
 * Encrypting: the generator makes the data key, then the children wrap it in parallel; if one fails, all fails, so that
 * no message lacks a recipient. Decrypting: generator, then children in order; the first that opens it wins.
 *
 * @see AWS Encryption SDK specification, framework/multi-keyring.md
 */
export class MultiKeyring implements Keyring {
  readonly #generator: Keyring | undefined;
  readonly #children: readonly Keyring[];

  /** @throws TypeError for an unknown option, without any keyring, for something that is none, and for one given twice. */
  constructor(options: MultiKeyringOptions) {
    requireOptions(options, { generator: true, children: true }, NAME);
    const { generator, children = [] } = options;
    requireArray(children, 'children');
    const all = generator === undefined ? [...children] : [generator, ...children];
    if (all.length === 0) throw new TypeError('MultiKeyring needs a generator, children or both');
    if (!all.every(isKeyring)) throw new TypeError('generator and children of a MultiKeyring must be keyrings');
    if (new Set(all).size < all.length)
      throw new TypeError('MultiKeyring was given a keyring twice, as generator or child');
    this.#generator = generator;
    this.#children = [...children];
    const shown = { generator: generator && shownPart(generator), children: children.map(shownPart) };
    makeInspectable(this, () => shown);
  }

  async onEncrypt(request: KeyringEncryptRequest): Promise<KeyringEncryptResult> {
    const generator = this.#generator;
    if (generator === undefined) {
      if (request.dataKey !== undefined) return this.#wrapByChildren(request, request.dataKey, []);
      throw new TypeError('MultiKeyring without generator can only wrap: give it a generator');
    }
    if (request.dataKey !== undefined) {
      throw new TypeError(
        'MultiKeyring with a generator makes its own data key: make it the generator of the outer one',
      );
    }
    const generated = await generator.onEncrypt(request);
    try {
      return await this.#wrapByChildren(request, generated.dataKey, generated.encryptedDataKeys);
    } catch (error) {
      generated.dataKey.fill(0);
      throw error;
    }
  }

  async onDecrypt(request: KeyringDecryptRequest): Promise<Uint8Array | undefined> {
    const attempts: DataKeyAttempt[] = [];
    const keyrings = this.#generator === undefined ? this.#children : [this.#generator, ...this.#children];
    for (const [index, keyring] of keyrings.entries()) {
      request.signal?.throwIfAborted();
      try {
        const dataKey = await keyring.onDecrypt(request);
        if (dataKey !== undefined) return dataKey;
      } catch (cause) {
        request.signal?.throwIfAborted();
        attempts.push(...attemptsOf(cause, keyring.constructor.name, `keyring ${index}`));
      }
    }
    if (attempts.length === 0) return undefined;
    throw dataKeyUnavailable('unwrap', attempts);
  }

  async #wrapByChildren(
    request: KeyringEncryptRequest,
    dataKey: Uint8Array,
    first: readonly EncryptedDataKey[],
  ): Promise<KeyringEncryptResult> {
    // All are awaited even when one fails: the data key is wiped by then and must not be in use.
    const outcomes = await Promise.allSettled(
      this.#children.map(async (child) => (await child.onEncrypt({ ...request, dataKey })).encryptedDataKeys),
    );
    request.signal?.throwIfAborted();
    const attempts = outcomes.flatMap((outcome, index) =>
      outcome.status === 'rejected'
        ? attemptsOf(outcome.reason, this.#children[index]?.constructor.name ?? NAME, `child ${index}`)
        : [],
    );
    if (attempts.length > 0) throw dataKeyUnavailable('wrap', attempts);
    const wrapped = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
    return { dataKey, encryptedDataKeys: [...first, ...wrapped] };
  }
}

function isKeyring(value: unknown): value is Keyring {
  if (typeof value !== 'object' || value === null) return false;
  const { onEncrypt, onDecrypt } = value as Partial<Keyring>;
  return typeof onEncrypt === 'function' && typeof onDecrypt === 'function';
}
