// Data keys wrapped under a secret that KMS agrees on: the private key never leaves KMS.

import type { Keyring, KeyringDecryptRequest, KeyringEncryptRequest, KeyringEncryptResult } from '@waxseal/core';
import { makeInspectable, requireObject } from '@waxseal/core/crypto';
import { type AsymmetricKeyInput, importPublicKey } from './asymmetric-key.ts';
import { decryptFromOther, type EcdhExchange, type EcdhRequest, encryptForOther, isEcdh } from './ecdh-exchange.ts';
import { type EcPublicKey, spkiDer, toEcPublicKey } from './elliptic-curve.ts';
import type { KmsClient } from './kms-client.ts';
import { clientFinder, type KmsClientFinder, type KmsClientSource } from './kms-client-finder.ts';
import { callKms, takePlaintext } from './kms-data-keys.ts';
import { isKmsError, KmsError } from './kms-error.ts';
import { formatKmsArn, requireKeyArn } from './kms-key-arn.ts';
import { KmsPublicKey } from './kms-public-key.ts';
import { copyGrantTokens, requireOptions } from './require-options.ts';
import { dataKeyUnavailable } from './unwrap-attempts.ts';

const NAME = 'KmsEcdhKeyring';

/** What the keyring calls: `getPublicKey` only where its own public key is not given. */
export type KmsEcdhClient = Pick<KmsClient, 'deriveSharedSecret'> & Partial<Pick<KmsClient, 'getPublicKey'>>;

type SharedOptions = {
  readonly kms: KmsClientSource<KmsEcdhClient>;
  readonly grantTokens?: readonly string[] | undefined;
};

/** Options of `KmsEcdhKeyring`: KMS keys are given by ARN, and made for key agreement on P-256, P-384 or P-521. */
export type KmsEcdhKeyringOptions = SharedOptions &
  (
    | {
        /** Between a KMS key and one known public key: encrypts, and decrypts what either of them sent to the other. */
        readonly schema: 'static';
        readonly senderKeyId: string;
        /** Absent: asked for once, by GetPublicKey. */
        readonly senderPublicKey?: AsymmetricKeyInput | undefined;
        readonly recipientPublicKey: AsymmetricKeyInput;
      }
    | {
        /** Decrypts what anybody sent to the KMS key. */
        readonly schema: 'discovery';
        readonly recipientKeyId: string;
        /** Absent: asked for once, by GetPublicKey. */
        readonly recipientPublicKey?: AsymmetricKeyInput | undefined;
      }
  );

/**
 * Wraps data keys by AES-256-GCM under a key from ECDH, one DeriveSharedSecret for each data key.
 *
 * The encryption context and both public keys are bound. Opens `aws-kms-ecdh` and `raw-ecdh` data keys alike.
 *
 * @see AWS Encryption SDK specification, framework/aws-kms/aws-kms-ecdh-keyring.md
 */
export class KmsEcdhKeyring implements Keyring {
  readonly #clientFor: KmsClientFinder<KmsEcdhClient>;
  readonly #keyId: string;
  readonly #grantTokens: readonly string[] | undefined;
  readonly #own: { get(request: EcdhRequest): Promise<EcPublicKey> };
  /** The one other end; undefined for `discovery`. */
  readonly #other: EcPublicKey | undefined;

  /**
   * @throws TypeError for an unknown schema or option, an id that is no key ARN, a bad key, keys on two curves, or an
   *   unfit `kms`.
   */
  constructor(options: KmsEcdhKeyringOptions) {
    checkOptions(options);
    const { schema, kms, grantTokens } = options;
    const isStatic = schema === 'static';
    const ownPublicKey = isStatic ? options.senderPublicKey : options.recipientPublicKey;
    this.#clientFor = clientFinder(kms, [
      'deriveSharedSecret',
      ...(ownPublicKey === undefined ? (['getPublicKey'] as const) : []),
    ]);
    const keyArn = isStatic
      ? requireKeyArn(options.senderKeyId, 'senderKeyId')
      : requireKeyArn(options.recipientKeyId, 'recipientKeyId');
    this.#keyId = formatKmsArn(keyArn);
    this.#grantTokens = copyGrantTokens(grantTokens);
    this.#other = isStatic ? readPublicKey(options.recipientPublicKey, 'recipientPublicKey') : undefined;
    this.#own = this.#ownKey(ownPublicKey);
    makeInspectable(this, () => ({ schema, keyId: this.#keyId, curve: this.#other?.curve.name }));
  }

  /** @throws TypeError for `discovery`. */
  async onEncrypt(request: KeyringEncryptRequest): Promise<KeyringEncryptResult> {
    const other = this.#other;
    if (other === undefined) throw new TypeError("KmsEcdhKeyring with schema 'discovery' only decrypts");
    try {
      return await encryptForOther({ ...(await this.#exchange(request)), other }, 'aws-kms-ecdh', request);
    } catch (cause) {
      request.signal?.throwIfAborted();
      if (!isKmsError(cause)) throw cause;
      throw dataKeyUnavailable('wrap', [{ keyring: NAME, key: this.#keyId, cause }]);
    }
  }

  async onDecrypt(request: KeyringDecryptRequest): Promise<Uint8Array | undefined> {
    if (!request.encryptedDataKeys.some(isEcdh)) return undefined;
    try {
      return await decryptFromOther(await this.#exchange(request), request);
    } catch (cause) {
      request.signal?.throwIfAborted();
      if (!isKmsError(cause)) throw cause;
      throw dataKeyUnavailable('unwrap', [{ keyring: NAME, key: this.#keyId, cause }]);
    }
  }

  async #exchange(request: EcdhRequest): Promise<EcdhExchange> {
    const own = await this.#own.get(request);
    return { keyring: NAME, key: this.#keyId, own, other: this.#other, agree: (...args) => this.#agree(...args) };
  }

  async #agree(other: EcPublicKey, request: EcdhRequest): Promise<Uint8Array> {
    const keyId = this.#keyId;
    const kms = this.#clientFor(keyId, 'DeriveSharedSecret');
    const grants = this.#grantTokens === undefined ? {} : { GrantTokens: [...this.#grantTokens] };
    const input = { KeyId: keyId, KeyAgreementAlgorithm: 'ECDH' as const, PublicKey: spkiDer(other), ...grants };
    const answer = await callKms('DeriveSharedSecret', keyId, request, (options) =>
      kms.deriveSharedSecret(input, options),
    );
    const { coordinateLength } = other.curve;
    const secret = takePlaintext(answer.SharedSecret, coordinateLength, 'DeriveSharedSecret', keyId);
    if (answer.KeyId === keyId) return secret;
    secret.fill(0);
    throw new KmsError('unexpectedAnswer', 'DeriveSharedSecret', keyId, 'KMS used another key');
  }

  #ownKey(given: AsymmetricKeyInput | undefined): { get(request: EcdhRequest): Promise<EcPublicKey> } {
    const read = (input: AsymmetricKeyInput) => requireSameCurve(readPublicKey(input, 'public key'), this.#other);
    if (given !== undefined) {
      const key = read(given);
      return { get: async () => key };
    }
    return new KmsPublicKey({
      keyId: this.#keyId,
      keyUsage: 'KEY_AGREEMENT',
      grantTokens: this.#grantTokens,
      clientFor: this.#clientFor as KmsClientFinder<Pick<KmsClient, 'getPublicKey'>>,
      read: (der, keySpec) => requireKeySpec(read(der), keySpec),
    });
  }
}

function checkOptions(options: KmsEcdhKeyringOptions): void {
  requireObject(options, '{ schema, kms, … }', NAME);
  const shared = { schema: true, kms: true, grantTokens: true, recipientPublicKey: true } as const;
  if (options.schema === 'static') {
    requireOptions(options, { ...shared, senderKeyId: true, senderPublicKey: true }, `${NAME}, schema 'static'`);
  } else if (options.schema === 'discovery') {
    requireOptions(options, { ...shared, recipientKeyId: true }, `${NAME}, schema 'discovery'`);
  } else {
    throw new TypeError('schema must be static or discovery');
  }
}

function readPublicKey(input: AsymmetricKeyInput, field: string): EcPublicKey {
  return toEcPublicKey(importPublicKey(input, 'ec', field), field);
}

function requireSameCurve(own: EcPublicKey, other: EcPublicKey | undefined): EcPublicKey {
  if (other === undefined || other.curve === own.curve) return own;
  throw new TypeError(`the key in KMS is on ${own.curve.name}, the other key on ${other.curve.name}`);
}

function requireKeySpec(key: EcPublicKey, keySpec: string | undefined): EcPublicKey {
  if (keySpec === key.curve.kmsKeySpec) return key;
  throw new TypeError(`the key spec is not ${key.curve.kmsKeySpec}`);
}
