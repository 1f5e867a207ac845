// ECDSA by @noble/curves. Nonces are those of RFC 6979 with added randomness (§3.6), so that signing again gives
// another signature.

import { p256, p384 } from '@noble/curves/nist.js';
import { sha256, sha384 } from '@noble/hashes/sha2.js';
import type { Signer, SigningKey, SigningKeyPair, Verifier } from './crypto-engine.ts';
import { decodeDerSignature, encodeDerSignature, fitDerSignature } from './der-signature.ts';
import { type CurveName, type EcdsaCurve, ecdsaCurves, hasCompressedPointForm } from './ecdsa-curves.ts';
import { signatureOfLength } from './signature-of-length.ts';

const CURVES = {
  'P-256': { ecdsa: p256, hash: sha256 },
  'P-384': { ecdsa: p384, hash: sha384 },
} as const;

const SIGN_OPTIONS = { prehash: false, lowS: false, extraEntropy: true } as const;
const VERIFY_OPTIONS = { prehash: false, lowS: false } as const;

type IncrementalHash = ReturnType<typeof sha256.create> | ReturnType<typeof sha384.create>;

class PortableSigningKey implements SigningKey {
  readonly curve: CurveName;
  readonly #secretKey: Uint8Array;

  constructor(curve: CurveName, secretKey: Uint8Array) {
    this.curve = curve;
    this.#secretKey = secretKey;
  }

  signDigest(digest: Uint8Array): Uint8Array {
    const raw = CURVES[this.curve].ecdsa.sign(digest, this.#secretKey, SIGN_OPTIONS);
    return encodeDerSignature(ecdsaCurves[this.curve], raw);
  }
}

class PortableSigner implements Signer {
  readonly #key: PortableSigningKey;
  readonly #hash: IncrementalHash;

  constructor(key: PortableSigningKey) {
    this.#key = key;
    this.#hash = CURVES[key.curve].hash.create();
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  async sign(preferredLength: number): Promise<Uint8Array> {
    const signature = this.#key.signDigest(this.#hash.digest());
    return fitDerSignature(ecdsaCurves[this.#key.curve], signature, preferredLength);
  }
}

class PortableVerifier implements Verifier {
  readonly #curve: EcdsaCurve;
  readonly #publicKey: Uint8Array;
  readonly #hash: IncrementalHash;

  constructor(curve: EcdsaCurve, publicKey: Uint8Array) {
    this.#curve = curve;
    this.#publicKey = publicKey;
    this.#hash = CURVES[curve.name].hash.create();
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  async verify(signature: Uint8Array): Promise<boolean> {
    const digest = this.#hash.digest();
    const raw = decodeDerSignature(this.#curve, signature);
    if (raw === undefined) return false;
    return CURVES[this.#curve.name].ecdsa.verify(raw, digest, this.#publicKey, VERIFY_OPTIONS);
  }
}

/** Makes a key pair; blocks for some milliseconds. */
export async function generatePortableSigningKeyPair(curve: CurveName): Promise<SigningKeyPair> {
  const { secretKey, publicKey } = CURVES[curve].ecdsa.keygen();
  return { signingKey: new PortableSigningKey(curve, secretKey), publicKey };
}

/** @throws TypeError for a key that another engine made. */
export function createPortableSigner(key: SigningKey): Signer {
  return new PortableSigner(ownKey(key));
}

/** @returns undefined when `publicKey` is not a compressed point of the curve. */
export function createPortableVerifier(name: CurveName, publicKey: Uint8Array): Verifier | undefined {
  const curve = ecdsaCurves[name];
  const isPoint =
    hasCompressedPointForm(curve, publicKey) && CURVES[name].ecdsa.utils.isValidPublicKey(publicKey, true);
  return isPoint ? new PortableVerifier(curve, Uint8Array.from(publicKey)) : undefined;
}

/** Hashes once and signs the digest, anew until the DER form has the wanted length. */
export async function signWholePortably(
  key: SigningKey,
  parts: readonly Uint8Array[],
  length: number,
): Promise<Uint8Array> {
  const own = ownKey(key);
  const hash = CURVES[own.curve].hash.create();
  for (const part of parts) hash.update(part);
  const digest = hash.digest();
  return signatureOfLength(ecdsaCurves[own.curve], length, () => own.signDigest(digest));
}

/** Verifies a signature over all of `parts`. */
export async function verifyWholePortably(
  name: CurveName,
  publicKey: Uint8Array,
  parts: readonly Uint8Array[],
  signature: Uint8Array,
): Promise<boolean> {
  const verifier = createPortableVerifier(name, publicKey);
  if (verifier === undefined) return false;
  for (const part of parts) verifier.update(part);
  return verifier.verify(signature);
}

function ownKey(key: SigningKey): PortableSigningKey {
  if (!(key instanceof PortableSigningKey)) throw new TypeError('this signing key was made by another engine');
  return key;
}
