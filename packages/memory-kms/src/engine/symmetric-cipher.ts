// Sealing and opening under a symmetric key: which material, which header.

import { type CiphertextBlob, invalidCiphertext, openBlob, sealBlob } from './ciphertext-blob.ts';
import { currentMaterial, type Invocation, materialOf } from './invocation.ts';
import type { LocalKey } from './key-record.ts';

/** What was sealed, and under which material. */
export type Sealed = { readonly blob: Uint8Array; readonly materialId: string };

/** Seals under the key's current material. */
export function sealUnder(
  { parts }: Invocation<object>,
  key: LocalKey,
  context: Readonly<Record<string, string>> | undefined,
  plaintext: Uint8Array,
): Sealed {
  const { partition, account, id } = key.record;
  const material = currentMaterial(key);
  const header = { partition, account, keyId: id, materialId: material.id };
  return {
    blob: sealBlob(header, material.bytes, parts.random.bytes(32), context, plaintext),
    materialId: material.id,
  };
}

/**
 * Opens a blob under the material that it names, and no other.
 *
 * @throws KmsServiceError InvalidCiphertextException.
 */
export function openUnder(
  key: LocalKey,
  blob: CiphertextBlob,
  context: Readonly<Record<string, string>> | undefined,
): Uint8Array {
  const material = materialOf(key, blob.materialId);
  if (material === undefined) throw invalidCiphertext();
  return openBlob(blob, material.bytes, context);
}

/** Whether a blob names this key, in whichever Region. */
export function isSealedUnder(blob: CiphertextBlob, { record }: LocalKey): boolean {
  return blob.keyId === record.id && blob.account === record.account && blob.partition === record.partition;
}
