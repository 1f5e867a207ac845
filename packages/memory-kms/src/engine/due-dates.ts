// When something happens to a key by itself: the dates that `due-events.ts` acts on.

import type { KeyRecord, RegionalKey } from './key-record.ts';

/** One thing that falls due. */
export type DueEvent = {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly kind: 'rotate' | 'delete' | 'expire';
  readonly region: string;
};

/** When something happens to this key by itself next; milliseconds since 1970, or `Infinity`. */
export function nextDueAt(record: KeyRecord): number {
  return nextEvent(record)?.at ?? Number.POSITIVE_INFINITY;
}

/** What happens to this key by itself next. */
export function nextEvent(record: KeyRecord): DueEvent | undefined {
  let next = rotationOf(record);
  for (const local of Object.values(record.regions)) {
    for (const event of eventsOf(local)) if (next === undefined || event.at < next.at) next = event;
  }
  return next;
}

/** A key rotates while it is enabled and not about to be deleted; what it misses it makes up for on EnableKey. */
function rotationOf({ rotation, regions, primaryRegion }: KeyRecord): DueEvent | undefined {
  const primary = regions[primaryRegion];
  if (rotation === undefined || primary?.enabled !== true || primary.deletion !== undefined) return undefined;
  return { at: rotation.nextAt, kind: 'rotate', region: primaryRegion };
}

function* eventsOf({ region, deletion, imported }: RegionalKey): Generator<DueEvent> {
  if (deletion?.at !== undefined) yield { at: deletion.at, kind: 'delete', region };
  for (const { bytes, expiresAt } of imported) {
    if (bytes !== undefined && expiresAt !== undefined) yield { at: expiresAt, kind: 'expire', region };
  }
}
