// A KMS of three operations for tests of this package: real AES-GCM, the encryption context bound, calls counted.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { BranchKeyKms } from '../src/branch-key-kms.ts';

type Context = Record<string, string> | undefined;

export const ARN = 'arn:aws:kms:us-east-1:111122223333:key/11111111-1111-1111-1111-111111111111';
export const OTHER_ARN = 'arn:aws:kms:us-east-1:111122223333:key/22222222-2222-2222-2222-222222222222';

/** KMS keys that exist from the start, any ARN; `disabled` ones refuse. */
export class FakeKms implements BranchKeyKms {
  readonly calls = { generateDataKeyWithoutPlaintext: 0, reEncrypt: 0, decrypt: 0 };
  readonly disabled = new Set<string>();
  /** Thrown by every call while set. */
  failure: Error | undefined;
  /** Awaited by every call. */
  pause: () => Promise<void> = async () => {};

  async generateDataKeyWithoutPlaintext(input: { KeyId: string; EncryptionContext?: Context }) {
    await this.#enter('generateDataKeyWithoutPlaintext', input.KeyId);
    return { CiphertextBlob: seal(input.KeyId, input.EncryptionContext, randomBytes(32)), KeyId: input.KeyId };
  }

  async reEncrypt(input: {
    CiphertextBlob: Uint8Array;
    SourceKeyId: string;
    SourceEncryptionContext?: Context;
    DestinationKeyId: string;
    DestinationEncryptionContext?: Context;
  }) {
    await this.#enter('reEncrypt', input.SourceKeyId, input.DestinationKeyId);
    const plaintext = open(input.SourceKeyId, input.SourceEncryptionContext, input.CiphertextBlob);
    const sealed = seal(input.DestinationKeyId, input.DestinationEncryptionContext, plaintext);
    return { CiphertextBlob: sealed, KeyId: input.DestinationKeyId, SourceKeyId: input.SourceKeyId };
  }

  async decrypt(input: { KeyId: string; CiphertextBlob: Uint8Array; EncryptionContext?: Context }) {
    await this.#enter('decrypt', input.KeyId);
    return { Plaintext: open(input.KeyId, input.EncryptionContext, input.CiphertextBlob), KeyId: input.KeyId };
  }

  async #enter(operation: keyof FakeKms['calls'], ...keyIds: string[]): Promise<void> {
    this.calls[operation] += 1;
    await this.pause();
    if (this.failure !== undefined) throw this.failure;
    for (const keyId of keyIds) if (this.disabled.has(keyId)) throw named('DisabledException');
  }
}

/** An error as the SDK names it. */
export function named(name: string): Error {
  return Object.assign(new Error(name), { name });
}

function keyOf(keyId: string): Buffer {
  return Buffer.from(hkdfSync('sha256', keyId, 'fake-kms', '', 32));
}

function aadOf(context: Context): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))));
}

function seal(keyId: string, context: Context, plaintext: Uint8Array): Uint8Array {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyOf(keyId), iv, { authTagLength: 16 }).setAAD(aadOf(context));
  return Uint8Array.from(Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]));
}

function open(keyId: string, context: Context, blob: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('aes-256-gcm', keyOf(keyId), blob.subarray(0, 12), { authTagLength: 16 });
  decipher.setAAD(aadOf(context)).setAuthTag(blob.subarray(-16));
  try {
    return Uint8Array.from(Buffer.concat([decipher.update(blob.subarray(12, -16)), decipher.final()]));
  } catch {
    throw named('InvalidCiphertextException');
  }
}
