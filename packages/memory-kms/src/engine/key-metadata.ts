// A key as DescribeKey shows it.

import type { KeyMetadata } from '@aws-sdk/client-kms';
import { associatedMaterials } from './imported-material.ts';
import { keyArn } from './key-identifier.ts';
import type { KeyRecord, LocalKey } from './key-record.ts';
import { keySpecTable } from './key-spec-table.ts';
import { keyState } from './key-state.ts';

/**
 * The metadata of a key in its Region.
 *
 * @param now - Milliseconds since 1970.
 */
export function keyMetadata(key: LocalKey, now: number): KeyMetadata {
  const { record, local, arn } = key;
  const state = keyState(key, now);
  return {
    AWSAccountId: record.account,
    KeyId: record.id,
    Arn: arn,
    CreationDate: new Date(local.createdAt),
    Enabled: state === 'Enabled',
    Description: local.description,
    KeyUsage: record.usage,
    KeyState: state,
    ...deletionOf(key),
    ...importOf(key),
    Origin: record.origin,
    KeyManager: record.manager === 'CUSTOMER' ? 'CUSTOMER' : 'AWS',
    CustomerMasterKeySpec: record.spec as NonNullable<KeyMetadata['CustomerMasterKeySpec']>,
    KeySpec: record.spec,
    ...algorithmsOf(record),
    MultiRegion: record.multiRegion,
    ...multiRegionOf(key),
    ...(record.spec === 'SYMMETRIC_DEFAULT' && record.currentMaterialId !== undefined && state !== 'Creating'
      ? { CurrentKeyMaterialId: record.currentMaterialId }
      : {}),
  };
}

/** The algorithms of a key, under the name that its usage has in answers. */
export function algorithmsOf({ spec, usage }: KeyRecord): Partial<KeyMetadata> {
  const algorithms = [...(keySpecTable[spec][usage] ?? [])];
  switch (usage) {
    case 'ENCRYPT_DECRYPT':
      return { EncryptionAlgorithms: algorithms as NonNullable<KeyMetadata['EncryptionAlgorithms']> };
    case 'SIGN_VERIFY':
      return { SigningAlgorithms: algorithms as NonNullable<KeyMetadata['SigningAlgorithms']> };
    case 'GENERATE_VERIFY_MAC':
      return { MacAlgorithms: algorithms as NonNullable<KeyMetadata['MacAlgorithms']> };
    case 'KEY_AGREEMENT':
      return { KeyAgreementAlgorithms: algorithms as NonNullable<KeyMetadata['KeyAgreementAlgorithms']> };
    case 'ENCAPSULATE_DECAPSULATE':
      return { EncapsulationAlgorithms: algorithms as NonNullable<KeyMetadata['EncapsulationAlgorithms']> };
  }
}

function deletionOf({ local: { deletion } }: LocalKey): Partial<KeyMetadata> {
  if (deletion === undefined) return {};
  if (deletion.at === undefined) return { PendingDeletionWindowInDays: deletion.windowDays };
  return { DeletionDate: new Date(deletion.at) };
}

/** The earliest expiry of any material that belongs to the key for good: with it the key becomes unusable. */
function importOf({ record, local }: LocalKey): Partial<KeyMetadata> {
  if (record.origin !== 'EXTERNAL') return {};
  const ids = associatedMaterials(record).map(({ id }) => id);
  const held = local.imported.filter(({ materialId, bytes }) => bytes !== undefined && ids.includes(materialId));
  if (held.length === 0) return {};
  const expiries = held.flatMap(({ expiresAt }) => expiresAt ?? []);
  if (expiries.length === 0) return { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' };
  return { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: new Date(Math.min(...expiries)) };
}

function multiRegionOf({ record, local }: LocalKey): Partial<KeyMetadata> {
  if (!record.multiRegion) return {};
  const related = (region: string) => ({ Arn: keyArn(region, record.account, record.id), Region: region });
  const replicas = Object.keys(record.regions).filter((region) => region !== record.primaryRegion);
  return {
    MultiRegionConfiguration: {
      MultiRegionKeyType: local.region === record.primaryRegion ? 'PRIMARY' : 'REPLICA',
      PrimaryKey: related(record.primaryRegion),
      ReplicaKeys: replicas.map(related),
    },
  };
}
