// Making key material of every spec.

import { createHash, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyMaterial, KeySpec } from './key-record.ts';
import type { RandomSource } from './random-source.ts';

type Pair = { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
type Generate = (type: string, options: object) => Promise<Pair>;

/** Off the main thread, so that making an RSA key blocks no other call. */
const generate = promisify(generateKeyPair) as unknown as Generate;

const CURVES: Readonly<Record<string, string>> = {
  ECC_NIST_P256: 'prime256v1',
  ECC_NIST_P384: 'secp384r1',
  ECC_NIST_P521: 'secp521r1',
  ECC_SECG_P256K1: 'secp256k1',
};

/** The name of the curve in node:crypto, for the ECC specs that are on a Weierstrass curve. */
export function curveOf(spec: string): string | undefined {
  return CURVES[spec];
}

/** A fresh key pair: private key as DER PKCS#8, public key as DER SubjectPublicKeyInfo. */
export type EncodedPair = { readonly pkcs8: Uint8Array; readonly spki: Uint8Array };

/**
 * Makes a key pair on the thread pool.
 *
 * @param spec - Any asymmetric spec that the running Node has.
 */
export async function makeKeyPair(spec: string): Promise<EncodedPair> {
  return encodePair(await makePair(spec));
}

function makePair(spec: string): Promise<Pair> {
  if (spec.startsWith('RSA_')) return generate('rsa', { modulusLength: Number(spec.slice(4)), publicExponent: 65_537 });
  const namedCurve = curveOf(spec);
  if (namedCurve !== undefined) return generate('ec', { namedCurve });
  if (spec === 'ECC_NIST_EDWARDS25519') return generate('ed25519', {});
  return generate(spec.toLowerCase().replaceAll('_', '-'), {});
}

function encodePair({ privateKey, publicKey }: Pair): EncodedPair {
  return {
    pkcs8: Uint8Array.from(privateKey.export({ format: 'der', type: 'pkcs8' })),
    spki: Uint8Array.from(publicKey.export({ format: 'der', type: 'spki' })),
  };
}

/** Bytes of the raw key of symmetric and HMAC specs; HMAC keys are as long as their hash. */
export function rawKeyLength(spec: KeySpec): number {
  return spec === 'SYMMETRIC_DEFAULT' ? 32 : Number(spec.slice('HMAC_'.length)) / 8;
}

/** A fresh symmetric material. */
export function makeSymmetricMaterial(random: RandomSource, now: number): KeyMaterial & { readonly bytes: Uint8Array } {
  return { id: randomMaterialId(random), bytes: Uint8Array.from(random.bytes(32)), createdAt: now };
}

/** Fresh material of any spec. */
export async function makeMaterial(spec: KeySpec, random: RandomSource, now: number): Promise<KeyMaterial> {
  if (spec === 'SYMMETRIC_DEFAULT') return makeSymmetricMaterial(random, now);
  const id = randomMaterialId(random);
  if (spec.startsWith('HMAC_')) return { id, bytes: Uint8Array.from(random.bytes(rawKeyLength(spec))), createdAt: now };
  const { pkcs8, spki } = await makeKeyPair(spec);
  return { id, bytes: pkcs8, publicKey: spki, createdAt: now };
}

function randomMaterialId(random: RandomSource): string {
  return Buffer.from(random.bytes(32)).toString('hex');
}

/**
 * The id of imported material: the same bytes under the same key have the same id, so that a second import is
 * compared without keeping the bytes of the first.
 */
export function importedMaterialId(keyId: string, bytes: Uint8Array): string {
  return createHash('sha256').update('waxseal-kms/imported').update(keyId).update(bytes).digest('hex');
}
