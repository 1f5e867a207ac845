// Whether callers notice that a key's age ends, while KMS takes 300 ms: the same loop with and without expiry, in turns.

import { setTimeout as sleep } from 'node:timers/promises';
import { encrypt } from '@waxseal/core';
import { CachingMaterialsManager } from '@waxseal/data-key-cache';
import { KmsKeyring } from '@waxseal/keyring';
import { MemoryKms } from '@waxseal/memory-kms';

const KMS_LATENCY_MS = 300;
const MAX_AGE_MS = 1_500;
const REFRESH_AHEAD_MS = 800;
const ROUNDS = 8;
const ROUND_MS = 2_000;

const plaintext = new Uint8Array(1024);
const options = { encryptionContext: { tenant: 'acme' }, algorithmSuite: 0x0478 };

/** Latencies of warm calls in milliseconds. */
export type Latencies = { readonly calls: number; readonly p50: number; readonly p999: number; readonly max: number };

/** What the comparison gave. */
export type StallReport = {
  readonly withExpiry: Latencies;
  readonly withoutExpiry: Latencies;
  /** p99.9 with expiry over p99.9 without. */
  readonly ratio: number;
  /** Renewals in the background, and callers that found no usable key. */
  readonly refreshes: number;
  readonly waited: number;
};

/** Runs both loops in turns on the system's clock; takes about half a minute. */
export async function measureStall(): Promise<StallReport> {
  const kms = new MemoryKms({ faults: [{ operation: 'GenerateDataKey', latencyMs: KMS_LATENCY_MS }] });
  const { KeyMetadata } = await kms.client().createKey({});
  const source = new KmsKeyring({ kms: kms.client(), generatorKeyId: KeyMetadata?.Arn });
  await using expiring = new CachingMaterialsManager({
    source,
    maxAgeMs: MAX_AGE_MS,
    refreshAheadMs: REFRESH_AHEAD_MS,
  });
  await using lasting = new CachingMaterialsManager({ source, maxAgeMs: 2 ** 31 - 1 });
  const [withExpiry, withoutExpiry]: [number[], number[]] = [[], []];
  await loop(lasting, ROUND_MS);
  const cold = { expiring: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    // The key of the expiring manager is gone after the other's turn: its first call is cold, and not of the loop.
    await encrypt(expiring, plaintext, options);
    cold.expiring += 1;
    withExpiry.push(...(await loop(expiring, ROUND_MS)));
    withoutExpiry.push(...(await loop(lasting, ROUND_MS)));
  }
  const stats = expiring.stats();
  const [those, these] = [latencies(withExpiry), latencies(withoutExpiry)];
  return {
    withExpiry: those,
    withoutExpiry: these,
    ratio: those.p999 / these.p999,
    refreshes: stats.refreshes,
    waited: stats.misses + stats.coalesced - cold.expiring,
  };
}

/** One call after the other, a hundred at a time, so that the event loop turns as in a service. */
async function loop(keys: CachingMaterialsManager, durationMs: number): Promise<number[]> {
  const durations: number[] = [];
  const end = performance.now() + durationMs;
  while (performance.now() < end) {
    for (let index = 0; index < 100; index += 1) {
      const started = performance.now();
      await encrypt(keys, plaintext, options);
      durations.push(performance.now() - started);
    }
    await sleep(1);
  }
  return durations;
}

function latencies(durations: number[]): Latencies {
  const sorted = durations.sort((left, right) => left - right);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { calls: sorted.length, p50: at(0.5), p999: at(0.999), max: at(1) };
}
