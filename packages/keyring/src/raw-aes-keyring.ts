// Data keys wrapped under an AES key in hand.

import {
  DecryptionFailedError,
  type EncryptedDataKey,
  type Keyring,
  type KeyringDecryptRequest,
  type KeyringEncryptRequest,
  type KeyringEncryptResult,
} from '@waxseal/core';
import {
  type Aead,
  acceptedContextEncodings,
  encodeEncryptionContext,
  engine,
  makeInspectable,
  requireLocale,
} from '@waxseal/core/crypto';
import { concatenate, concatenateAndWipe } from './byte-strings.ts';
import { requireSuiteLength } from './data-key-length.ts';
import { type RawKeyName, requireRawKeyName } from './raw-key-name.ts';
import { requireOptions } from './require-options.ts';
import { firstDataKey, type UnwrapCandidate } from './unwrap-attempts.ts';

const NAME = 'RawAesKeyring';
const IV_LENGTH = 12;
const TAG_LENGTH = 16;
const KEY_LENGTHS = [16, 24, 32];

/** Options of `RawAesKeyring`. */
export type RawAesKeyringOptions = {
  /** Provider id of the encrypted data keys; may not start with `aws-kms`. */
  readonly namespace: string;
  readonly name: string;
  /** 16, 24 or 32 bytes; imported at once, and left to the caller as it is. */
  readonly key: Uint8Array;
  /**
   * Reads, besides right messages, those that the official JavaScript SDK wrote without `utf8Sorting: true`: it bound the
   * pairs of the context in the order of the writer's locale, which no other implementation can open.
   *
   * The writer's locale as a BCP 47 tag, `'en-US'` nearly everywhere. Off when absent; never used to write.
   */
  readonly localeSortedContext?: string | undefined;
};

/**
 * Wraps data keys by AES-GCM; the encryption context is the additional authenticated data.
 *
 *   provider info: name ‖ tag length in bits = 128 (4 B) ‖ IV length in bytes = 12 (4 B) ‖ IV (12 B)
 *   ciphertext:    encrypted data key ‖ tag (16 B)
 *
 * IVs are random, so one key should wrap fewer than 2^32 data keys (NIST SP 800-38D, section 8.3).
 *
 * @see AWS Encryption SDK specification, framework/raw-aes-keyring.md
 */
export class RawAesKeyring implements Keyring {
  readonly #key: RawKeyName;
  readonly #aead: Aead;
  readonly #infoPrefix: Uint8Array;
  readonly #locale: string | undefined;

  /** @throws TypeError for an unknown option, a bad namespace, name or locale. RangeError for a key of another length. */
  constructor(options: RawAesKeyringOptions) {
    requireOptions(options, { namespace: true, name: true, key: true, localeSortedContext: true }, NAME);
    const { namespace, name, key, localeSortedContext } = options;
    this.#key = requireRawKeyName(namespace, name);
    if (!(key instanceof Uint8Array)) throw new TypeError('key must be a Uint8Array');
    if (!KEY_LENGTHS.includes(key.length)) throw new RangeError('key must be 16, 24 or 32 bytes long');
    this.#locale = localeSortedContext === undefined ? undefined : requireLocale(localeSortedContext);
    this.#infoPrefix = infoPrefix(this.#key.nameBytes);
    this.#aead = engine.createAead(key);
    makeInspectable(this, () => ({ namespace, name }));
  }

  async onEncrypt(request: KeyringEncryptRequest): Promise<KeyringEncryptResult> {
    request.signal?.throwIfAborted();
    const { algorithmSuite, encryptionContext } = request;
    const aad = encodeEncryptionContext(encryptionContext);
    if (request.dataKey !== undefined) requireSuiteLength(request.dataKey, algorithmSuite);
    const dataKey = request.dataKey ?? engine.randomBytes(algorithmSuite.dataKeyLength);
    const iv = engine.randomBytes(IV_LENGTH);
    const wrapped: Uint8Array[] = [];
    const tag = this.#aead.seal(iv, aad, [dataKey], wrapped);
    const encryptedDataKey = {
      providerId: this.#key.namespace,
      providerInfo: concatenate([this.#infoPrefix, iv]),
      ciphertext: concatenate([...wrapped, tag]),
    };
    return { dataKey, encryptedDataKeys: [encryptedDataKey] };
  }

  async onDecrypt(request: KeyringDecryptRequest): Promise<Uint8Array | undefined> {
    const candidates = request.encryptedDataKeys
      .filter((entry) => this.#matches(entry))
      .map((entry): UnwrapCandidate => ({ key: this.#key.label, unwrap: () => this.#unwrap(entry, request) }));
    return firstDataKey(NAME, candidates, request.signal);
  }

  #matches({ providerId, providerInfo, ciphertext }: EncryptedDataKey): boolean {
    const prefix = this.#infoPrefix;
    if (providerId !== this.#key.namespace || ciphertext.length <= TAG_LENGTH) return false;
    return providerInfo.length === prefix.length + IV_LENGTH && prefix.every((byte, at) => byte === providerInfo[at]);
  }

  #unwrap({ providerInfo, ciphertext }: EncryptedDataKey, request: KeyringDecryptRequest): Uint8Array {
    const iv = providerInfo.subarray(this.#infoPrefix.length);
    const wrapped = ciphertext.subarray(0, -TAG_LENGTH);
    const tag = ciphertext.subarray(-TAG_LENGTH);
    if (wrapped.length === request.algorithmSuite.dataKeyLength) {
      for (const aad of acceptedContextEncodings(request.encryptionContext, this.#locale)) {
        const dataKey: Uint8Array[] = [];
        if (this.#aead.open(iv, aad, [wrapped], tag, dataKey)) return concatenateAndWipe(dataKey);
      }
    }
    throw new DecryptionFailedError();
  }
}

function infoPrefix(name: Uint8Array): Uint8Array {
  const prefix = new Uint8Array(name.length + 8);
  prefix.set(name);
  const view = new DataView(prefix.buffer);
  view.setUint32(name.length, TAG_LENGTH * 8);
  view.setUint32(name.length + 4, IV_LENGTH);
  return prefix;
}
