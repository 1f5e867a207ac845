// What KMS does by itself when its time has come: automatic rotation, deletion, expiry of imported material.
//
// Nothing here runs on a timer. Each call first settles what fell due since the last one, in the order of time and
// with its own time, so that the outcome is the same however the clock got there.

import { DAY_MS } from './clock.ts';
import { type DueEvent, nextEvent } from './due-dates.ts';
import { withoutBytes } from './imported-material.ts';
import type { EngineParts, UnnumberedServiceEvent } from './invocation.ts';
import { keyArn } from './key-identifier.ts';
import { makeSymmetricMaterial } from './key-material.ts';
import type { KeyMaterial, KeyRecord } from './key-record.ts';
import type { RandomSource } from './random-source.ts';

/**
 * Does everything that fell due, and emits a service event for each.
 *
 * @param now - Milliseconds since 1970.
 */
export function settleDue(parts: EngineParts, now: number): void {
  if (now < parts.store.dueAt) return;
  const events: UnnumberedServiceEvent[] = [];
  for (const record of [...parts.store.records()]) settleKey(parts, record, now, events);
  parts.store.refreshDue();
  for (const event of events.sort((left, right) => left.at - right.at)) parts.emit(event);
}

function settleKey(parts: EngineParts, first: KeyRecord, now: number, events: UnnumberedServiceEvent[]): void {
  let record: KeyRecord | undefined = first;
  for (let event = nextEvent(first); event !== undefined && event.at <= now; event = record && nextEvent(record)) {
    if (record === undefined) return;
    apply(parts, record, event, events);
    record = parts.store.record(first.account, first.id);
  }
}

function apply(parts: EngineParts, record: KeyRecord, event: DueEvent, events: UnnumberedServiceEvent[]): void {
  switch (event.kind) {
    case 'rotate':
      events.push(...rotateAutomatically(parts, record, event.at));
      return;
    case 'delete':
      events.push(deleteKey(parts, record, event));
      return;
    case 'expire':
      events.push(...expireMaterial(parts, record, event));
  }
}

/**
 * Gives a key its next material and moves the date of the next rotation by one period.
 *
 * @param at - When it was due; for a key that was disabled then, when it was enabled again.
 */
export function rotateAutomatically(parts: EngineParts, record: KeyRecord, at: number): UnnumberedServiceEvent[] {
  const { rotation } = record;
  if (rotation === undefined) return [];
  const { next, events } = withNewMaterial(record, parts.random, at, 'AUTOMATIC');
  parts.store.put({ ...next, rotation: { ...rotation, nextAt: at + rotation.periodDays * DAY_MS } });
  return events;
}

/** A record with a fresh current material, and the events that tell of it. */
export function withNewMaterial(
  record: KeyRecord,
  random: RandomSource,
  at: number,
  type: RotationType,
): { readonly next: KeyRecord; readonly events: UnnumberedServiceEvent[] } {
  const material: KeyMaterial = { ...makeSymmetricMaterial(random, at), rotation: { at, type } };
  const next = { ...record, materials: [...record.materials, material], currentMaterialId: material.id };
  return { next, events: rotationEvents(record, material, at, type) };
}

type RotationType = 'AUTOMATIC' | 'ON_DEMAND';

/** One RotateKey event for the key, and one SynchronizeMultiRegionKey for each replica. */
export function rotationEvents(
  record: KeyRecord,
  material: KeyMaterial,
  at: number,
  type: RotationType,
): UnnumberedServiceEvent[] {
  const details = {
    rotationType: type,
    keyOrigin: record.origin,
    ...(record.currentMaterialId === undefined ? {} : { previousKeyMaterialId: record.currentMaterialId }),
    currentKeyMaterialId: material.id,
    keyId: record.id,
  };
  return Object.keys(record.regions).map((region) => {
    const isPrimary = region === record.primaryRegion;
    const name = isPrimary ? 'RotateKey' : 'SynchronizeMultiRegionKey';
    return serviceEvent(record, region, at, name, isPrimary ? details : { keyId: record.id });
  });
}

/** An event about a key in one Region. */
export function serviceEvent(
  record: KeyRecord,
  region: string,
  at: number,
  name: UnnumberedServiceEvent['name'],
  details: Readonly<Record<string, string>>,
): UnnumberedServiceEvent {
  return { name, at, account: record.account, region, keyArn: keyArn(region, record.account, record.id), details };
}

/** Removes a key from its Region; the wait of a primary key begins when its last replica is gone. */
function deleteKey({ store }: EngineParts, record: KeyRecord, { at, region }: DueEvent): UnnumberedServiceEvent {
  store.remove(record.account, region, record.id);
  const left = store.record(record.account, record.id);
  const primary = left?.regions[left.primaryRegion];
  if (left !== undefined && primary?.deletion !== undefined && Object.keys(left.regions).length === 1) {
    const deletion = { ...primary.deletion, at: at + primary.deletion.windowDays * DAY_MS };
    store.put({ ...left, regions: { [primary.region]: { ...primary, deletion } } });
  }
  return serviceEvent(record, region, at, 'DeleteKey', { keyId: record.id });
}

function expireMaterial({ store }: EngineParts, record: KeyRecord, event: DueEvent): UnnumberedServiceEvent[] {
  const local = record.regions[event.region];
  if (local === undefined) return [];
  const expired = local.imported.filter(({ bytes, expiresAt }) => bytes !== undefined && expiresAt === event.at);
  const ids = expired.map(({ materialId }) => materialId);
  store.put(withoutBytes(record, local.region, ids));
  return expired.map(({ materialId }) =>
    serviceEvent(record, local.region, event.at, 'DeleteExpiredKeyMaterial', {
      keyId: record.id,
      keyMaterialId: materialId,
    }),
  );
}
