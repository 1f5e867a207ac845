// The strict KMS keyring: data keys under one or several symmetric KMS keys, named by the caller.

import type {
  EncryptedDataKey,
  Keyring,
  KeyringDecryptRequest,
  KeyringEncryptRequest,
  KeyringEncryptResult,
} from '@waxseal/core';
import { makeInspectable } from '@waxseal/core/crypto';
import { requireSuiteLength } from './data-key-length.ts';
import type { KmsClient } from './kms-client.ts';
import { clientFinder, type KmsClientFinder, type KmsClientSource } from './kms-client-finder.ts';
import { generateDataKey, unwrapDataKey, wrapDataKey } from './kms-data-keys.ts';
import { kmsEncryptedDataKeys, refuseAliasesAlone } from './kms-encrypted-data-key.ts';
import { requireKeyIdentifier } from './kms-key-arn.ts';
import { copyGrantTokens, requireArray, requireOptions } from './require-options.ts';
import { attemptsOf, dataKeyUnavailable, firstDataKey } from './unwrap-attempts.ts';

const NAME = 'KmsKeyring';

/** The KMS calls that the symmetric keyrings make. */
export type KmsDataKeyClient = Pick<KmsClient, 'generateDataKey' | 'encrypt' | 'decrypt'>;

/** Options of `KmsKeyring`: at least one of `generatorKeyId` and `keyIds`. */
export type KmsKeyringOptions = {
  /** One client for all keys, or a supplier of one for each Region. */
  readonly kms: KmsClientSource<KmsDataKeyClient>;
  /** The key that makes data keys: an ARN, an alias or a key id; only a key ARN can also decrypt. */
  readonly generatorKeyId?: string | undefined;
  /** Further keys, each of which can open the message on its own. */
  readonly keyIds?: readonly string[] | undefined;
  readonly grantTokens?: readonly string[] | undefined;
};

/**
 * Wraps data keys under KMS keys that the caller names, and opens only what was wrapped under one of them.
 *
 * Encrypting costs one GenerateDataKey and, in parallel, one Encrypt for each further key; if one fails, all fails.
 * Decrypting sends the configured ARN as KeyId, and compares it with the answer's.
 *
 * @see AWS Encryption SDK specification, framework/aws-kms/aws-kms-keyring.md
 */
export class KmsKeyring implements Keyring {
  readonly #clientFor: KmsClientFinder<KmsDataKeyClient>;
  readonly #generatorKeyId: string | undefined;
  readonly #keyIds: readonly string[];
  readonly #grantTokens: readonly string[] | undefined;

  /** @throws TypeError for an unknown option, a malformed key id, a key given twice, no key at all, or an unfit `kms`. */
  constructor(options: KmsKeyringOptions) {
    requireOptions(options, { kms: true, generatorKeyId: true, keyIds: true, grantTokens: true }, NAME);
    const { kms, generatorKeyId, keyIds = [], grantTokens } = options;
    this.#clientFor = clientFinder(kms, ['generateDataKey', 'encrypt', 'decrypt']);
    this.#generatorKeyId =
      generatorKeyId === undefined ? undefined : requireKeyIdentifier(generatorKeyId, 'generatorKeyId');
    this.#keyIds = requireArray(keyIds, 'keyIds').map((keyId) => requireKeyIdentifier(keyId, 'keyIds'));
    this.#grantTokens = copyGrantTokens(grantTokens);
    if (this.#allKeyIds.length === 0) throw new TypeError('KmsKeyring needs generatorKeyId, keyIds or both');
    if (new Set(this.#allKeyIds).size < this.#allKeyIds.length) throw new TypeError('KmsKeyring was given a key twice');
    makeInspectable(this, () => ({ generatorKeyId: this.#generatorKeyId, keyIds: this.#keyIds }));
  }

  async onEncrypt(request: KeyringEncryptRequest): Promise<KeyringEncryptResult> {
    if (request.dataKey !== undefined) {
      requireSuiteLength(request.dataKey, request.algorithmSuite);
      return {
        dataKey: request.dataKey,
        encryptedDataKeys: await this.#wrapAll(this.#allKeyIds, request.dataKey, request),
      };
    }
    if (this.#generatorKeyId === undefined) {
      throw new TypeError(
        'KmsKeyring without generatorKeyId can only wrap: give it one, or a generator in a MultiKeyring',
      );
    }
    const { dataKey, encryptedDataKey } = await this.#generate(this.#generatorKeyId, request);
    try {
      return {
        dataKey,
        encryptedDataKeys: [encryptedDataKey, ...(await this.#wrapAll(this.#keyIds, dataKey, request))],
      };
    } catch (error) {
      dataKey.fill(0);
      throw error;
    }
  }

  async onDecrypt(request: KeyringDecryptRequest): Promise<Uint8Array | undefined> {
    const entries = kmsEncryptedDataKeys(NAME, request.encryptedDataKeys);
    const matching = entries.filter(({ keyArn }) => this.#allKeyIds.includes(keyArn));
    if (matching.length === 0 && entries.length > 0) refuseAliasesAlone(NAME, this.#allKeyIds);
    const candidates = matching.map(({ keyArn, ciphertext }) => ({
      key: keyArn,
      unwrap: () => {
        const call = { keyId: keyArn, grantTokens: this.#grantTokens };
        return unwrapDataKey(this.#clientFor(keyArn, 'Decrypt'), call, ciphertext, request);
      },
    }));
    return firstDataKey(NAME, candidates, request.signal);
  }

  get #allKeyIds(): readonly string[] {
    return this.#generatorKeyId === undefined ? this.#keyIds : [this.#generatorKeyId, ...this.#keyIds];
  }

  async #generate(keyId: string, request: KeyringEncryptRequest) {
    try {
      const call = { keyId, grantTokens: this.#grantTokens };
      return await generateDataKey(this.#clientFor(keyId, 'GenerateDataKey'), call, request);
    } catch (cause) {
      request.signal?.throwIfAborted();
      throw dataKeyUnavailable('wrap', [{ keyring: NAME, key: keyId, cause }]);
    }
  }

  async #wrapAll(keyIds: readonly string[], dataKey: Uint8Array, request: KeyringEncryptRequest) {
    const wraps = keyIds.map(async (keyId): Promise<EncryptedDataKey> => {
      const call = { keyId, grantTokens: this.#grantTokens };
      return wrapDataKey(this.#clientFor(keyId, 'Encrypt'), call, dataKey, request);
    });
    // All are awaited even when one fails: the data key is wiped by then and must not be in use.
    const outcomes = await Promise.allSettled(wraps);
    request.signal?.throwIfAborted();
    const attempts = outcomes.flatMap((outcome, index) =>
      outcome.status === 'rejected' ? attemptsOf(outcome.reason, NAME, keyIds[index] ?? '') : [],
    );
    if (attempts.length > 0) throw dataKeyUnavailable('wrap', attempts);
    return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  }
}
