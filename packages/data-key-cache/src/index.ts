export type { AgeLimits } from './age-policy.ts';
export {
  type CacheBypassEvent,
  type CacheEvent,
  type CacheEvictionEvent,
  type CacheHitEvent,
  type CacheLoadEvent,
  type CacheMissEvent,
  type CacheRefreshEvent,
  type CacheStaleEvent,
  cacheChannelNames,
} from './cache-events.ts';
export type { LeaseCacheStats } from './cache-journal.ts';
export { CachingMaterialsManager, type CachingMaterialsManagerOptions } from './caching-materials-manager.ts';
export type { CachingStats } from './caching-stats.ts';
export { type Clock, systemClock, type Timer } from './clock.ts';
export { LeaseCache } from './lease-cache.ts';
export type { AcquireOptions, LeaseCacheOptions, LoadOptions } from './lease-cache-options.ts';
export type { Lease } from './leased-entry.ts';
export { LocalMaterialsCache, type LocalMaterialsCacheOptions } from './local-materials-cache.ts';
export type { CacheEntry, EvictionCause, MaterialsCache } from './materials-cache.ts';
