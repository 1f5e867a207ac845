// Paging of list operations.

import type { Invocation } from './invocation.ts';
import { KmsServiceError } from './kms-service-error.ts';

/** How to page through a list. */
export type Paging<Item> = {
  /** Tells an item from all others of the list. */
  readonly idOf: (item: Item) => string;
  /** Items in a page without `Limit`. */
  readonly size: number;
};

/** One page as answers carry it. */
export type Page<Item> = { readonly items: readonly Item[]; readonly Truncated: boolean; readonly NextMarker?: string };

type PagedInput = { readonly Limit?: number | undefined; readonly Marker?: string | undefined };

/**
 * Cuts one page out of a list.
 *
 * A marker names the operation, and the last item of its page by place and id; should that item be gone meanwhile,
 * its place counts. It holds nothing but what the caller has seen.
 *
 * @param all - Everything, always in the same order.
 * @throws KmsServiceError InvalidMarkerException for a marker that is none of this operation.
 */
export function pageOf<Item>(
  { call, input }: Invocation<object>,
  all: readonly Item[],
  { idOf, size }: Paging<Item>,
): Page<Item> {
  const { Limit: limit = size, Marker: marker } = input as PagedInput;
  const start = marker === undefined ? 0 : placeAfter(all.map(idOf), call.operation, marker);
  const end = start + limit;
  const items = all.slice(start, end);
  const last = items.at(-1);
  if (last === undefined || end >= all.length) return { items, Truncated: false };
  return { items, Truncated: true, NextMarker: encodeMarker(call.operation, end - 1, idOf(last)) };
}

function placeAfter(ids: readonly string[], operation: string, marker: string): number {
  const text = Buffer.from(marker, 'base64').toString('utf8');
  const [named, place = '', ...id] = text.split('\n');
  if (
    named !== operation ||
    !/^\d{1,9}$/.test(place) ||
    encodeMarker(operation, Number(place), id.join('\n')) !== marker
  ) {
    throw new KmsServiceError('InvalidMarkerException', 'Invalid marker');
  }
  const found = ids.indexOf(id.join('\n'));
  return found === -1 ? Number(place) : found + 1;
}

function encodeMarker(operation: string, place: number, id: string): string {
  return Buffer.from(`${operation}\n${place}\n${id}`).toString('base64');
}
