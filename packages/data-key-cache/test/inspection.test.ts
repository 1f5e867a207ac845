// What logs show of caches.

import { inspect } from 'node:util';
import { type AlgorithmSuite, algorithmSuites } from '@waxseal/core';
import { CachingMaterialsManager, LeaseCache, LocalMaterialsCache, systemClock } from '@waxseal/data-key-cache';
import { expect, it } from 'vitest';
import { HandKeyring } from './hand-keyring.ts';

const algorithmSuite: AlgorithmSuite = algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY;
const everything = { depth: 10, showHidden: true };

it('of a caching manager: bounds and number of entries, of a source that is not ours the class alone', async () => {
  const source = new HandKeyring(systemClock);
  const cache = new LocalMaterialsCache({ capacity: 7 });
  const options = { source, cache, partitionId: 's3cret', maxAgeMs: 60_000, maxMessages: 5, maxBytes: 6 };
  const manager = new CachingMaterialsManager(options);
  const request = { commitmentPolicy: 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT', algorithmSuite, plaintextLength: 1 } as const;
  const waiting = manager.getEncryptionMaterials({ ...request, encryptionContext: { tenant: 's3cret' } });
  await source.succeed();
  (await waiting).release();
  expect(inspect(manager)).toBe(`CachingMaterialsManager {
  source: 'HandKeyring',
  maxAgeMs: 60000,
  maxMessages: 5,
  maxBytes: 6,
  entries: 1
}`);
  expect(inspect(manager, everything)).not.toContain('s3cret');
  expect(inspect(cache)).toBe('LocalMaterialsCache { capacity: 7, size: 1 }');
  expect(inspect({ a: { b: { c: manager } } })).toContain('[CachingMaterialsManager]');
  expect(inspect(new CachingMaterialsManager({ source: manager, maxAgeMs: 1 }))).toContain(
    'source: CachingMaterialsManager {',
  );
  manager.close();
});

it('of a lease cache: neither ids nor values', async () => {
  const cache = new LeaseCache<string>({ operation: 'test', dispose: () => {}, maxAgeMs: 1_000 });
  (await cache.acquire('s3cret id', { load: async () => 's3cret' })).release();
  expect(inspect(cache, everything)).toBe("LeaseCache { operation: 'test', maxAgeMs: 1000, entries: 1 }");
  cache.close();
});
