// Encapsulate and Decapsulate (ML-KEM, FIPS 203), where the running Node has them.

import * as crypto from 'node:crypto';
import { invalidCiphertext } from '../engine/ciphertext-blob.ts';
import type { KeyHandler } from '../engine/handler.ts';
import { currentMaterial, endDryRun, noteUse } from '../engine/invocation.ts';
import { privateKeyOf, publicKeyOf } from '../engine/key-objects.ts';
import { KmsServiceError } from '../engine/kms-service-error.ts';
import { requireAlgorithm, requireUsage } from '../engine/usage-check.ts';

/** Node 24.7 and later. */
type KemCrypto = {
  readonly encapsulate?: (key: crypto.KeyObject) => { readonly sharedKey: Buffer; readonly ciphertext: Buffer };
  readonly decapsulate?: (key: crypto.KeyObject, ciphertext: Uint8Array) => Buffer;
};

const CIPHERTEXT_LENGTH: Readonly<Record<string, number>> = { ML_KEM_512: 768, ML_KEM_768: 1088, ML_KEM_1024: 1568 };

/** A fresh shared secret of 32 bytes and its ciphertext. */
export const encapsulate: KeyHandler<'Encapsulate'> = (invocation) => {
  const { key, input } = invocation;
  requireUsage(key, 'ENCAPSULATE_DECAPSULATE', 'Encapsulate');
  requireAlgorithm(key, input.EncapsulationAlgorithm ?? '');
  endDryRun(input);
  noteUse(invocation, key);
  const { sharedKey, ciphertext } = kem('encapsulate')(publicKeyOf(currentMaterial(key).bytes));
  return {
    KeyId: key.arn,
    SharedSecret: Uint8Array.from(sharedKey),
    SharedSecretCiphertextBlob: Uint8Array.from(ciphertext),
    EncapsulationAlgorithm: input.EncapsulationAlgorithm,
  };
};

/** The shared secret of a ciphertext. Implicit rejection: only a wrong length is an error. */
export const decapsulate: KeyHandler<'Decapsulate'> = (invocation) => {
  const { key, input } = invocation;
  const ciphertext = input.SharedSecretCiphertextBlob ?? new Uint8Array(0);
  requireUsage(key, 'ENCAPSULATE_DECAPSULATE', 'Decapsulate');
  requireAlgorithm(key, input.EncapsulationAlgorithm ?? '');
  if (ciphertext.length !== CIPHERTEXT_LENGTH[key.record.spec]) throw invalidCiphertext();
  endDryRun(input);
  noteUse(invocation, key);
  const secret = kem('decapsulate')(privateKeyOf(currentMaterial(key).bytes), ciphertext);
  return {
    KeyId: key.arn,
    SharedSecret: Uint8Array.from(secret),
    EncapsulationAlgorithm: input.EncapsulationAlgorithm,
  };
};

function kem<Name extends keyof KemCrypto>(name: Name): NonNullable<KemCrypto[Name]> {
  const found = (crypto as KemCrypto)[name];
  if (found === undefined) {
    throw new KmsServiceError('UnsupportedOperationException', 'ML-KEM is not supported by this version of Node.');
  }
  return found;
}
