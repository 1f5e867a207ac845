// Data keys encrypted under the public key of an RSA KMS key, offline, and decrypted by KMS.

import type { KeyObject } from 'node:crypto';
import {
  type DataKeyAttempt,
  DecryptionFailedError,
  type EncryptionContext,
  type Keyring,
  type KeyringDecryptRequest,
  type KeyringEncryptRequest,
  type KeyringEncryptResult,
  UnsupportedMessageError,
} from '@waxseal/core';
import { encodeEncryptionContext, engine, makeInspectable } from '@waxseal/core/crypto';
import { type AsymmetricKeyInput, importPublicKey } from './asymmetric-key.ts';
import { concatenate } from './byte-strings.ts';
import { requireSuiteLength } from './data-key-length.ts';
import type { KmsClient } from './kms-client.ts';
import { clientFinder, type KmsClientFinder, type KmsClientSource } from './kms-client-finder.ts';
import { callKms, takePlaintext } from './kms-data-keys.ts';
import { kmsEncryptedDataKeys } from './kms-encrypted-data-key.ts';
import { KmsError } from './kms-error.ts';
import { formatKmsArn, type KmsArn, matchesMultiRegionKey, requireKeyArn } from './kms-key-arn.ts';
import { KmsPublicKey } from './kms-public-key.ts';
import { copyGrantTokens, requireOptions } from './require-options.ts';
import { requireModulus, rsaEncrypt } from './rsa-padding.ts';
import { dataKeyUnavailable, firstDataKey } from './unwrap-attempts.ts';

const NAME = 'KmsRsaKeyring';
const PROVIDER_ID = 'aws-kms-rsa';
const DIGEST_LENGTH = 48;

const paddings = { RSAES_OAEP_SHA_1: 'oaep-sha1', RSAES_OAEP_SHA_256: 'oaep-sha256' } as const;

/** What the keyring calls: `getPublicKey` only where no `publicKey` is given. */
export type KmsRsaClient = Pick<KmsClient, 'decrypt'> & Partial<Pick<KmsClient, 'getPublicKey'>>;

/** Options of `KmsRsaKeyring`. */
export type KmsRsaKeyringOptions = {
  readonly kms: KmsClientSource<KmsRsaClient>;
  /** ARN of an RSA key for encryption; no alias. */
  readonly keyId: string;
  /** Its public key; absent: asked for once, by GetPublicKey. */
  readonly publicKey?: AsymmetricKeyInput | undefined;
  readonly encryptionAlgorithm: 'RSAES_OAEP_SHA_1' | 'RSAES_OAEP_SHA_256';
  readonly grantTokens?: readonly string[] | undefined;
};

/**
 * Wraps data keys by RSA-OAEP without asking KMS, and unwraps them by one call to KMS.
 *
 *   provider info: key ARN
 *   ciphertext:    RSA-OAEP(SHA-384 of the encoded encryption context (48 B) ‖ data key)
 *
 * The context is bound by that digest: whoever has the public key can encrypt, so it authenticates nobody. Suites with
 * a signature are refused on both sides. Any replica of a multi-Region key decrypts for the others.
 *
 * @see AWS Encryption SDK specification, framework/aws-kms/aws-kms-rsa-keyring.md
 */
export class KmsRsaKeyring implements Keyring {
  readonly #clientFor: KmsClientFinder<KmsRsaClient>;
  readonly #arn: KmsArn;
  readonly #keyId: string;
  readonly #publicKey: { get(request: KeyringEncryptRequest): Promise<KeyObject> };
  readonly #algorithm: KmsRsaKeyringOptions['encryptionAlgorithm'];
  readonly #grantTokens: readonly string[] | undefined;

  /**
   * @throws TypeError for an unknown option or algorithm, an id that is no key ARN, a bad key or `kms`. RangeError below
   *   2,048 bits.
   */
  constructor(options: KmsRsaKeyringOptions) {
    const known = { kms: true, keyId: true, publicKey: true, encryptionAlgorithm: true, grantTokens: true } as const;
    requireOptions(options, known, NAME);
    const { kms, keyId, publicKey, encryptionAlgorithm, grantTokens } = options;
    this.#clientFor = clientFinder(kms, publicKey === undefined ? ['decrypt', 'getPublicKey'] : ['decrypt']);
    this.#arn = requireKeyArn(keyId, 'keyId');
    this.#keyId = formatKmsArn(this.#arn);
    if (!Object.hasOwn(paddings, encryptionAlgorithm)) {
      throw new TypeError(`encryptionAlgorithm must be ${Object.keys(paddings).join(' or ')}`);
    }
    this.#algorithm = encryptionAlgorithm;
    this.#grantTokens = copyGrantTokens(grantTokens);
    this.#publicKey = this.#publicKeySource(publicKey);
    makeInspectable(this, () => ({ keyId: this.#keyId, encryptionAlgorithm }));
  }

  /** @throws TypeError for a suite with a signature. */
  async onEncrypt(request: KeyringEncryptRequest): Promise<KeyringEncryptResult> {
    const { algorithmSuite } = request;
    if (algorithmSuite.signature !== undefined) {
      throw new TypeError('KmsRsaKeyring takes no suite with a signature: pass algorithmSuite: 0x0478');
    }
    if (request.dataKey !== undefined) requireSuiteLength(request.dataKey, algorithmSuite);
    const publicKey = await this.#getPublicKey(request);
    // First, since it throws for a context that is too long, and no data key is there to be wiped yet.
    const digest = contextDigest(request.encryptionContext);
    const dataKey = request.dataKey ?? engine.randomBytes(algorithmSuite.dataKeyLength);
    const plaintext = concatenate([digest, dataKey]);
    const ciphertext = rsaEncrypt(publicKey, paddings[this.#algorithm], plaintext);
    plaintext.fill(0);
    const providerInfo = new TextEncoder().encode(this.#keyId);
    return { dataKey, encryptedDataKeys: [{ providerId: PROVIDER_ID, providerInfo, ciphertext }] };
  }

  async onDecrypt(request: KeyringDecryptRequest): Promise<Uint8Array | undefined> {
    const entries = kmsEncryptedDataKeys(NAME, request.encryptedDataKeys, PROVIDER_ID);
    const candidates = entries
      .filter(({ arn }) => matchesMultiRegionKey(this.#arn, arn))
      .map(({ keyArn, ciphertext }) => ({ key: keyArn, unwrap: () => this.#unwrap(ciphertext, request) }));
    return firstDataKey(NAME, candidates, request.signal);
  }

  async #unwrap(ciphertext: Uint8Array, request: KeyringDecryptRequest): Promise<Uint8Array> {
    if (request.algorithmSuite.signature !== undefined) {
      throw new UnsupportedMessageError('a message of a suite with a signature has no data key of KmsRsaKeyring');
    }
    const grants = this.#grantTokens === undefined ? {} : { GrantTokens: [...this.#grantTokens] };
    const input = { KeyId: this.#keyId, CiphertextBlob: ciphertext, EncryptionAlgorithm: this.#algorithm, ...grants };
    const kms = this.#clientFor(this.#keyId, 'Decrypt');
    const answer = await callKms('Decrypt', this.#keyId, request, (options) => kms.decrypt(input, options));
    const length = DIGEST_LENGTH + request.algorithmSuite.dataKeyLength;
    const plaintext = takePlaintext(answer.Plaintext, length, 'Decrypt', this.#keyId);
    try {
      if (answer.KeyId !== this.#keyId) {
        throw new KmsError('unexpectedAnswer', 'Decrypt', this.#keyId, 'KMS used another key');
      }
      const expected = contextDigest(request.encryptionContext);
      if (!engine.timingSafeEqual(plaintext.subarray(0, DIGEST_LENGTH), expected)) throw new DecryptionFailedError();
      return plaintext.slice(DIGEST_LENGTH);
    } finally {
      plaintext.fill(0);
    }
  }

  async #getPublicKey(request: KeyringEncryptRequest): Promise<KeyObject> {
    try {
      return await this.#publicKey.get(request);
    } catch (cause) {
      request.signal?.throwIfAborted();
      const attempt: DataKeyAttempt = { keyring: NAME, key: this.#keyId, cause };
      throw dataKeyUnavailable('wrap', [attempt]);
    }
  }

  #publicKeySource(given: AsymmetricKeyInput | undefined): { get(request: KeyringEncryptRequest): Promise<KeyObject> } {
    const read = (input: AsymmetricKeyInput) => requireModulus(importPublicKey(input, 'rsa', 'publicKey'), 'publicKey');
    if (given !== undefined) {
      const key = read(given);
      return { get: async () => key };
    }
    return new KmsPublicKey({
      keyId: this.#keyId,
      keyUsage: 'ENCRYPT_DECRYPT',
      grantTokens: this.#grantTokens,
      clientFor: this.#clientFor as KmsClientFinder<Pick<KmsClient, 'getPublicKey'>>,
      read,
    });
  }
}

function contextDigest(context: EncryptionContext): Uint8Array {
  return engine.digest('sha384', [encodeEncryptionContext(context)]);
}
