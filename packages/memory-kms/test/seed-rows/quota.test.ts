import { GenerateRandomCommand, KMSClient } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { MemoryKms } from '../../src/index.ts';
import { errorOf, scene } from './scene.ts';

describe('seed row: quotas', () => {
  it.each([
    ['eu-west-3', 5500],
    ['eu-central-1', 10_000],
  ])('the classic quota of %s: %i symmetric operations a second, all together', async (region, limit) => {
    const { kms, clock } = await scene({ quotas: 'aws-2022' });
    const client = kms.client({ region });
    const { KeyMetadata } = await client.createKey({});
    const operations = [
      () => client.generateRandom({ NumberOfBytes: 1 }),
      () => client.generateDataKey({ KeyId: KeyMetadata?.KeyId, NumberOfBytes: 1 }),
    ];
    let passed = 0;
    for (let call = 0; call < limit + 20; call += 1) {
      if ((await errorOf(operations[call % 50 === 0 ? 1 : 0]?.() ?? Promise.resolve())) === 'nothing') passed += 1;
    }
    expect(passed).toBe(limit);
    clock.advance('1s');
    await client.generateRandom({ NumberOfBytes: 1 });
  });

  it('the genuine SDK retries ThrottlingException and gets through', async () => {
    const kms = new MemoryKms({ faults: [{ operation: 'GenerateRandom', nth: 1, error: 'ThrottlingException' }] });
    const client = new KMSClient({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
      requestHandler: kms.requestHandler(),
    });
    const { $metadata } = await client.send(new GenerateRandomCommand({ NumberOfBytes: 8 }));
    expect($metadata.attempts).toBe(2);
    expect(kms.counts().byError).toEqual({ ThrottlingException: 1 });
  });
});
