// Imported materials of a symmetric key: which of them belong to the key for good, and which only wait for rotation.

import type { KeyMaterial, KeyRecord, RegionalKey } from './key-record.ts';

/** The materials that belong to a key for good: up to the current one. None while a key waits for its first import. */
export function associatedMaterials({ materials, currentMaterialId }: KeyRecord): readonly KeyMaterial[] {
  return materials.slice(0, 1 + materials.findIndex(({ id }) => id === currentMaterialId));
}

/** Whether a material waits for rotation. */
export function isWaiting(record: KeyRecord, materialId: string): boolean {
  return !associatedMaterials(record).some(({ id }) => id === materialId);
}

/** Whether every Region of a key holds the bytes of a material. */
export function isHeldEverywhere({ regions }: KeyRecord, materialId: string): boolean {
  return Object.values(regions).every((local) => holds(local, materialId));
}

function holds({ imported }: RegionalKey, id: string): boolean {
  return imported.some(({ materialId, bytes }) => materialId === id && bytes !== undefined);
}

/** The description of a material: the primary key has it, and hands it on to its replicas. */
export function materialDescription({ regions, primaryRegion }: KeyRecord, id: string): string | undefined {
  const primary = regions[primaryRegion];
  const places = [...(primary === undefined ? [] : [primary]), ...Object.values(regions)];
  const copies = places.flatMap(({ imported }) => imported).filter(({ materialId }) => materialId === id);
  return copies.find(({ description }) => description !== undefined)?.description;
}

/**
 * A record after one Region has lost the bytes of materials, by deletion or expiry. What waits for rotation goes with
 * the primary key's copy: the replicas lose theirs, and the key forgets that it was there. Source: KMS Developer
 * Guide, "Delete imported key material".
 */
export function withoutBytes(record: KeyRecord, region: string, ids: readonly string[]): KeyRecord {
  const isPrimary = region === record.primaryRegion;
  const loses = (local: RegionalKey, id: string): boolean =>
    ids.includes(id) && (local.region === region || (isPrimary && isWaiting(record, id)));
  const regions = Object.values(record.regions).map((local) => {
    const imported = local.imported.map((each) =>
      loses(local, each.materialId) ? { ...each, bytes: undefined } : each,
    );
    return [local.region, { ...local, imported }] as const;
  });
  return withoutLostMaterial({ ...record, regions: Object.fromEntries(regions) });
}

/** A record without the materials that wait for rotation although no Region holds them any more. */
export function withoutLostMaterial(record: KeyRecord): KeyRecord {
  if (record.origin !== 'EXTERNAL') return record;
  const { materials } = record;
  const kept = materials.filter(
    ({ id }) => !isWaiting(record, id) || Object.values(record.regions).some((local) => holds(local, id)),
  );
  if (kept.length === materials.length) return record;
  const regions = Object.values(record.regions).map((local) => {
    const imported = local.imported.filter(({ materialId }) => kept.some(({ id }) => id === materialId));
    return [local.region, { ...local, imported }] as const;
  });
  return { ...record, materials: kept, regions: Object.fromEntries(regions) };
}
