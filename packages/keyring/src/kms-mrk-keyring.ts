// One KMS key, which may be a multi-Region key: any replica encrypts and decrypts for the others.

import type {
  DataKeyAttempt,
  Keyring,
  KeyringDecryptRequest,
  KeyringEncryptRequest,
  KeyringEncryptResult,
} from '@waxseal/core';
import { makeInspectable } from '@waxseal/core/crypto';
import { requireSuiteLength } from './data-key-length.ts';
import { clientFinder, type KmsClientFinder, type KmsClientSource } from './kms-client-finder.ts';
import { generateDataKey, unwrapDataKey, wrapDataKey } from './kms-data-keys.ts';
import { kmsEncryptedDataKeys, refuseAliasesAlone } from './kms-encrypted-data-key.ts';
import { isKmsError } from './kms-error.ts';
import {
  formatKmsArn,
  isMultiRegionKey,
  type KmsArn,
  matchesMultiRegionKey,
  parseKmsKeyArn,
  requireKeyIdentifier,
} from './kms-key-arn.ts';
import type { KmsDataKeyClient } from './kms-keyring.ts';
import { requireRegion } from './region-name.ts';
import { copyGrantTokens, requireArray, requireOptions } from './require-options.ts';
import { dataKeyUnavailable, firstDataKey } from './unwrap-attempts.ts';

const NAME = 'KmsMrkKeyring';

/** Options of `KmsMrkKeyring`. */
export type KmsMrkKeyringOptions = {
  readonly kms: KmsClientSource<KmsDataKeyClient>;
  /** The ARN of the replica to call, or of a key of one Region; an alias or a bare id can only encrypt. */
  readonly keyId: string;
  /** Regions of further replicas, to be tried in this order while the Region of `keyId` can't answer. */
  readonly regions?: readonly string[] | undefined;
  readonly grantTokens?: readonly string[] | undefined;
};

/**
 * Wraps data keys under one KMS key, and opens what any replica of it wrapped.
 *
 * With `regions` it goes on to the next replica when a call fails by a transient fault (unreachable, throttled, internal
 * error), never when a key was denied, disabled or not found: to forbid one replica is to forbid. Each answer must name
 * the replica that was called.
 *
 * @see AWS Encryption SDK specification, framework/aws-kms/aws-kms-mrk-keyring.md
 */
export class KmsMrkKeyring implements Keyring {
  readonly #clientFor: KmsClientFinder<KmsDataKeyClient>;
  /** The configured key first, then its replicas in the order of `regions`. */
  readonly #keyIds: readonly [string, ...string[]];
  readonly #arn: KmsArn | undefined;
  readonly #grantTokens: readonly string[] | undefined;

  /**
   * @throws TypeError for an unknown option, a malformed id, `regions` without a multi-Region key ARN, or an unfit `kms`.
   */
  constructor(options: KmsMrkKeyringOptions) {
    requireOptions(options, { kms: true, keyId: true, regions: true, grantTokens: true }, NAME);
    const { kms, keyId, regions = [], grantTokens } = options;
    this.#clientFor = clientFinder(kms, ['generateDataKey', 'encrypt', 'decrypt']);
    this.#arn = parseKmsKeyArn(requireKeyIdentifier(keyId, 'keyId'));
    this.#keyIds = [keyId, ...replicas(this.#arn, requireArray(regions, 'regions'))];
    this.#grantTokens = copyGrantTokens(grantTokens);
    makeInspectable(this, () => ({ keyId, replicas: this.#keyIds.slice(1) }));
  }

  async onEncrypt(request: KeyringEncryptRequest): Promise<KeyringEncryptResult> {
    const { dataKey } = request;
    if (dataKey === undefined) {
      const made = await this.#inEachRegion('wrap', request.signal, (keyId) => {
        return generateDataKey(this.#clientFor(keyId, 'GenerateDataKey'), this.#call(keyId), request);
      });
      return { dataKey: made.dataKey, encryptedDataKeys: [made.encryptedDataKey] };
    }
    requireSuiteLength(dataKey, request.algorithmSuite);
    const wrapped = await this.#inEachRegion('wrap', request.signal, (keyId) => {
      return wrapDataKey(this.#clientFor(keyId, 'Encrypt'), this.#call(keyId), dataKey, request);
    });
    return { dataKey, encryptedDataKeys: [wrapped] };
  }

  async onDecrypt(request: KeyringDecryptRequest): Promise<Uint8Array | undefined> {
    const entries = kmsEncryptedDataKeys(NAME, request.encryptedDataKeys);
    if (entries.length > 0) refuseAliasesAlone(NAME, [this.#keyIds[0]]);
    const own = this.#arn;
    const matching = entries.filter(({ arn }) => own !== undefined && matchesMultiRegionKey(own, arn));
    const candidates = matching.map(({ keyArn, ciphertext }) => ({
      key: keyArn,
      unwrap: () =>
        this.#inEachRegion('unwrap', request.signal, (keyId) => {
          return unwrapDataKey(this.#clientFor(keyId, 'Decrypt'), this.#call(keyId), ciphertext, request);
        }),
    }));
    return firstDataKey(NAME, candidates, request.signal);
  }

  #call(keyId: string) {
    return { keyId, grantTokens: this.#grantTokens };
  }

  async #inEachRegion<Answer>(
    verb: 'wrap' | 'unwrap',
    signal: AbortSignal | undefined,
    send: (keyId: string) => Promise<Answer>,
  ): Promise<Answer> {
    const attempts: DataKeyAttempt[] = [];
    for (const key of this.#keyIds) {
      try {
        return await send(key);
      } catch (cause) {
        signal?.throwIfAborted();
        attempts.push({ keyring: NAME, key, cause });
        if (!isKmsError(cause) || cause.category !== 'transient') break;
      }
    }
    throw dataKeyUnavailable(verb, attempts);
  }
}

function replicas(arn: KmsArn | undefined, regions: readonly string[]): readonly string[] {
  if (regions.length === 0) return [];
  if (arn === undefined || !isMultiRegionKey(arn)) {
    throw new TypeError('regions needs a keyId that is the ARN of a multi-Region key: …:key/mrk-…');
  }
  const others = new Set(regions.map((region) => requireRegion(region, 'regions')));
  others.delete(arn.region);
  return [...others].map((region) => formatKmsArn({ ...arn, region }));
}
