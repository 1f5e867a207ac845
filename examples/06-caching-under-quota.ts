// 2,000 messages a second under a KMS quota of 100 requests a second: without a cache, and with one.
// The clock is moved by hand, so that three seconds take less and the table is the same everywhere.

import { FakeClock, MemoryKms } from '@waxseal/memory-kms';
import { CachingMaterialsManager, encrypt, KmsKeyring } from 'waxseal';

const clock = new FakeClock();
const kms = new MemoryKms({ clock, quotas: { pools: { symmetric: 100 } } });
const { KeyMetadata } = await kms.client().createKey({});
const keyring = new KmsKeyring({ kms: kms.client(), generatorKeyId: KeyMetadata?.Arn });

const cache = new CachingMaterialsManager({
  source: keyring,
  maxAgeMs: 60_000, // a key serves a minute at most …
  refreshAheadMs: 15_000, // … and is renewed in the background before that, while it is used
  maxMessages: 10_000,
  clock: {
    now: () => clock.now(),
    startTimer: (callback, delayMs) => ({ cancel: clock.setTimer(callback, delayMs) }),
  },
});

async function runSecond(keys: KmsKeyring | CachingMaterialsManager) {
  const callsBefore = kms.callCount();
  const plaintext = Buffer.from('4111 1111 1111 1111');
  const pending: Promise<boolean>[] = [];
  for (let tick = 0; tick < 100; tick += 1) {
    for (let message = 0; message < 20; message += 1) {
      const options = { encryptionContext: { tenant: `tenant ${message}` }, algorithmSuite: 0x0478 };
      pending.push(
        encrypt(keys, plaintext, options).then(
          () => true,
          () => false,
        ),
      );
    }
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(10);
  }
  const sealed = (await Promise.all(pending)).filter(Boolean).length;
  const offered = pending.length;
  return { offered, sealed, failed: offered - sealed, 'KMS requests': kms.callCount() - callsBefore };
}

const table: Record<string, Awaited<ReturnType<typeof runSecond>>> = {};
for (let second = 1; second <= 3; second += 1) table[`without, second ${second}`] = await runSecond(keyring);
for (let second = 1; second <= 3; second += 1) table[`cached, second ${second}`] = await runSecond(cache);
console.table(table);

const { hits, coalesced, loads, messagesLeft } = cache.stats();
console.log({ hits, coalesced, loads, messagesLeft });
await cache[Symbol.asyncDispose]();
