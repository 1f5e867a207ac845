import type { KeyHandler } from '../engine/handler.ts';
import { currentMaterial, endDryRun, type Invocation, noteUse } from '../engine/invocation.ts';
import type { LocalKey } from '../engine/key-record.ts';
import { encryptRsa, requireRsaFit } from '../engine/rsa-cipher.ts';
import { sealUnder } from '../engine/symmetric-cipher.ts';
import { refuseContext, requireAlgorithm, requireUsage } from '../engine/usage-check.ts';

/** One encryption: the request's own, or the second half of ReEncrypt. */
export type Encryption = {
  readonly key: LocalKey;
  readonly algorithm: string;
  readonly context: Readonly<Record<string, string>> | undefined;
};

/** Encrypts up to 4,096 bytes, or what RSA-OAEP holds. The material id is not told (AWS does not). */
export const encrypt: KeyHandler<'Encrypt'> = (invocation) => {
  const { key, input } = invocation;
  const { EncryptionAlgorithm: algorithm = 'SYMMETRIC_DEFAULT', EncryptionContext: context } = input;
  const encryption = { key, algorithm, context };
  const plaintext = input.Plaintext ?? new Uint8Array(0);
  checkEncryption(encryption, 'Encrypt', plaintext);
  endDryRun(input);
  noteUse(invocation, key);
  const { blob } = performEncryption(invocation, encryption, plaintext);
  return { CiphertextBlob: blob, KeyId: key.arn, EncryptionAlgorithm: algorithm };
};

/** Usage, algorithm, context and size, in this order. */
export function checkEncryption(
  { key, algorithm, context }: Encryption,
  operation: string,
  plaintext: Uint8Array,
): void {
  requireUsage(key, 'ENCRYPT_DECRYPT', operation);
  requireAlgorithm(key, algorithm);
  if (algorithm === 'SYMMETRIC_DEFAULT') return;
  refuseContext(context);
  requireRsaFit(key, algorithm, plaintext);
}

/** Encrypts after the checks. The material id is told for symmetric keys alone. */
export function performEncryption(
  invocation: Invocation<object>,
  { key, algorithm, context }: Encryption,
  plaintext: Uint8Array,
): { readonly blob: Uint8Array; readonly materialId?: string | undefined } {
  if (algorithm === 'SYMMETRIC_DEFAULT') return sealUnder(invocation, key, context, plaintext);
  return { blob: encryptRsa(currentMaterial(key).bytes, algorithm, plaintext) };
}
