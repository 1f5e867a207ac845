// RSA and EC keys of a KMS in a few lines, for tests that need to bend its answers.

import { constants, createPublicKey, diffieHellman, privateDecrypt } from 'node:crypto';
import type { KmsClient, KmsRequestOptions } from '@waxseal/keyring';
import type { Pair } from './key-pairs.ts';
import { spki } from './key-pairs.ts';
import { awsError } from './stub-kms.ts';

type Client = Pick<KmsClient, 'decrypt' | 'getPublicKey' | 'deriveSharedSecret'>;
export type AsymmetricCall = {
  readonly operation: 'Decrypt' | 'GetPublicKey' | 'DeriveSharedSecret';
  readonly input: Readonly<Record<string, unknown>>;
  readonly options: KmsRequestOptions | undefined;
};
/** The fields of all answers: each call gives some of them. */
type Answer = {
  readonly KeyId?: string | undefined;
  readonly Plaintext?: Uint8Array | undefined;
  readonly PublicKey?: Uint8Array | undefined;
  readonly KeySpec?: string | undefined;
  readonly KeyUsage?: string | undefined;
  readonly SharedSecret?: Uint8Array | undefined;
};

const specs: Readonly<Record<string, string>> = {
  prime256v1: 'ECC_NIST_P256',
  secp384r1: 'ECC_NIST_P384',
  secp521r1: 'ECC_NIST_P521',
};

export class StubAsymmetricKms implements Client {
  readonly calls: AsymmetricCall[] = [];
  bend: (call: AsymmetricCall, answer: Answer) => Answer = (_call, answer) => answer;
  readonly #pairs: Readonly<Record<string, Pair>>;

  /** @param pairs - Key pairs by key ARN. */
  constructor(pairs: Readonly<Record<string, Pair>>) {
    this.#pairs = pairs;
  }

  async decrypt(input: Parameters<Client['decrypt']>[0], options?: KmsRequestOptions) {
    return this.#answer({ operation: 'Decrypt', input, options }, ({ privateKey: key }) => {
      const oaepHash = input.EncryptionAlgorithm === 'RSAES_OAEP_SHA_1' ? 'sha1' : 'sha256';
      try {
        const padding = constants.RSA_PKCS1_OAEP_PADDING;
        return { Plaintext: new Uint8Array(privateDecrypt({ key, padding, oaepHash }, input.CiphertextBlob)) };
      } catch {
        throw awsError('InvalidCiphertextException');
      }
    });
  }

  async getPublicKey(input: Parameters<Client['getPublicKey']>[0], options?: KmsRequestOptions) {
    return this.#answer({ operation: 'GetPublicKey', input, options }, (pair) => {
      const details = pair.publicKey.asymmetricKeyDetails ?? {};
      return {
        PublicKey: spki(pair),
        KeySpec: details.namedCurve === undefined ? `RSA_${details.modulusLength}` : specs[details.namedCurve],
        KeyUsage: details.namedCurve === undefined ? 'ENCRYPT_DECRYPT' : 'KEY_AGREEMENT',
      };
    });
  }

  async deriveSharedSecret(input: Parameters<Client['deriveSharedSecret']>[0], options?: KmsRequestOptions) {
    return this.#answer({ operation: 'DeriveSharedSecret', input, options }, ({ privateKey }) => {
      const publicKey = createPublicKey({ key: Buffer.from(input.PublicKey), format: 'der', type: 'spki' });
      return { SharedSecret: new Uint8Array(diffieHellman({ privateKey, publicKey })) };
    });
  }

  operations(): string[] {
    return this.calls.map(({ operation }) => operation);
  }

  async #answer(call: AsymmetricCall & { input: { KeyId: string } }, compute: (pair: Pair) => Answer): Promise<Answer> {
    this.calls.push(call);
    await Promise.resolve();
    const pair = this.#pairs[call.input.KeyId];
    if (pair === undefined) throw awsError('NotFoundException');
    return this.bend(call, { KeyId: call.input.KeyId, ...compute(pair) });
  }
}
