// GetParametersForImport, ImportKeyMaterial, DeleteImportedKeyMaterial: keys of origin EXTERNAL.

import { DAY_MS } from '../engine/clock.ts';
import type { KeyHandler } from '../engine/handler.ts';
import { checkMaterial } from '../engine/imported-key.ts';
import { materialDescription, withoutBytes } from '../engine/imported-material.ts';
import type { KeyInvocation } from '../engine/invocation.ts';
import { isMultiRegionReplica, notPrimary } from '../engine/key-identity.ts';
import { importedMaterialId, makeKeyPair } from '../engine/key-material.ts';
import type {
  ImportedMaterial,
  ImportToken,
  KeyMaterial,
  KeyRecord,
  KeySpec,
  LocalKey,
  RegionalKey,
} from '../engine/key-record.ts';
import { isAsymmetric } from '../engine/key-spec-table.ts';
import { originError } from '../engine/key-state.ts';
import { KmsServiceError } from '../engine/kms-service-error.ts';
import type { Input } from '../engine/operation-types.ts';
import { unwrapImported } from '../engine/unwrap-imported.ts';

const MAX_VALIDITY_MS = 365 * DAY_MS;

/** A wrapping key and the token that goes with it, both for 24 hours. */
export const getParametersForImport: KeyHandler<'GetParametersForImport'> = async (invocation) => {
  const { key, input, now, parts } = invocation;
  const { WrappingAlgorithm: algorithm = '', WrappingKeySpec: spec = '' } = input;
  requireExternal(key);
  requireWrapping(key, algorithm, spec);
  const { pkcs8, spki } = await makeKeyPair(spec);
  const token = Uint8Array.from(parts.random.bytes(256));
  const expiresAt = now + DAY_MS;
  parts.store.putImportToken({ token, keyArn: key.arn, algorithm, pkcs8, expiresAt }, now);
  return { KeyId: key.arn, ImportToken: token, PublicKey: spki, ParametersValidTo: new Date(expiresAt) };
};

/** Takes material in. The first one makes the key usable; a further one of a symmetric key waits for rotation. */
export const importKeyMaterial: KeyHandler<'ImportKeyMaterial'> = (invocation) => {
  const { key, input } = invocation;
  requireExternal(key);
  requireParameters(key, input);
  const expiresAt = plannedExpiry(invocation);
  const bytes = unwrapImported(requireToken(invocation), input.EncryptedKeyMaterial ?? new Uint8Array(0));
  const publicKey = checkMaterial(key.record.spec, bytes);
  const id = importedMaterialId(key.record.id, bytes);
  if (input.KeyMaterialId !== undefined && input.KeyMaterialId !== id) throw incorrectMaterial();
  const record = withMaterial(invocation, { id, publicKey, createdAt: invocation.now });
  storeImported(invocation, record, { materialId: id, bytes, expiresAt });
  return { KeyId: key.arn, KeyMaterialId: id };
};

/** Forgets imported bytes in this Region. The key is then PendingImport, unless they only waited for rotation. */
export const deleteImportedKeyMaterial: KeyHandler<'DeleteImportedKeyMaterial'> = (invocation) => {
  const { key, input, parts } = invocation;
  requireExternal(key);
  const id = input.KeyMaterialId ?? key.record.currentMaterialId;
  const known = key.local.imported.find(({ materialId }) => materialId === id);
  if (known === undefined) {
    if (input.KeyMaterialId === undefined) return { KeyId: key.arn };
    throw new KmsServiceError('NotFoundException', `Key material ${input.KeyMaterialId} does not exist`);
  }
  parts.store.put(withoutBytes(key.record, key.local.region, [known.materialId]));
  return { KeyId: key.arn, KeyMaterialId: known.materialId };
};

function requireExternal({ record, arn }: LocalKey): void {
  if (record.origin !== 'EXTERNAL') throw originError(arn, record.origin);
}

/** RSAES_PKCS1_V1_5 was retired in October 2023. */
function requireWrapping({ record }: LocalKey, algorithm: string, wrappingSpec: string): void {
  if (algorithm === 'RSAES_PKCS1_V1_5' || algorithm === 'SM2PKE' || wrappingSpec === 'SM2') {
    throw new KmsServiceError('UnsupportedOperationException', `${algorithm} with ${wrappingSpec} is not supported.`);
  }
  if (canWrap(record.spec, algorithm, wrappingSpec)) return;
  const message = `Wrapping algorithm ${algorithm} with ${wrappingSpec} is not valid for a key with KeySpec ${record.spec}.`;
  throw new KmsServiceError('ValidationException', message);
}

/**
 * RSA_AES_KEY_WRAP is for private keys; no RSA private key, and none of P-521 under RSA_2048, fits into an RSA-OAEP
 * plaintext. Source: KMS Developer Guide, "Select a wrapping algorithm".
 */
function canWrap(spec: KeySpec, algorithm: string, wrappingSpec: string): boolean {
  if (algorithm.startsWith('RSA_AES_KEY_WRAP_')) return isAsymmetric(spec);
  return !spec.startsWith('RSA_') && !(spec === 'ECC_NIST_P521' && wrappingSpec === 'RSA_2048');
}

/** Only symmetric keys have several materials, and with them what tells one from another. */
function requireParameters(key: LocalKey, input: Input<'ImportKeyMaterial'>): void {
  const members = ['ImportType', 'KeyMaterialId', 'KeyMaterialDescription'] as const;
  const sent = members.find((member) => input[member] !== undefined);
  const { spec } = key.record;
  if (sent !== undefined && spec !== 'SYMMETRIC_DEFAULT') {
    const message = `${sent} is not supported for a key with KeySpec ${spec}.`;
    throw new KmsServiceError('UnsupportedOperationException', message);
  }
  // The primary key's description is that of its replicas too.
  if (input.KeyMaterialDescription !== undefined && isMultiRegionReplica(key)) throw notPrimary(key);
}

function plannedExpiry({ input, now }: KeyInvocation<Input<'ImportKeyMaterial'>>): number | undefined {
  const at = input.ValidTo?.getTime();
  if (at === undefined || (at > now && at <= now + MAX_VALIDITY_MS)) return at;
  throw new KmsServiceError('ValidationException', 'The validTo date must be in the future, at most 365 days ahead.');
}

function requireToken({ key, input, now, parts }: KeyInvocation<Input<'ImportKeyMaterial'>>): ImportToken {
  const token = parts.store.importToken(input.ImportToken ?? new Uint8Array(0));
  if (token === undefined || token.keyArn !== key.arn) throw new KmsServiceError('InvalidImportTokenException', '');
  if (token.expiresAt <= now) throw new KmsServiceError('ExpiredImportTokenException', '');
  return token;
}

function incorrectMaterial(): KmsServiceError {
  const message = 'The key material in the request is not the material that was imported into this key before.';
  return new KmsServiceError('IncorrectKeyMaterialException', message);
}

/** The record with the material in its place: known already, the first, or waiting after the current one. */
function withMaterial({ key, input }: KeyInvocation<Input<'ImportKeyMaterial'>>, material: KeyMaterial): KeyRecord {
  const { record } = key;
  if (record.materials.some(({ id }) => id === material.id)) return record;
  const isFirst = record.materials.length === 0;
  const { ImportType: type = isFirst ? 'NEW_KEY_MATERIAL' : 'EXISTING_KEY_MATERIAL' } = input;
  const mayBeNew = type === 'NEW_KEY_MATERIAL' && input.KeyMaterialId === undefined;
  if (!mayBeNew || isMultiRegionReplica(key)) throw incorrectMaterial();
  requireNoneWaiting(record, material);
  const currentMaterialId = isFirst ? material.id : record.currentMaterialId;
  return { ...record, materials: [...record.materials, material], currentMaterialId };
}

function requireNoneWaiting(record: KeyRecord, material: KeyMaterial): void {
  const last = record.materials.at(-1);
  if (last === undefined || last.id === record.currentMaterialId) return;
  throw new KmsServiceError(
    'KMSInvalidStateException',
    `New key material (id: ${material.id}) cannot be imported into KMS key ${record.id}, because another key ` +
      `material (id: ${last.id}) is pending rotation.`,
  );
}

function storeImported(
  { key, input, parts }: KeyInvocation<Input<'ImportKeyMaterial'>>,
  record: KeyRecord,
  material: ImportedMaterial,
): void {
  const { region } = key.local;
  const description = input.KeyMaterialDescription ?? materialDescription(record, material.materialId);
  const regions = Object.values(record.regions).map((local) => {
    const held = local.imported.filter(
      ({ materialId }) => local.region !== region || materialId !== material.materialId,
    );
    const imported = local.region === region ? [...held, material] : held;
    return [local.region, describe({ ...local, imported }, material.materialId, description)] as const;
  });
  parts.store.put({ ...record, regions: Object.fromEntries(regions) });
}

function describe(local: RegionalKey, id: string, description: string | undefined): RegionalKey {
  const imported = local.imported.map((each) => (each.materialId === id ? { ...each, description } : each));
  return { ...local, imported };
}
