// Whether imported bytes are a key of the spec they are imported for.

import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { curveOf, rawKeyLength } from './key-material.ts';
import type { KeySpec } from './key-record.ts';
import { isAsymmetric } from './key-spec-table.ts';
import { KmsServiceError } from './kms-service-error.ts';

/** Bytes of the longest HMAC key that can be imported; the shortest is as long as the spec says. */
const MAX_HMAC_LENGTH = 128;

/**
 * Checks imported material: raw bytes of the right length, or DER PKCS#8 of a key of the right kind.
 *
 * Source: KMS Developer Guide, "Requirements for imported key material".
 *
 * @returns The public key as DER SPKI, for key pairs.
 * @throws KmsServiceError IncorrectKeyMaterialException.
 */
export function checkMaterial(spec: KeySpec, bytes: Uint8Array): Uint8Array | undefined {
  if (!isAsymmetric(spec)) {
    const least = rawKeyLength(spec);
    const most = spec === 'SYMMETRIC_DEFAULT' ? least : MAX_HMAC_LENGTH;
    if (bytes.length < least || bytes.length > most) throw unfit(spec);
    return undefined;
  }
  const key = parsePrivateKey(bytes);
  if (key === undefined || !isOfSpec(key, spec)) throw unfit(spec);
  return Uint8Array.from(createPublicKey(key).export({ format: 'der', type: 'spki' }));
}

function parsePrivateKey(pkcs8: Uint8Array): KeyObject | undefined {
  try {
    return createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  } catch {
    return undefined;
  }
}

function isOfSpec({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject, spec: KeySpec): boolean {
  if (spec.startsWith('RSA_')) return type === 'rsa' && details?.modulusLength === Number(spec.slice(4));
  if (spec === 'ECC_NIST_EDWARDS25519') return type === 'ed25519';
  return type === 'ec' && details?.namedCurve === curveOf(spec);
}

function unfit(spec: KeySpec): KmsServiceError {
  const message = `The key material in the request is not valid for a key with KeySpec ${spec}.`;
  return new KmsServiceError('IncorrectKeyMaterialException', message);
}
