// ECDSA by node:crypto.
//
// Whole messages are signed and verified on the thread pool; the incremental forms can't be, since OpenSSL as Node
// exposes it takes no prehashed input: their last step blocks the loop for 0.5 to 0.6 ms (P-384).

import {
  createSign,
  createVerify,
  generateKeyPair,
  KeyObject,
  type Sign,
  sign,
  type Verify,
  verify,
} from 'node:crypto';
import { promisify } from 'node:util';
import { concatBytes, totalLength } from '../bytes.ts';
import {
  MAX_POOL_MESSAGE_LENGTH,
  type Signer,
  type SigningKey,
  type SigningKeyPair,
  type Verifier,
} from './crypto-engine.ts';
import { decodeDerSignature, fitDerSignature } from './der-signature.ts';
import { type CurveName, type EcdsaCurve, ecdsaCurves } from './ecdsa-curves.ts';
import { exportCompressedPoint, importCompressedPoint } from './node-public-key.ts';
import { signatureOfLength } from './signature-of-length.ts';
import { updateInSlices, updateWithBreaks } from './update-in-slices.ts';

const generateKeyPairOnPool = promisify(generateKeyPair);
const signOnPool = promisify(sign);
const verifyOnPool = promisify(verify);

/** Known by its KeyObject and not by a class, so that a key made by another copy of this module is as good. */
type NodeSigningKey = SigningKey & { readonly privateKey: KeyObject };

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
    updateInSlices(this.#sign, bytes);
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
    updateInSlices(this.#verify, bytes);
  }

  async verify(signature: Uint8Array): Promise<boolean> {
    const isStrict = decodeDerSignature(this.#curve, signature) !== undefined;
    return this.#verify.verify(this.#publicKey, signature) && isStrict;
  }
}

/** Makes a key pair on the thread pool (0.6 ms for P-384). */
export async function generateNodeSigningKeyPair(curve: CurveName): Promise<SigningKeyPair> {
  const { publicKey, privateKey } = await generateKeyPairOnPool('ec', { namedCurve: curve });
  const signingKey: NodeSigningKey = { curve, privateKey };
  return { signingKey, publicKey: exportCompressedPoint(publicKey) };
}

/** @throws TypeError for a key that another engine made. */
export function createNodeSigner(key: SigningKey): Signer {
  return new NodeSigner(asNodeKey(key));
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
  const { curve: name, privateKey } = asNodeKey(key);
  const curve = ecdsaCurves[name];
  if (totalLength(parts) > MAX_POOL_MESSAGE_LENGTH) {
    return signatureOfLength(curve, length, async () => {
      const state = createSign(curve.hash);
      await updateWithBreaks(state, parts);
      return state.sign(privateKey);
    });
  }
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
  if (totalLength(parts) > MAX_POOL_MESSAGE_LENGTH) {
    const state = createVerify(curve.hash);
    await updateWithBreaks(state, parts);
    return state.verify(key, signature);
  }
  return verifyOnPool(curve.hash, concatBytes(parts), key, signature);
}

function asNodeKey(key: SigningKey): NodeSigningKey {
  const { privateKey } = key as Partial<NodeSigningKey>;
  if (!(privateKey instanceof KeyObject)) throw new TypeError('this signing key was made by another engine');
  return { curve: key.curve, privateKey };
}
