// Automatic and on-demand rotation of symmetric keys.

import type { RotationsListEntry } from '@aws-sdk/client-kms';
import { DAY_MS } from '../engine/clock.ts';
import { rotationEvents, withNewMaterial } from '../engine/due-events.ts';
import type { KeyHandler } from '../engine/handler.ts';
import { isHeldEverywhere, isWaiting, materialDescription } from '../engine/imported-material.ts';
import type { KeyInvocation } from '../engine/invocation.ts';
import { isMultiRegionReplica, notPrimary } from '../engine/key-identity.ts';
import type { KeyMaterial, KeyRecord, LocalKey } from '../engine/key-record.ts';
import { keyState, originError } from '../engine/key-state.ts';
import { KmsServiceError } from '../engine/kms-service-error.ts';
import { pageOf } from '../engine/page.ts';

const DEFAULT_PERIOD_DAYS = 365;
/** In a key's life; automatic rotations don't count. */
const MAX_ON_DEMAND = 25;
const MINUTE_MS = 60_000;

/** Turns automatic rotation on, or changes its period: 365 days where none is named. The period starts now. */
export const enableKeyRotation: KeyHandler<'EnableKeyRotation'> = ({ key, input, now, parts }) => {
  requireRotatable(key);
  const periodDays = input.RotationPeriodInDays ?? DEFAULT_PERIOD_DAYS;
  parts.store.put({ ...key.record, rotation: { periodDays, nextAt: now + periodDays * DAY_MS } });
  return {};
};

/** Turns automatic rotation off; material stays. */
export const disableKeyRotation: KeyHandler<'DisableKeyRotation'> = ({ key, parts }) => {
  requireRotatable(key);
  parts.store.put({ ...key.record, rotation: undefined });
  return {};
};

/** Whether and when the key rotates. A key that awaits deletion shows `false`; its setting returns on cancel. */
export const getKeyRotationStatus: KeyHandler<'GetKeyRotationStatus'> = ({ key, now }) => {
  const state = keyState(key, now);
  if (state === 'PendingImport') throw originError(key.arn, key.record.origin);
  const { rotation } = key.record;
  if (rotation === undefined || state === 'PendingDeletion' || state === 'PendingReplicaDeletion') {
    return { KeyRotationEnabled: false, KeyId: key.record.id };
  }
  return {
    KeyRotationEnabled: true,
    KeyId: key.record.id,
    RotationPeriodInDays: rotation.periodDays,
    NextRotationDate: new Date(rotation.nextAt),
  };
};

/** New material now: made here, or for an imported key the one that waits. The schedule stays as it is. */
export const rotateKeyOnDemand: KeyHandler<'RotateKeyOnDemand'> = (invocation) => {
  const { key, now, parts } = invocation;
  const { record } = key;
  if (record.spec !== 'SYMMETRIC_DEFAULT') throw new KmsServiceError('UnsupportedOperationException', '');
  requirePrimary(key);
  requireOnDemandLeft(key);
  if (record.origin === 'EXTERNAL') return rotateImported(invocation);
  requireNoRecentRotation(record, now);
  const { next, events } = withNewMaterial(record, parts.random, now, 'ON_DEMAND');
  parts.store.put({ ...next, onDemandRotations: record.onDemandRotations + 1 });
  for (const event of events) parts.emit(event);
  return { KeyId: key.arn };
};

/** The rotations of a key, oldest first; with ALL_KEY_MATERIAL also the first material and what waits. */
export const listKeyRotations: KeyHandler<'ListKeyRotations'> = (invocation) => {
  const { key, input } = invocation;
  if (key.record.spec !== 'SYMMETRIC_DEFAULT') throw new KmsServiceError('UnsupportedOperationException', '');
  const all = input.IncludeKeyMaterial === 'ALL_KEY_MATERIAL';
  const shown = key.record.materials.filter(({ rotation }) => all || rotation !== undefined);
  const { items, ...rest } = pageOf(invocation, shown, { idOf: ({ id }) => id, size: 100 });
  return { Rotations: items.map((material) => rotationEntry(key, material)), ...rest };
};

function requireRotatable(key: LocalKey): void {
  const { spec, origin } = key.record;
  if (origin === 'EXTERNAL') throw originError(key.arn, origin);
  if (spec !== 'SYMMETRIC_DEFAULT') throw new KmsServiceError('UnsupportedOperationException', '');
  requirePrimary(key);
}

/** The primary key rotates; replicas follow. */
function requirePrimary(key: LocalKey): void {
  if (isMultiRegionReplica(key)) throw notPrimary(key);
}

function requireOnDemandLeft({ record, arn }: LocalKey): void {
  if (record.onDemandRotations < MAX_ON_DEMAND) return;
  throw new KmsServiceError(
    'LimitExceededException',
    'The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be ' +
      `performed for this key: ${arn}`,
  );
}

/** Within 20 minutes of an automatic rotation, before or after. */
function requireNoRecentRotation({ materials, rotation }: KeyRecord, now: number): void {
  const last = materials.at(-1)?.rotation;
  const justRotated = last?.type === 'AUTOMATIC' && now - last.at < 20 * MINUTE_MS;
  const aboutToRotate = rotation !== undefined && rotation.nextAt - now < 20 * MINUTE_MS;
  if (!justRotated && !aboutToRotate) return;
  throw new KmsServiceError('ConflictException', 'A rotation of this key is in progress; try again later.');
}

function rotateImported({ key, now, parts }: KeyInvocation<object>) {
  const { record } = key;
  const current = record.materials.findIndex(({ id }) => id === record.currentMaterialId);
  const waiting = record.materials[current + 1];
  if (waiting === undefined || !isHeldEverywhere(record, waiting.id)) {
    const message = `No available key material pending rotation for the key: ${key.arn}.`;
    throw new KmsServiceError('KMSInvalidStateException', message);
  }
  const rotated: KeyMaterial = { ...waiting, rotation: { at: now, type: 'ON_DEMAND' } };
  const materials = record.materials.map((each) => (each === waiting ? rotated : each));
  const onDemandRotations = record.onDemandRotations + 1;
  parts.store.put({ ...record, materials, currentMaterialId: waiting.id, onDemandRotations });
  for (const event of rotationEvents(record, rotated, now, 'ON_DEMAND')) parts.emit(event);
  return { KeyId: key.arn };
}

function rotationEntry(key: LocalKey, material: KeyMaterial): RotationsListEntry {
  const { rotation } = material;
  return {
    KeyId: key.record.id,
    KeyMaterialId: material.id,
    ...importEntry(key, material),
    KeyMaterialState: materialState(key.record, material),
    ...(rotation === undefined ? {} : { RotationDate: new Date(rotation.at), RotationType: rotation.type }),
  };
}

function materialState(record: KeyRecord, material: KeyMaterial): NonNullable<RotationsListEntry['KeyMaterialState']> {
  if (material.id === record.currentMaterialId) return 'CURRENT';
  if (!isWaiting(record, material.id)) return 'NON_CURRENT';
  const isReady = !record.multiRegion || isHeldEverywhere(record, material.id);
  return isReady ? 'PENDING_ROTATION' : 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION';
}

function importEntry({ record, local }: LocalKey, material: KeyMaterial): RotationsListEntry {
  if (record.origin !== 'EXTERNAL') return {};
  const imported = local.imported.find(({ materialId }) => materialId === material.id);
  const description = materialDescription(record, material.id);
  const described = description === undefined ? {} : { KeyMaterialDescription: description };
  if (imported?.bytes === undefined) return { ...described, ImportState: 'PENDING_IMPORT' };
  const { expiresAt } = imported;
  return {
    ...described,
    ImportState: 'IMPORTED',
    ExpirationModel: expiresAt === undefined ? 'KEY_MATERIAL_DOES_NOT_EXPIRE' : 'KEY_MATERIAL_EXPIRES',
    ...(expiresAt === undefined ? {} : { ValidTo: new Date(expiresAt) }),
  };
}
