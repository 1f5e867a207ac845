// A service under a KMS quota, with and without the cache: 2,000 messages a second of 50 tenants, 100 KMS requests a
// second allowed. Everything real but the time.

import { encrypt, type Keyring, type MaterialsManager } from '@waxseal/core';
import { CachingMaterialsManager } from '@waxseal/data-key-cache';
import { KmsKeyring } from '@waxseal/keyring';
import { FakeClock, MemoryKms } from '@waxseal/memory-kms';

export const QUOTA = 100;
export const OFFERED = 2_000;
const TENANTS = 50;
const TICK_MS = 10;
const KMS_LATENCY_MS = 20;
const MAX_AGE_MS = 10_000;
const REFRESH_AHEAD_MS = 2_000;

/** What happened in one second. */
export type QuotaSecond = {
  /** Requests to KMS, refused ones included. */
  readonly requests: number;
  readonly throttled: number;
  readonly sealed: number;
  readonly failed: number;
};

/** @returns One row for each second. */
export async function simulateQuota(cached: boolean, seconds: number): Promise<readonly QuotaSecond[]> {
  const clock = new FakeClock();
  const kms = new MemoryKms({ clock, quotas: { pools: { symmetric: QUOTA } } });
  const { KeyMetadata } = await kms.client().createKey({});
  kms.faults.add({ operation: 'GenerateDataKey', latencyMs: KMS_LATENCY_MS });
  const keyring = new KmsKeyring({ kms: kms.client(), generatorKeyId: KeyMetadata?.Arn });
  const manager = cached ? cachingManager(keyring, clock) : undefined;
  const rows: QuotaSecond[] = [];
  for (let second = 0; second < seconds; second += 1) {
    const before = { requests: kms.callCount(), throttled: throttledCalls(kms) };
    const messages = await runSecond(manager ?? keyring, clock);
    const requests = kms.callCount() - before.requests;
    rows.push({ requests, throttled: throttledCalls(kms) - before.throttled, ...messages });
  }
  manager?.close();
  return rows;
}

function cachingManager(source: Keyring, fake: FakeClock): CachingMaterialsManager {
  const clock = {
    now: () => fake.now(),
    startTimer: (callback: () => void, delayMs: number) => ({ cancel: fake.setTimer(callback, delayMs) }),
  };
  return new CachingMaterialsManager({ source, maxAgeMs: MAX_AGE_MS, refreshAheadMs: REFRESH_AHEAD_MS, clock });
}

async function runSecond(keys: Keyring | MaterialsManager, clock: FakeClock) {
  let [sealed, failed] = [0, 0];
  const plaintext = new Uint8Array(100);
  for (let tick = 0; tick < 1_000 / TICK_MS; tick += 1) {
    for (let message = 0; message < (OFFERED * TICK_MS) / 1_000; message += 1) {
      const tenant = `${Math.floor(Math.random() * TENANTS)}`;
      encrypt(keys, plaintext, { encryptionContext: { tenant }, algorithmSuite: 0x0478 }).then(
        () => {
          sealed += 1;
        },
        () => {
          failed += 1;
        },
      );
    }
    await settle();
    clock.advance(TICK_MS);
    await settle();
  }
  return { sealed, failed };
}

function throttledCalls(kms: MemoryKms): number {
  return kms.counts().byError['ThrottlingException'] ?? 0;
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
