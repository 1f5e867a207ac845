import { randomBytes } from 'node:crypto';
import { type FakeClock, MemoryKms, type MemoryKmsClient } from '@waxseal/memory-kms';
import { describe, expect, it } from 'vitest';
import { encodeState } from '../src/state/state-document.ts';
import { importInto } from './import-material.ts';
import { errorOf, newKey, outcomeOf, stateOf, stillKms } from './keys-in-states.ts';
import { sampleKey } from './state/sample-state.ts';

const NEW = { ImportType: 'NEW_KEY_MATERIAL' } as const;

const external = (client: MemoryKmsClient, input: object = {}) => newKey(client, { Origin: 'EXTERNAL', ...input });
const rotationsOf = async (client: MemoryKmsClient, KeyId: string) =>
  (await client.listKeyRotations({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })).Rotations!;
const statesOf = async (client: MemoryKmsClient, KeyId: string) =>
  (await rotationsOf(client, KeyId)).map((row) => row.KeyMaterialState);

/** A key with one material, and a second that waits for rotation; it expires after some days, if at all. */
async function waiting(days?: number) {
  const world = stillKms();
  const { id: KeyId } = await external(world.client);
  await importInto(world.client, KeyId, randomBytes(32));
  const expiry = days === undefined ? {} : expiresIn(world.clock, days);
  const { KeyMaterialId } = await importInto(world.client, KeyId, randomBytes(32), { ...NEW, ...expiry });
  return { ...world, KeyId, KeyMaterialId };
}

function expiresIn(clock: FakeClock, days: number) {
  return { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: new Date(clock.now() + days * 86_400_000) };
}

describe('material that waits for rotation', () => {
  it('gives its place to another once it is deleted', async () => {
    const { client, KeyId, KeyMaterialId } = await waiting();
    await client.deleteImportedKeyMaterial({ KeyId, KeyMaterialId });
    expect(await stateOf(client, KeyId)).toBe('Enabled');
    expect(await statesOf(client, KeyId)).toEqual(['CURRENT']);
    const gone = client.deleteImportedKeyMaterial({ KeyId, KeyMaterialId });
    expect((await errorOf(gone)).name).toBe('NotFoundException');
    await importInto(client, KeyId, randomBytes(32), NEW);
    expect(await outcomeOf(client.rotateKeyOnDemand({ KeyId }))).toBe('ok');
    expect(await statesOf(client, KeyId)).toEqual(['NON_CURRENT', 'CURRENT']);
  });

  it('gives its place to another once it has expired', async () => {
    const { client, clock, KeyId } = await waiting(1);
    clock.advance('2d');
    expect(await statesOf(client, KeyId)).toEqual(['CURRENT']);
    expect(await outcomeOf(importInto(client, KeyId, randomBytes(32), NEW))).toBe('ok');
  });

  it('is gone from a state of an earlier release, where it stayed without its bytes', async () => {
    const [first, second] = ['1'.repeat(64), '2'.repeat(64)];
    const key = sampleKey('old', 1);
    const local = key.regions['us-east-1']!;
    const imported = [{ materialId: first, bytes: new Uint8Array(32) }, { materialId: second }];
    const kms = new MemoryKms();
    const record = {
      ...key,
      origin: 'EXTERNAL' as const,
      materials: [first, second].map((id) => ({ id, createdAt: 1 })),
      currentMaterialId: first,
      regions: { 'us-east-1': { ...local, imported } },
    };
    const snapshot = { keys: [record], aliases: [], usages: [], importTokens: [] };
    kms.importState(encodeState({ generation: 0, snapshot }));
    expect(await statesOf(kms.client(), key.id)).toEqual(['CURRENT']);
    expect(await outcomeOf(importInto(kms.client(), key.id, randomBytes(32), NEW))).toBe('ok');
  });
});

describe('DescribeKey', () => {
  it('shows the earliest expiry of all materials that belong to the key', async () => {
    const { client, clock } = stillKms();
    const { id: KeyId } = await external(client);
    const expiring = (days: number) => expiresIn(clock, days);
    await importInto(client, KeyId, randomBytes(32), expiring(10));
    await importInto(client, KeyId, randomBytes(32), { ...NEW, ...expiring(5) });
    const { ValidTo } = expiring(10);
    expect((await client.describeKey({ KeyId })).KeyMetadata).toMatchObject({ ValidTo });
    await client.rotateKeyOnDemand({ KeyId });
    expect((await client.describeKey({ KeyId })).KeyMetadata).toMatchObject({ ValidTo: expiring(5).ValidTo });
    await importInto(client, KeyId, randomBytes(32), NEW);
    await client.rotateKeyOnDemand({ KeyId });
    expect((await client.describeKey({ KeyId })).KeyMetadata).toMatchObject({
      ExpirationModel: 'KEY_MATERIAL_EXPIRES',
      ValidTo: expiring(5).ValidTo,
    });
  });
});

describe('ImportKeyMaterial', () => {
  const hmac = { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' };

  it.each([
    [hmac, NEW, 'UnsupportedOperationException'],
    [hmac, { ImportType: 'EXISTING_KEY_MATERIAL' }, 'UnsupportedOperationException'],
    [hmac, { KeyMaterialDescription: 'vault 7' }, 'UnsupportedOperationException'],
    [{}, { ImportType: 'EXISTING_KEY_MATERIAL' }, 'IncorrectKeyMaterialException'],
    [{}, NEW, 'ok'],
    [{}, { ...NEW, KeyMaterialId: '0'.repeat(64) }, 'ValidationException'],
    [{}, { KeyMaterialId: '0'.repeat(64) }, 'IncorrectKeyMaterialException'],
  ] as const)('into a fresh key %j with %j: %s', async (input, extra, outcome) => {
    const { client } = stillKms();
    const { id: KeyId } = await external(client, input);
    expect(await outcomeOf(importInto(client, KeyId, randomBytes(32), extra))).toMatch(new RegExp(`^${outcome}`));
  });

  it('takes the id of a material only where the key has it already', async () => {
    const { client } = stillKms();
    const { id: KeyId } = await external(client);
    const material = randomBytes(32);
    const { KeyMaterialId } = await importInto(client, KeyId, material);
    expect(await outcomeOf(importInto(client, KeyId, material, { KeyMaterialId }))).toBe('ok');
    const both = importInto(client, KeyId, material, { ...NEW, KeyMaterialId });
    expect((await errorOf(both)).name).toBe('ValidationException');
  });
});
