// Data keys wrapped under a secret that two EC key pairs agree on, with the private key in hand.

import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { Keyring, KeyringDecryptRequest, KeyringEncryptRequest, KeyringEncryptResult } from '@waxseal/core';
import { makeInspectable, requireObject } from '@waxseal/core/crypto';
import { type AsymmetricKeyInput, importPrivateKey, importPublicKey } from './asymmetric-key.ts';
import { decryptFromOther, type EcdhExchange, encryptForOther } from './ecdh-exchange.ts';
import { type EcPublicKey, sharedSecret, toEcPublicKey } from './elliptic-curve.ts';
import { requireOptions } from './require-options.ts';

const NAME = 'RawEcdhKeyring';

/** Options of `RawEcdhKeyring`: who holds which key. All keys are on one of P-256, P-384 and P-521. */
export type RawEcdhKeyringOptions =
  | {
      /** Between two known key pairs: encrypts, and decrypts what either of them sent to the other. */
      readonly schema: 'static';
      readonly senderPrivateKey: AsymmetricKeyInput;
      readonly recipientPublicKey: AsymmetricKeyInput;
    }
  | {
      /** A new sender's key pair for every data key, forgotten at once: encrypts alone. */
      readonly schema: 'ephemeral';
      readonly recipientPublicKey: AsymmetricKeyInput;
    }
  | {
      /** Decrypts what anybody sent to this key pair. */
      readonly schema: 'discovery';
      readonly recipientPrivateKey: AsymmetricKeyInput;
    };

/**
 * Wraps data keys by AES-256-GCM under a key from ECDH, with a commitment to that key.
 *
 * The encryption context and both public keys are bound. Opens `raw-ecdh` and `aws-kms-ecdh` data keys alike.
 *
 * @see AWS Encryption SDK specification, framework/raw-ecdh-keyring.md
 */
export class RawEcdhKeyring implements Keyring {
  /** What decrypts; undefined for `ephemeral`. */
  readonly #exchange: EcdhExchange | undefined;
  /** Whom to encrypt for; undefined for `discovery`. */
  readonly #recipient: EcPublicKey | undefined;

  /** @throws TypeError for an unknown schema or option, a bad key, or keys on different curves. */
  constructor(options: RawEcdhKeyringOptions) {
    checkOptions(options);
    const { schema } = options;
    this.#recipient = schema === 'discovery' ? undefined : readPublicKey(options.recipientPublicKey);
    if (schema === 'static') {
      this.#exchange = toExchange(options.senderPrivateKey, 'senderPrivateKey', this.#recipient);
    } else if (schema === 'discovery') {
      this.#exchange = toExchange(options.recipientPrivateKey, 'recipientPrivateKey', undefined);
    }
    const { curve } = this.#recipient ?? this.#exchange?.own ?? {};
    makeInspectable(this, () => ({ schema, curve: curve?.name }));
  }

  /** @throws TypeError for `discovery`. */
  async onEncrypt(request: KeyringEncryptRequest): Promise<KeyringEncryptResult> {
    const other = this.#recipient;
    if (other === undefined) throw new TypeError("RawEcdhKeyring with schema 'discovery' only decrypts");
    const exchange = this.#exchange ?? ephemeralExchange(other);
    return encryptForOther({ ...exchange, other }, 'raw-ecdh', request);
  }

  async onDecrypt(request: KeyringDecryptRequest): Promise<Uint8Array | undefined> {
    return this.#exchange === undefined ? undefined : decryptFromOther(this.#exchange, request);
  }
}

function checkOptions(options: RawEcdhKeyringOptions): void {
  requireObject(options, '{ schema, … }', NAME);
  const what = `${NAME}, schema '${options.schema}'`;
  if (options.schema === 'static') {
    requireOptions(options, { schema: true, senderPrivateKey: true, recipientPublicKey: true }, what);
  } else if (options.schema === 'ephemeral') {
    requireOptions(options, { schema: true, recipientPublicKey: true }, what);
  } else if (options.schema === 'discovery') {
    requireOptions(options, { schema: true, recipientPrivateKey: true }, what);
  } else {
    throw new TypeError('schema must be static, ephemeral or discovery');
  }
}

function readPublicKey(input: AsymmetricKeyInput): EcPublicKey {
  return toEcPublicKey(importPublicKey(input, 'ec', 'recipientPublicKey'), 'recipientPublicKey');
}

function toExchange(input: AsymmetricKeyInput, field: string, other: EcPublicKey | undefined): EcdhExchange {
  const privateKey = importPrivateKey(input, 'ec', field);
  const own = toEcPublicKey(createPublicKey(privateKey), field);
  if (other !== undefined && other.curve !== own.curve) {
    throw new TypeError(`${field} is on ${own.curve.name}, the other key on ${other.curve.name}`);
  }
  const key = `raw-ecdh/${own.curve.name}`;
  return { keyring: NAME, key, own, other, agree: ({ key: publicKey }) => sharedSecret(privateKey, publicKey) };
}

function ephemeralExchange(other: EcPublicKey): EcdhExchange {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: other.curve.openssl });
  const own = toEcPublicKey(publicKey, 'ephemeral key');
  const key = `raw-ecdh/${own.curve.name}`;
  return { keyring: NAME, key, own, other, agree: ({ key: recipient }) => sharedSecret(privateKey, recipient) };
}
