// Key material of seeded keys: given as bytes, as a PEM key, or made from a text.

import { createHmac, createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto';
import { curveOf, rawKeyLength } from '../engine/key-material.ts';
import type { KeyMaterial, KeySpec } from '../engine/key-record.ts';
import { isAsymmetric } from '../engine/key-spec-table.ts';
import type { SeedNode } from './seed-node.ts';

/** What the material is for: it goes into its id and into what is made from a text. */
export type MaterialOwner = { readonly account: string; readonly keyId: string; readonly createdAt: number };

/** Materials of one seeded key, oldest first, and the spec that a PEM key tells. */
export type SeededMaterial = { readonly materials: readonly KeyMaterial[]; readonly spec: KeySpec };

/**
 * Reads the material of a key: `material` (hexadecimal, one or a list from the oldest on), `materialFromSeed` (text, one
 * or a list) or `privateKeyPem`. None of them: no material; the caller makes it.
 *
 * @param spec - As the seed gives it; a PEM key tells its own.
 * @throws SeedError at the place.
 */
export function readMaterial(key: SeedNode, spec: KeySpec | undefined, owner: MaterialOwner): SeededMaterial {
  const hex = key.member('material');
  const texts = key.member('materialFromSeed');
  const pem = key.member('privateKeyPem');
  const given = [hex, texts, pem].filter((each) => each !== undefined);
  if (given.length > 1) given[1]?.fail('only one of material, materialFromSeed and privateKeyPem can be given');
  if (pem !== undefined) return readPemMaterial(pem, spec, owner);
  const known = spec ?? 'SYMMETRIC_DEFAULT';
  if (hex !== undefined) return readMaterialList(hex, known, owner);
  if (texts === undefined) return { materials: [], spec: known };
  const bytes = nodesOf(texts, known).map((node) => derive(node.text(), rawKeyLength(known), owner));
  return { materials: bytes.map((each, index) => toMaterial(each, index, owner)), spec: known };
}

/** Raw material in hexadecimal, one or for symmetric keys a list from the oldest on. */
export function readMaterialList(source: SeedNode, spec: KeySpec, owner: MaterialOwner): SeededMaterial {
  const bytes = nodesOf(source, spec).map((node) => readHex(node, rawKeyLength(spec)));
  return { materials: bytes.map((each, index) => toMaterial(each, index, owner)), spec };
}

function nodesOf(source: SeedNode, spec: KeySpec): readonly SeedNode[] {
  if (isAsymmetric(spec)) source.fail(`a key of spec ${spec} takes privateKeyPem`);
  const nodes = Array.isArray(source.value) ? source.items() : [source];
  if (nodes.length === 0 || (nodes.length > 1 && spec !== 'SYMMETRIC_DEFAULT')) {
    source.fail('must be one, or for symmetric keys one or more');
  }
  return nodes;
}

/** Raw material with an id of its own. The id is made from the bytes, so that a fixture sealed yesterday opens today. */
function toMaterial(bytes: Uint8Array, index: number, owner: MaterialOwner): KeyMaterial {
  const { createdAt } = owner;
  const rotation = index === 0 ? {} : { rotation: { at: createdAt, type: 'AUTOMATIC' as const } };
  return { id: materialId(bytes, owner), bytes, createdAt, ...rotation };
}

/** Keyed with the bytes themselves: tells nothing of them. */
function materialId(bytes: Uint8Array, { account, keyId }: MaterialOwner): string {
  return createHmac('sha256', bytes).update(`waxseal memory-kms material ${account}/${keyId}`).digest('hex');
}

function readHex(node: SeedNode, length: number): Uint8Array {
  const text = node.text(/^[0-9a-fA-F]+$/, `${length} bytes in hexadecimal, in quotes`);
  if (text.length !== length * 2) node.fail(`must be ${length} bytes in hexadecimal, in quotes`);
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

function derive(text: string, length: number, { account, keyId }: MaterialOwner): Uint8Array {
  const info = `waxseal memory-kms seed ${account}/${keyId}`;
  return new Uint8Array(hkdfSync('sha256', text, new Uint8Array(0), info, length));
}

/** A private key in PEM, which tells its own spec. */
export function readPemMaterial(node: SeedNode, spec: KeySpec | undefined, owner: MaterialOwner): SeededMaterial {
  const privateKey = parsePem(node);
  const found = specOf(privateKey) ?? node.fail('is a key of a kind that KMS does not have');
  if (spec !== undefined && spec !== found) node.fail(`is a key of spec ${found}, not ${spec}`);
  const bytes = Uint8Array.from(privateKey.export({ format: 'der', type: 'pkcs8' }));
  const publicKey = Uint8Array.from(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }));
  return { materials: [{ ...toMaterial(bytes, 0, owner), publicKey }], spec: found };
}

function parsePem(node: SeedNode): KeyObject {
  const text = node.text();
  try {
    return createPrivateKey(text);
  } catch {
    return node.fail('must be a private key in PEM, without a passphrase');
  }
}

const CURVE_SPECS: readonly KeySpec[] = ['ECC_NIST_P256', 'ECC_NIST_P384', 'ECC_NIST_P521', 'ECC_SECG_P256K1'];

function specOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): KeySpec | undefined {
  if (type === 'ed25519') return 'ECC_NIST_EDWARDS25519';
  if (type === 'ec') return CURVE_SPECS.find((spec) => curveOf(spec) === details?.namedCurve);
  const spec = `RSA_${details?.modulusLength ?? ''}`;
  return type === 'rsa' && (spec === 'RSA_2048' || spec === 'RSA_3072' || spec === 'RSA_4096') ? spec : undefined;
}
