// What a cache tells through node:diagnostics_channel. Events carry no key, no context value and no entry id: a digest
// of a guessable context would betray it.

import { type Channel, channel } from 'node:diagnostics_channel';
import type { ErrorCategory } from '@waxseal/core';
import type { EvictionCause } from './materials-cache.ts';

/** What all events have in common. */
type CacheEventOf<Kind extends string, Details = unknown> = {
  readonly kind: Kind;
  /** What the cached value is for: `encrypt`, `decrypt`, or the name that another package gave its cache. */
  readonly operation: string;
  /** Counts the loads of this process: names an entry, and the call that made it, across events. */
  readonly entry: number;
} & Details;

/** A caller was served from the cache. */
export type CacheHitEvent = CacheEventOf<'hit'>;
/** A caller found nothing usable; `coalesced` tells whether it joined a call that was already under way. */
export type CacheMissEvent = CacheEventOf<'miss', { readonly coalesced: boolean }>;
/** A renewal starts in the background; a `load` event tells how it ended. */
export type CacheRefreshEvent = CacheEventOf<'refresh'>;
/** A caller was served beyond the age limit, since renewing failed for a passing reason. */
export type CacheStaleEvent = CacheEventOf<'stale', { readonly overAgeMs: number }>;
/** A value left the cache. */
export type CacheEvictionEvent = CacheEventOf<'eviction', { readonly cause: EvictionCause }>;
/** A caller was passed to the source, since what it asked for is never cached. */
export type CacheBypassEvent = CacheEventOf<'bypass'>;
/** A call to the source (for a KMS keyring: to KMS) ended. */
export type CacheLoadEvent = CacheEventOf<
  'load',
  {
    readonly background: boolean;
    /** `error` stands for a failure that is no `EnvelopeError`. */
    readonly outcome: 'success' | 'aborted' | 'error' | ErrorCategory;
    readonly durationMs: number;
  }
>;

/** Everything that is published, each kind on the channel `waxseal:cache:<kind>`. */
export type CacheEvent =
  | CacheHitEvent
  | CacheMissEvent
  | CacheRefreshEvent
  | CacheStaleEvent
  | CacheEvictionEvent
  | CacheBypassEvent
  | CacheLoadEvent;

/** The names of the channels, by kind of event. */
export const cacheChannelNames: Readonly<Record<CacheEvent['kind'], string>> = {
  hit: 'waxseal:cache:hit',
  miss: 'waxseal:cache:miss',
  refresh: 'waxseal:cache:refresh',
  stale: 'waxseal:cache:stale',
  eviction: 'waxseal:cache:eviction',
  bypass: 'waxseal:cache:bypass',
  load: 'waxseal:cache:load',
};

const channels: Readonly<Record<CacheEvent['kind'], Channel>> = {
  hit: channel(cacheChannelNames.hit),
  miss: channel(cacheChannelNames.miss),
  refresh: channel(cacheChannelNames.refresh),
  stale: channel(cacheChannelNames.stale),
  eviction: channel(cacheChannelNames.eviction),
  bypass: channel(cacheChannelNames.bypass),
  load: channel(cacheChannelNames.load),
};

/** Whether anybody listens; saves making the event where not. */
export function isObserved(kind: CacheEvent['kind']): boolean {
  return channels[kind].hasSubscribers;
}

/** Tells whoever listens. */
export function publish(event: CacheEvent): void {
  channels[event.kind].publish(event);
}
