// Signing and verifying, of messages and of digests that were made elsewhere.
//
// node:crypto hashes whatever it signs, so digests take other ways: PKCS #1 v1.5 and PSS by their encodings
// (RFC 8017, sections 9.1 and 9.2) under the raw RSA operation, ECDSA and Ed25519ph by @noble/curves.

import { constants, type KeyObject, sign, verify } from 'node:crypto';
import { signDigestEcdsa, verifyDigestEcdsa } from './ecdsa-digest.ts';
import { signDigestEd25519, verifyDigestEd25519 } from './ed25519-digest.ts';
import { privateKeyOf, publicKeyOf } from './key-objects.ts';
import type { KeySpec } from './key-record.ts';
import { KmsServiceError } from './kms-service-error.ts';
import { signDigestRsa, verifyDigestRsa } from './rsa-digest.ts';

/** How a signing algorithm works. */
type Scheme = {
  readonly kind: 'pss' | 'pkcs1' | 'ecdsa' | 'ed25519' | 'ed25519ph' | 'mlDsa';
  /** Name in node:crypto; absent where the scheme hashes by itself. */
  readonly hash?: string;
  /** Bytes of the digest that `MessageType` DIGEST brings. */
  readonly digestLength?: number;
};

function schemeOf(algorithm: string): Scheme {
  if (algorithm === 'ED25519_SHA_512') return { kind: 'ed25519' };
  if (algorithm === 'ED25519_PH_SHA_512') return { kind: 'ed25519ph', digestLength: 64 };
  if (algorithm === 'ML_DSA_SHAKE_256') return { kind: 'mlDsa' };
  const bits = Number(algorithm.slice(-3));
  const hash = { hash: `sha${bits}`, digestLength: bits / 8 };
  if (algorithm.startsWith('RSASSA_PSS')) return { kind: 'pss', ...hash };
  return { kind: algorithm.startsWith('RSASSA_PKCS1') ? 'pkcs1' : 'ecdsa', ...hash };
}

/** What is to be signed or verified. */
export type SignatureRequest = {
  readonly spec: KeySpec;
  readonly algorithm: string;
  readonly messageType: 'RAW' | 'DIGEST' | 'EXTERNAL_MU';
  readonly message: Uint8Array;
};

/**
 * Refuses message types that the algorithm does not take, and digests of another length.
 *
 * @throws KmsServiceError ValidationException; UnsupportedOperationException for EXTERNAL_MU.
 */
export function requireMessage({ algorithm, messageType, message }: SignatureRequest): void {
  const { kind, digestLength } = schemeOf(algorithm);
  if (messageType === 'EXTERNAL_MU' && kind === 'mlDsa') {
    throw new KmsServiceError('UnsupportedOperationException', 'MessageType EXTERNAL_MU is not supported.');
  }
  const takesRaw = kind !== 'ed25519ph';
  const takesDigest = digestLength !== undefined;
  if (messageType === 'EXTERNAL_MU' || !(messageType === 'RAW' ? takesRaw : takesDigest)) {
    throw invalid(`Algorithm ${algorithm} does not support MessageType ${messageType}.`);
  }
  if (messageType === 'DIGEST' && message.length !== digestLength) {
    throw invalid(`Digest is invalid length for algorithm ${algorithm}.`);
  }
}

/**
 * Signs after `requireMessage`.
 *
 * @param pkcs8 - The stored key pair.
 * @returns DER for ECDSA, raw otherwise.
 */
export function signMessage(pkcs8: Uint8Array, request: SignatureRequest): Uint8Array {
  const scheme = schemeOf(request.algorithm);
  const key = privateKeyOf(pkcs8);
  const { message } = request;
  if (scheme.kind === 'ed25519ph') return signDigestEd25519(key, message);
  if (request.messageType === 'RAW') return Uint8Array.from(sign(scheme.hash, message, withPadding(key, scheme)));
  if (scheme.kind === 'ecdsa') return signDigestEcdsa(request.spec, key, message);
  return signDigestRsa(key, scheme.kind === 'pss' ? 'pss' : 'pkcs1', scheme.hash ?? '', message);
}

/** @returns Whether the signature is good; never throws for a bad one. */
export function verifyMessage(pkcs8: Uint8Array, request: SignatureRequest, signature: Uint8Array): boolean {
  const scheme = schemeOf(request.algorithm);
  const key = publicKeyOf(pkcs8);
  const { message } = request;
  try {
    if (scheme.kind === 'ed25519ph') return verifyDigestEd25519(key, message, signature);
    if (request.messageType === 'RAW') return verify(scheme.hash, message, withPadding(key, scheme), signature);
    if (scheme.kind === 'ecdsa') return verifyDigestEcdsa(request.spec, key, message, signature);
    return verifyDigestRsa(key, scheme.kind === 'pss' ? 'pss' : 'pkcs1', scheme.hash ?? '', message, signature);
  } catch {
    return false;
  }
}

/** The salt of PSS is as long as the digest. */
function withPadding(key: KeyObject, { kind }: Scheme) {
  if (kind === 'pss')
    return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return { key };
}

function invalid(message: string): KmsServiceError {
  return new KmsServiceError('ValidationException', message);
}
