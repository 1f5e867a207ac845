// Data keys encrypted under an RSA key pair in hand.

import type { KeyObject } from 'node:crypto';
import {
  DecryptionFailedError,
  type Keyring,
  type KeyringDecryptRequest,
  type KeyringEncryptRequest,
  type KeyringEncryptResult,
} from '@waxseal/core';
import { engine, makeInspectable } from '@waxseal/core/crypto';
import { type AsymmetricKeyInput, importPrivateKey, importPublicKey, isKeyPair } from './asymmetric-key.ts';
import { isSameBytes } from './byte-strings.ts';
import { requireSuiteLength } from './data-key-length.ts';
import { type RawKeyName, requireRawKeyName } from './raw-key-name.ts';
import { requireOptions } from './require-options.ts';
import {
  type RsaDecryptor,
  type RsaPadding,
  requireModulus,
  requireRsaPadding,
  rsaDecryptor,
  rsaEncrypt,
} from './rsa-padding.ts';
import { firstDataKey } from './unwrap-attempts.ts';

const NAME = 'RawRsaKeyring';

/** Options of `RawRsaKeyring`: at least one of the keys. */
export type RawRsaKeyringOptions = {
  /** Provider id of the encrypted data keys; may not start with `aws-kms`. */
  readonly namespace: string;
  readonly name: string;
  /** To encrypt; never derived from the private key. At least 2,048 bits. */
  readonly publicKey?: AsymmetricKeyInput | undefined;
  /** To decrypt. */
  readonly privateKey?: AsymmetricKeyInput | undefined;
  readonly padding: RsaPadding;
};

/**
 * Wraps data keys by RSA.
 *
 *   provider info: name
 *   ciphertext:    RSA(data key), the length of the modulus
 *
 * RSA binds no encryption context to the data key: the context is authenticated with the message's header alone. With
 * `pkcs1` a wrong private key is noticed only there too, since telling would be an oracle (see `docs/keyrings.md`).
 *
 * @see AWS Encryption SDK specification, framework/raw-rsa-keyring.md
 */
export class RawRsaKeyring implements Keyring {
  readonly #key: RawKeyName;
  readonly #padding: RsaPadding;
  readonly #publicKey: KeyObject | undefined;
  readonly #decrypt: RsaDecryptor | undefined;

  /**
   * @throws TypeError for an unknown option, a bad name, padding or key, keys that are no pair, or none. RangeError below
   *   2,048 bits.
   */
  constructor(options: RawRsaKeyringOptions) {
    requireOptions(options, { namespace: true, name: true, publicKey: true, privateKey: true, padding: true }, NAME);
    const { namespace, name, publicKey, privateKey, padding } = options;
    this.#key = requireRawKeyName(namespace, name);
    this.#padding = requireRsaPadding(padding);
    if (publicKey === undefined && privateKey === undefined) {
      throw new TypeError('RawRsaKeyring needs publicKey to encrypt, privateKey to decrypt, or both');
    }
    const open = publicKey === undefined ? undefined : importPublicKey(publicKey, 'rsa', 'publicKey');
    const secret = privateKey === undefined ? undefined : importPrivateKey(privateKey, 'rsa', 'privateKey');
    if (open !== undefined && secret !== undefined && !isKeyPair(secret, open)) {
      throw new TypeError('publicKey does not belong to privateKey: what is encrypted could not be decrypted');
    }
    this.#publicKey = open === undefined ? undefined : requireModulus(open, 'publicKey');
    this.#decrypt = secret === undefined ? undefined : rsaDecryptor(requireModulus(secret, 'privateKey'), padding);
    const uses = { encrypts: open !== undefined, decrypts: secret !== undefined };
    makeInspectable(this, () => ({ namespace, name, padding, ...uses }));
  }

  /** @throws TypeError without a public key. */
  async onEncrypt(request: KeyringEncryptRequest): Promise<KeyringEncryptResult> {
    request.signal?.throwIfAborted();
    if (this.#publicKey === undefined) throw new TypeError('RawRsaKeyring needs publicKey to encrypt');
    if (request.dataKey !== undefined) requireSuiteLength(request.dataKey, request.algorithmSuite);
    const dataKey = request.dataKey ?? engine.randomBytes(request.algorithmSuite.dataKeyLength);
    const encryptedDataKey = {
      providerId: this.#key.namespace,
      providerInfo: Uint8Array.from(this.#key.nameBytes),
      ciphertext: rsaEncrypt(this.#publicKey, this.#padding, dataKey),
    };
    return { dataKey, encryptedDataKeys: [encryptedDataKey] };
  }

  async onDecrypt(request: KeyringDecryptRequest): Promise<Uint8Array | undefined> {
    const decrypt = this.#decrypt;
    if (decrypt === undefined) return undefined;
    const { namespace, nameBytes, label } = this.#key;
    const candidates = request.encryptedDataKeys
      .filter(({ providerId, providerInfo }) => providerId === namespace && isSameBytes(providerInfo, nameBytes))
      .map(({ ciphertext }) => ({ key: label, unwrap: () => unwrap(decrypt, ciphertext, request) }));
    return firstDataKey(NAME, candidates, request.signal);
  }
}

function unwrap(decrypt: RsaDecryptor, ciphertext: Uint8Array, request: KeyringDecryptRequest): Uint8Array {
  const dataKey = decrypt(ciphertext, request.algorithmSuite.dataKeyLength);
  if (dataKey === undefined) throw new DecryptionFailedError();
  return dataKey;
}
