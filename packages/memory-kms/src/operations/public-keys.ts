// GetPublicKey and DeriveSharedSecret.

import { createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';
import type { KeyMetadata } from '@aws-sdk/client-kms';
import type { KeyHandler } from '../engine/handler.ts';
import { currentMaterial, endDryRun, noteUse } from '../engine/invocation.ts';
import { curveOf } from '../engine/key-material.ts';
import { algorithmsOf } from '../engine/key-metadata.ts';
import { privateKeyOf } from '../engine/key-objects.ts';
import { isAsymmetric } from '../engine/key-spec-table.ts';
import { KmsServiceError } from '../engine/kms-service-error.ts';
import { requireAlgorithm, requireUsage } from '../engine/usage-check.ts';

/** The public key as DER SPKI with what it is good for; of disabled keys too. */
export const getPublicKey: KeyHandler<'GetPublicKey'> = ({ key }) => {
  const { record, arn } = key;
  if (!isAsymmetric(record.spec)) {
    throw new KmsServiceError('UnsupportedOperationException', `${arn} is not an asymmetric key.`);
  }
  const { publicKey } = record.materials.find(({ id }) => id === record.currentMaterialId) ?? {};
  if (publicKey === undefined) throw new KmsServiceError('KMSInvalidStateException', `${arn} is pending import.`);
  return {
    KeyId: arn,
    PublicKey: Uint8Array.from(publicKey),
    CustomerMasterKeySpec: record.spec as NonNullable<KeyMetadata['CustomerMasterKeySpec']>,
    KeySpec: record.spec,
    KeyUsage: record.usage,
    ...algorithmsOf(record),
  };
};

/** ECDH with another party's public key: the raw x-coordinate. */
export const deriveSharedSecret: KeyHandler<'DeriveSharedSecret'> = (invocation) => {
  const { key, input } = invocation;
  requireUsage(key, 'KEY_AGREEMENT', 'DeriveSharedSecret');
  requireAlgorithm(key, input.KeyAgreementAlgorithm ?? '');
  const publicKey = publicKeyOn(curveOf(key.record.spec) ?? '', input.PublicKey ?? new Uint8Array(0));
  endDryRun(input);
  noteUse(invocation, key);
  const secret = diffieHellman({ privateKey: privateKeyOf(currentMaterial(key).bytes), publicKey });
  return {
    KeyId: key.arn,
    SharedSecret: Uint8Array.from(secret),
    KeyAgreementAlgorithm: input.KeyAgreementAlgorithm,
    KeyOrigin: key.record.origin,
  };
};

/** A point that is not on the key's own curve never meets the private key. */
function publicKeyOn(curve: string, spki: Uint8Array): KeyObject {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === curve) return key;
  } catch {
    // Told as any other key that does not fit.
  }
  throw new KmsServiceError('ValidationException', 'The public key is not a valid key on the curve of the KMS key.');
}
