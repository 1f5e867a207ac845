import { describe, expect, it } from 'vitest';
import { FakeClock, MemoryKms } from '../../src/index.ts';
import { quotaLimit, quotaPool, quotaPresets, quotaTable } from '../../src/quotas/quota-table.ts';

const THROTTLED = 'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.';

/** How many calls pass before one is throttled. */
async function passes(call: () => Promise<unknown>, attempts: number): Promise<number> {
  for (let count = 0; count < attempts; count += 1) {
    const error = await call().then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    if (error?.name === 'ThrottlingException') {
      expect(error.message).toBe(THROTTLED);
      return count;
    }
    if (error !== undefined) throw error;
  }
  return attempts;
}

describe('quota presets', () => {
  it.each([
    ['aws-2026', 'us-east-1', 100_000],
    ['aws-2026', 'eu-central-1', 20_000],
    ['aws-2026', 'eu-west-3', 10_000],
    ['aws-2022', 'us-east-1', 30_000],
    ['aws-2022', 'eu-central-1', 10_000],
    ['aws-2022', 'eu-west-3', 5500],
  ] as const)('%s allows %s symmetric requests a second in %s', (name, region, figure) => {
    expect(quotaLimit(quotaTable(name), 'symmetric', region)).toBe(figure);
  });

  it('puts operations in the pool of the key that they use', () => {
    expect(quotaPool('Decrypt', 'SYMMETRIC_DEFAULT')).toBe('symmetric');
    expect(quotaPool('GenerateRandom')).toBe('symmetric');
    expect(quotaPool('VerifyMac', 'HMAC_256')).toBe('symmetric');
    expect(quotaPool('Decrypt', 'RSA_2048')).toBe('rsa');
    expect(quotaPool('Sign', 'ECC_NIST_P256')).toBe('ecc');
    expect(quotaPool('Sign', 'ML_DSA_44')).toBe('mlDsa');
    expect(quotaPool('GenerateDataKeyPair', 'SYMMETRIC_DEFAULT', 'RSA_3072')).toBe('pair:RSA_3072');
    expect(quotaPool('CreateKey')).toBe('CreateKey');
  });

  it('has a positive limit in every pool', () => {
    for (const table of quotaPresets) {
      for (const pool of Object.keys(table.pools)) expect(quotaLimit(table, pool, 'eu-west-1')).toBeGreaterThan(0);
    }
  });

  it('refuses unknown presets, unknown pools and limits that are none', () => {
    expect(() => quotaTable('aws-1999' as 'aws-2026')).toThrow('no preset aws-1999');
    for (const option of [{}, null, 5, { pools: null }]) expect(() => quotaTable(option as never)).toThrow(TypeError);
    expect(() => quotaTable({ pools: { symetric: 5 } })).toThrow('no pool symetric');
    expect(() => quotaTable({ pools: { symmetric: 0 } })).toThrow('not a positive number');
    expect(() => quotaTable({ pools: JSON.parse('{"__proto__": 5}') })).toThrow('no pool __proto__');
  });
});

describe('QuotaGate', () => {
  it('is off unless asked for', async () => {
    const client = new MemoryKms({ clock: new FakeClock() }).client();
    expect(await passes(() => client.createKey({}), 20)).toBe(20);
  });

  it('lets the limit pass in each second of the clock, then throttles, then lets pass again', async () => {
    const clock = new FakeClock();
    const client = new MemoryKms({ clock, quotas: { pools: { symmetric: 7 } } }).client();
    const { KeyMetadata } = await client.createKey({});
    const call = () => client.generateDataKey({ KeyId: KeyMetadata?.KeyId, KeySpec: 'AES_256' });
    expect(await passes(call, 20)).toBe(7);
    clock.advance('999ms');
    expect(await passes(call, 20)).toBe(0);
    clock.advance('1ms');
    expect(await passes(call, 20)).toBe(7);
  });

  it('has one pool for all symmetric operations, and another for each Region and account', async () => {
    const kms = new MemoryKms({ clock: new FakeClock(), quotas: { pools: { symmetric: 2 } } });
    const client = kms.client();
    const random = () => client.generateRandom({ NumberOfBytes: 1 });
    const { KeyMetadata } = await client.createKey({});
    await client.generateDataKey({ KeyId: KeyMetadata?.KeyId, KeySpec: 'AES_256' });
    expect(await passes(random, 5)).toBe(1);
    expect(await passes(() => kms.client({ region: 'eu-west-1' }).generateRandom({ NumberOfBytes: 1 }), 5)).toBe(2);
    const other = kms.client({ principal: 'arn:aws:iam::444455556666:root' });
    expect(await passes(() => other.generateRandom({ NumberOfBytes: 1 }), 5)).toBe(2);
  });

  it('charges the caller, not the owner of the key', async () => {
    const kms = new MemoryKms({ clock: new FakeClock(), quotas: { pools: { symmetric: 1 } } });
    const owner = kms.client();
    const { KeyMetadata } = await owner.createKey({});
    const stranger = kms.client({ principal: 'arn:aws:iam::444455556666:root' });
    const KeyId = KeyMetadata?.Arn;
    await stranger.generateDataKey({ KeyId, KeySpec: 'AES_256' });
    expect(await passes(() => stranger.generateDataKey({ KeyId, KeySpec: 'AES_256' }), 1)).toBe(0);
    expect(await passes(() => owner.generateDataKey({ KeyId, KeySpec: 'AES_256' }), 5)).toBe(1);
  });

  it('counts RSA operations apart from symmetric ones', async () => {
    const kms = new MemoryKms({ clock: new FakeClock(), quotas: { pools: { symmetric: 1, rsa: 2 } } });
    const client = kms.client();
    const { KeyMetadata } = await client.createKey({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
    const encrypt = () =>
      client.encrypt({
        KeyId: KeyMetadata?.KeyId,
        Plaintext: new Uint8Array(1),
        EncryptionAlgorithm: 'RSAES_OAEP_SHA_256',
      });
    expect(await passes(encrypt, 5)).toBe(2);
    expect(await passes(() => client.generateRandom({ NumberOfBytes: 1 }), 5)).toBe(1);
  });

  it('does not count what it refuses', async () => {
    const clock = new FakeClock();
    const client = new MemoryKms({ clock, quotas: { preset: 'aws-2026', pools: { CreateKey: 2 } } }).client();
    await Promise.allSettled(Array.from({ length: 50 }, () => client.createKey({})));
    clock.advance('1s');
    expect(await passes(() => client.createKey({}), 5)).toBe(2);
  });
});
