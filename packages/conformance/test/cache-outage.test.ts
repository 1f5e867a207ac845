// The cache when KMS throttles, denies or loses a Region: everything real but the clock and KMS itself.

import { decrypt, encrypt } from '@waxseal/core';
import { CachingMaterialsManager, type Clock } from '@waxseal/data-key-cache';
import { KmsGovernor, KmsKeyring, KmsMrkKeyring } from '@waxseal/keyring';
import { FakeClock, MemoryKms } from '@waxseal/memory-kms';
import { describe, expect, it } from 'vitest';

const encryptionContext = { tenant: 'acme' };
const plaintext = new TextEncoder().encode('4111 1111 1111 1111');
const options = { encryptionContext, algorithmSuite: 0x0478 };

/** The in-memory KMS's clock as the cache and the governor read it. */
function clockOf(fake: FakeClock): Clock {
  return {
    now: () => fake.now(),
    startTimer: (callback, delayMs) => ({ cancel: fake.setTimer(callback, delayMs) }),
  };
}

async function setUp(withGovernor: boolean) {
  const fake = new FakeClock();
  const clock = clockOf(fake);
  const kms = new MemoryKms({ clock: fake });
  const { KeyMetadata } = await kms.client().createKey({});
  const keyArn = KeyMetadata?.Arn ?? '';
  const governor = new KmsGovernor({ requestsPerSecond: 100, clock });
  const client = withGovernor ? governor.govern(kms.client(), 'us-east-1') : kms.client();
  const keyring = new KmsKeyring({ kms: client, generatorKeyId: keyArn });
  const manager = new CachingMaterialsManager({
    source: keyring,
    maxAgeMs: 300_000,
    refreshAheadMs: 120_000,
    jitter: 0,
    clock,
  });
  const { message } = await encrypt(keyring, plaintext, options);
  /** One message each way; resolves only if KMS need not be waited for, since the clock stands still. */
  const workOnce = async () => {
    await encrypt(manager, plaintext, options);
    await decrypt(manager, message);
  };
  return { fake, kms, keyArn, manager, message, workOnce };
}

/** Lets background calls go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe.each([true, false])('sixty seconds of throttling with warm keys, with a governor: %s', (withGovernor) => {
  it('fail no operation, cost few calls, and end with renewed keys', async () => {
    const { fake, kms, manager, workOnce } = await setUp(withGovernor);
    await workOnce();
    fake.advance('200s');
    kms.faults.add({ error: 'ThrottlingException' });
    const before = kms.callCount();
    for (let tick = 0; tick < 600; tick += 1) {
      await workOnce();
      fake.advance(100);
      await settle();
    }
    expect(kms.callCount() - before).toBeGreaterThan(4);
    expect(kms.callCount() - before).toBeLessThan(120);
    expect(manager.stats()).toMatchObject({ misses: 2, hits: 1_200, entries: 2 });
    kms.faults.replace([]);
    for (let tick = 0; tick < 200; tick += 1) {
      await workOnce();
      fake.advance(100);
      await settle();
    }
    fake.advance('200s');
    await workOnce();
    expect(manager.stats()).toMatchObject({ misses: 2, entries: 2 });
  });
});

describe('a key that was disabled', () => {
  it('is used by no message after its renewal was refused', async () => {
    const { fake, kms, keyArn, manager, message, workOnce } = await setUp(false);
    await workOnce();
    await kms.client().disableKey({ KeyId: keyArn });
    fake.advance('179s');
    await workOnce();
    fake.advance('1s');
    await workOnce();
    for (let turn = 0; turn < 5; turn += 1) await settle();
    expect(manager.stats()).toMatchObject({ entries: 0, evictions: { denied: 2 } });
    await expect(encrypt(manager, plaintext, options)).rejects.toMatchObject({ category: 'denied' });
    await expect(decrypt(manager, message)).rejects.toMatchObject({ category: 'denied' });
  });

  it('does not come back through staleIfErrorMs', async () => {
    const { fake, kms, keyArn } = await setUp(false);
    const keyring = new KmsKeyring({ kms: kms.client(), generatorKeyId: keyArn });
    const manager = new CachingMaterialsManager({
      source: keyring,
      maxAgeMs: 1_000,
      staleIfErrorMs: 3_600_000,
      clock: clockOf(fake),
    });
    await encrypt(manager, plaintext, options);
    kms.faults.add({ error: 'ThrottlingException', times: 1 });
    fake.advance('2s');
    await encrypt(manager, plaintext, options);
    expect(manager.stats().stale).toBe(1);
    await kms.client().disableKey({ KeyId: keyArn });
    fake.advance('1s');
    await encrypt(manager, plaintext, options);
    for (let turn = 0; turn < 5; turn += 1) await settle();
    await expect(encrypt(manager, plaintext, options)).rejects.toMatchObject({ category: 'denied' });
  });
});

describe('a Region that is down', () => {
  it('has its work done by the replica, and a KmsMrkKeyring of either Region opens the result', async () => {
    const kms = new MemoryKms();
    const { KeyMetadata } = await kms.client({ region: 'us-east-1' }).createKey({ MultiRegion: true });
    const keyId = KeyMetadata?.Arn ?? '';
    const replica = { KeyId: keyId, ReplicaRegion: 'eu-west-1' };
    const { ReplicaKeyMetadata } = await kms.client({ region: 'us-east-1' }).replicateKey(replica);
    const governor = new KmsGovernor({ requestsPerSecond: 100 });
    const supplier = governor.govern((region: string | undefined) => kms.client({ region }));
    const source = new KmsMrkKeyring({ kms: supplier, keyId, regions: ['eu-west-1'] });
    await using manager = new CachingMaterialsManager({ source, maxAgeMs: 60_000 });

    kms.faults.add({ region: 'us-east-1', outage: true });
    const results = await Promise.all(Array.from({ length: 100 }, () => encrypt(manager, plaintext, options)));
    expect(manager.stats()).toMatchObject({ loads: 1, loadFailures: 0 });
    const { message } = results[0]!;

    const inEurope = new KmsMrkKeyring({ kms: supplier, keyId: ReplicaKeyMetadata?.Arn ?? '' });
    expect((await decrypt(inEurope, message)).plaintext).toEqual(plaintext);
    kms.faults.replace([{ region: 'eu-west-1', outage: true }]);
    const inAmerica = new KmsMrkKeyring({ kms: (region) => kms.client({ region }), keyId });
    expect((await decrypt(inAmerica, message)).plaintext).toEqual(plaintext);
    governor.close();
  });
});
