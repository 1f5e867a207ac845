// A KMS in a few lines, for tests that need to bend its answers; every request is kept.

import { randomBytes } from 'node:crypto';
import type { KmsDataKeyClient, KmsRequestOptions } from '@waxseal/keyring';

export const ACCOUNT = '111122223333';
export const keyArn = (name: string, region = 'us-east-1', account = ACCOUNT, partition = 'aws') =>
  `arn:${partition}:kms:${region}:${account}:key/${name}`;

export type StubCall = {
  readonly operation: 'GenerateDataKey' | 'Encrypt' | 'Decrypt';
  readonly input: Readonly<Record<string, unknown>>;
  readonly options: KmsRequestOptions | undefined;
};

type Answer = { KeyId?: string; Plaintext?: Uint8Array; CiphertextBlob?: Uint8Array };

/** An error as the SDK throws it. */
export function awsError(name: string, fault: 'client' | 'server' = 'client'): Error {
  return Object.assign(new Error(`from AWS: ${name}`), { name, $fault: fault, $metadata: {} });
}

/** Blobs are JSON of key id, context and plaintext: nothing is secret in a test. */
export class StubKms implements KmsDataKeyClient {
  readonly calls: StubCall[] = [];
  /** Changes an answer before it is given, or throws. */
  bend: (call: StubCall, answer: Answer) => Answer | Promise<Answer> = (_call, answer) => answer;
  /** Turns an alias into a key ARN. */
  resolve: (keyId: string) => string = (keyId) => keyId;

  async generateDataKey(input: Parameters<KmsDataKeyClient['generateDataKey']>[0], options?: KmsRequestOptions) {
    const plaintext = new Uint8Array(randomBytes(input.NumberOfBytes ?? 32));
    return this.#answer({ operation: 'GenerateDataKey', input, options }, () => ({
      Plaintext: plaintext,
      ...this.#wrap(input.KeyId, input.EncryptionContext, plaintext),
    }));
  }

  async encrypt(input: Parameters<KmsDataKeyClient['encrypt']>[0], options?: KmsRequestOptions) {
    return this.#answer({ operation: 'Encrypt', input, options }, () =>
      this.#wrap(input.KeyId, input.EncryptionContext, input.Plaintext),
    );
  }

  async decrypt(input: Parameters<KmsDataKeyClient['decrypt']>[0], options?: KmsRequestOptions) {
    return this.#answer({ operation: 'Decrypt', input, options }, () => {
      const blob = JSON.parse(Buffer.from(input.CiphertextBlob).toString());
      if (blob.context !== canonical(input.EncryptionContext)) throw awsError('InvalidCiphertextException');
      if (blob.key !== regionless(input.KeyId)) throw awsError('IncorrectKeyException');
      return { KeyId: input.KeyId, Plaintext: new Uint8Array(Buffer.from(blob.plaintext, 'base64')) };
    });
  }

  operations(): string[] {
    return this.calls.map(({ operation }) => operation);
  }

  async #answer(call: StubCall, compute: () => Answer): Promise<Answer> {
    this.calls.push(call);
    await Promise.resolve();
    return this.bend(call, compute());
  }

  #wrap(keyId: string, context: Record<string, string> | undefined, plaintext: Uint8Array): Answer {
    const arn = this.resolve(keyId);
    const blob = {
      key: regionless(arn),
      context: canonical(context),
      plaintext: Buffer.from(plaintext).toString('base64'),
    };
    return { KeyId: arn, CiphertextBlob: new Uint8Array(Buffer.from(JSON.stringify(blob))) };
  }
}

const canonical = (context: Record<string, string> = {}) => JSON.stringify(Object.entries(context).sort());
const regionless = (arn: string) => (arn.includes(':key/mrk-') ? arn.split(':').toSpliced(3, 1).join(':') : arn);
