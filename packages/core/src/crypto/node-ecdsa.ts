// ECDSA by node:crypto.
//
// Whole messages are signed and verified on the thread pool; the incremental forms can't be, since OpenSSL as Node
// exposes it takes no prehashed input: their last step blocks the loop for 0.5 to 0.6 ms (P-384).

import {
  createPublicKey,
  createSign,
  createVerify,
  generateKeyPair,
  type KeyObject,
  type Sign,
  sign,
  type Verify,
  verify,
} from 'node:crypto';
import { promisify } from 'node:util';
import { concatBytes } from '../bytes.ts';
import type { Signer, SigningKey, SigningKeyPair, Verifier } from './crypto-engine.ts';
import { decodeDerSignature, fitDerSignature } from './der-signature.ts';
import { type CurveName, type EcdsaCurve, ecdsaCurves, hasCompressedPointForm } from './ecdsa-curves.ts';
import { signatureOfLength } from './signature-of-length.ts';

const generateKeyPairOnPool = promisify(generateKeyPair);
const signOnPool = promisify(sign);
const verifyOnPool = promisify(verify);

class NodeSigningKey implements SigningKey {
  readonly curve: CurveName;
  /** Shows no bytes when inspected. */
  readonly privateKey: KeyObject;

  constructor(curve: CurveName, privateKey: KeyObject) {
    this.curve = curve;
    this.privateKey = privateKey;
  }
}

class NodeSigner implements Signer {
  readonly #curve: EcdsaCurve;
  readonly #privateKey: KeyObject;
  readonly #sign: Sign;

  constructor(key: NodeSigningKey) {
    this.#curve = ecdsaCurves[key.curve];
    this.#privateKey = key.privateKey;
    this.#sign = createSign(this.#curve.hash);
  }

  update(bytes: Uint8Array): void {
    this.#sign.update(bytes);
  }

  async sign(preferredLength: number): Promise<Uint8Array> {
    return fitDerSignature(this.#curve, this.#sign.sign(this.#privateKey), preferredLength);
  }
}

class NodeVerifier implements Verifier {
  readonly #curve: EcdsaCurve;
  readonly #publicKey: KeyObject;
  readonly #verify: Verify;

  constructor(curve: EcdsaCurve, publicKey: KeyObject) {
    this.#curve = curve;
    this.#publicKey = publicKey;
    this.#verify = createVerify(curve.hash);
  }

  update(bytes: Uint8Array): void {
    this.#verify.update(bytes);
  }

  async verify(signature: Uint8Array): Promise<boolean> {
    const strict = decodeDerSignature(this.#curve, signature) !== undefined;
    return this.#verify.verify(this.#publicKey, signature) && strict;
  }
}

/** Makes a key pair on the thread pool (0.6 ms for P-384). */
export async function generateNodeSigningKeyPair(name: CurveName): Promise<SigningKeyPair> {
  const { publicKey, privateKey } = await generateKeyPairOnPool('ec', { namedCurve: name });
  return { signingKey: new NodeSigningKey(name, privateKey), publicKey: compressedPoint(publicKey) };
}

/** @throws TypeError for a key that another engine made. */
export function createNodeSigner(key: SigningKey): Signer {
  return new NodeSigner(ownKey(key));
}

/** @returns undefined when `publicKey` is not a compressed point of the curve. */
export function createNodeVerifier(name: CurveName, publicKey: Uint8Array): Verifier | undefined {
  const curve = ecdsaCurves[name];
  const key = importCompressedPoint(curve, publicKey);
  return key === undefined ? undefined : new NodeVerifier(curve, key);
}

/** Signs on the thread pool, anew until the DER form has the wanted length. */
export async function signWholeOnNode(
  key: SigningKey,
  parts: readonly Uint8Array[],
  length: number,
): Promise<Uint8Array> {
  const { curve: name, privateKey } = ownKey(key);
  const curve = ecdsaCurves[name];
  const message = concatBytes(parts);
  return signatureOfLength(curve, length, () => signOnPool(curve.hash, message, privateKey));
}

/** Verifies on the thread pool. */
export async function verifyWholeOnNode(
  name: CurveName,
  publicKey: Uint8Array,
  parts: readonly Uint8Array[],
  signature: Uint8Array,
): Promise<boolean> {
  const curve = ecdsaCurves[name];
  const key = importCompressedPoint(curve, publicKey);
  if (key === undefined || decodeDerSignature(curve, signature) === undefined) return false;
  return verifyOnPool(curve.hash, concatBytes(parts), key, signature);
}

function ownKey(key: SigningKey): NodeSigningKey {
  if (!(key instanceof NodeSigningKey)) throw new TypeError('this signing key was made by another engine');
  return key;
}

/** A compressed point wrapped as SubjectPublicKeyInfo: a third of the price of uncompressing it for a JWK. */
function importCompressedPoint(curve: EcdsaCurve, point: Uint8Array): KeyObject | undefined {
  if (!hasCompressedPointForm(curve, point)) return undefined;
  const spki = Buffer.concat([curve.spkiPrefix, point]);
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

/** By way of a JWK, because exporting SubjectPublicKeyInfo takes several times as long. */
function compressedPoint(publicKey: KeyObject): Uint8Array {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const yBytes = Buffer.from(y, 'base64url');
  const isOdd = (yBytes[yBytes.length - 1] ?? 0) & 1;
  return Uint8Array.from([0x02 + isOdd, ...Buffer.from(x, 'base64url')]);
}
