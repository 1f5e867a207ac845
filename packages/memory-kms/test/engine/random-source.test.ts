import { FakeClock, insecureSeededRandom, MemoryKms } from '@waxseal/memory-kms';
import { expect, it } from 'vitest';
import { randomUuid, systemRandom } from '../../src/engine/random-source.ts';

it('makes version 4 UUIDs from any source', () => {
  for (const random of [systemRandom, insecureSeededRandom('x')]) {
    expect(randomUuid(random)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(randomUuid(random)).not.toBe(randomUuid(random));
  }
});

it('makes the same KMS of the same seed and calls', async () => {
  const blobOf = async (seed: string) => {
    const client = new MemoryKms({ random: insecureSeededRandom(seed), clock: new FakeClock() }).client();
    const { KeyMetadata } = await client.createKey();
    return (await client.generateDataKey({ KeyId: KeyMetadata!.KeyId, KeySpec: 'AES_256' })).CiphertextBlob;
  };
  expect(await blobOf('a')).toEqual(await blobOf('a'));
  expect(await blobOf('a')).not.toEqual(await blobOf('b'));
});
