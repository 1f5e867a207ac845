import { randomBytes } from 'node:crypto';
import { FakeClock, MemoryKms, type MemoryKmsClient } from '@waxseal/memory-kms';
import { describe, expect, it } from 'vitest';
import { importInto } from './import-material.ts';
import { bytes, errorOf, newKey, outcomeOf, stateOf, stillKms } from './keys-in-states.ts';

async function twoRegions(input: object = {}) {
  const world = stillKms();
  const here = world.client;
  const { id: KeyId, arn } = await newKey(here, { MultiRegion: true, ...input });
  const answer = await here.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1', Description: 'over there' });
  return { ...world, here, there: world.kms.client({ region: 'eu-west-1' }), KeyId, arn, answer };
}

describe('ReplicateKey', () => {
  it('answers with a replica that is still being created', async () => {
    const { answer, KeyId } = await twoRegions();
    expect(answer.ReplicaKeyMetadata).toMatchObject({
      KeyId,
      Arn: `arn:aws:kms:eu-west-1:111122223333:key/${KeyId}`,
      KeyState: 'Creating',
      Enabled: false,
      Description: 'over there',
      MultiRegion: true,
      MultiRegionConfiguration: {
        MultiRegionKeyType: 'REPLICA',
        PrimaryKey: { Region: 'us-east-1' },
        ReplicaKeys: [{ Region: 'eu-west-1' }],
      },
    });
    expect(answer.ReplicaKeyMetadata).not.toHaveProperty('CurrentKeyMaterialId');
    expect(JSON.parse(answer.ReplicaPolicy!)).toMatchObject({ Id: 'key-default-1' });
    expect(answer.ReplicaTags).toEqual([]);
  });

  it('shares material and rotation, and nothing else', async () => {
    const { here, there, KeyId, clock } = await twoRegions();
    await here.createAlias({ AliasName: 'alias/app', TargetKeyId: KeyId });
    await here.tagResource({ KeyId, Tags: [{ TagKey: 'a', TagValue: 'b' }] });
    await here.disableKey({ KeyId });
    expect((await errorOf(there.describeKey({ KeyId: 'alias/app' }))).name).toBe('NotFoundException');
    expect((await there.listResourceTags({ KeyId })).Tags).toEqual([]);
    expect(await stateOf(there, KeyId)).toBe('Enabled');
    await here.enableKey({ KeyId });
    await here.enableKeyRotation({ KeyId });
    expect((await there.getKeyRotationStatus({ KeyId })).KeyRotationEnabled).toBe(true);
    clock.advance('366d');
    const current = async (client: typeof here) =>
      (await client.describeKey({ KeyId })).KeyMetadata!.CurrentKeyMaterialId;
    expect(await current(there)).toBe(await current(here));
    for (const call of [
      there.enableKeyRotation({ KeyId }),
      there.rotateKeyOnDemand({ KeyId }),
      there.replicateKey({ KeyId, ReplicaRegion: 'us-west-2' }),
    ]) {
      expect(await outcomeOf(call)).toMatch(/^UnsupportedOperationException: .* is not a multi-region primary key\.$/);
    }
  });

  it('opens in one Region what the other sealed, with one call to the one', async () => {
    const { here, there, kms, KeyId } = await twoRegions();
    const made = await here.generateDataKey({ KeyId, KeySpec: 'AES_256' });
    const before = kms.callCount();
    const opened = await there.decrypt({ CiphertextBlob: made.CiphertextBlob });
    expect(opened.Plaintext).toEqual(made.Plaintext);
    expect(kms.callCount() - before).toBe(1);
    expect(kms.auditLog.at(-1)).toMatchObject({ awsRegion: 'eu-west-1', eventName: 'Decrypt' });
  });

  it('signs in one Region what the other verifies', async () => {
    const { here, there, KeyId } = await twoRegions({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    const request = { KeyId, Message: bytes('x'), SigningAlgorithm: 'ECDSA_SHA_256' as const };
    const { Signature } = await here.sign(request);
    expect((await there.verify({ ...request, Signature })).SignatureValid).toBe(true);
  });

  it('refuses a second replica in a Region, other partitions, and keys of one Region', async () => {
    const { here, KeyId } = await twoRegions();
    const single = await newKey(here);
    expect((await errorOf(here.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' }))).name).toBe(
      'AlreadyExistsException',
    );
    expect((await errorOf(here.replicateKey({ KeyId, ReplicaRegion: 'us-east-1' }))).name).toBe(
      'AlreadyExistsException',
    );
    expect((await errorOf(here.replicateKey({ KeyId, ReplicaRegion: 'cn-north-1' }))).name).toBe('ValidationException');
    expect((await errorOf(here.replicateKey({ KeyId: single.id, ReplicaRegion: 'eu-west-1' }))).name).toBe(
      'UnsupportedOperationException',
    );
  });

  it('makes replicas of imported keys that need the same bytes', async () => {
    const { here, there, KeyId } = await importedTwoRegions();
    expect(await stateOf(there, KeyId)).toBe('PendingImport');
    expect((await errorOf(importInto(there, KeyId, randomBytes(32)))).name).toBe('IncorrectKeyMaterialException');
    expect(await stateOf(here, KeyId)).toBe('Enabled');
  });

  it('keeps Creating for as long as the setting says', async () => {
    const clock = new FakeClock();
    const kms = new MemoryKms({ clock, settings: { transitionMs: 5000 } });
    const { id: KeyId } = await newKey(kms.client(), { MultiRegion: true });
    await kms.client().replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' });
    const there = kms.client({ region: 'eu-west-1' });
    expect(await stateOf(there, KeyId)).toBe('Creating');
    clock.advance('5s');
    expect(await stateOf(there, KeyId)).toBe('Enabled');
  });
});

const material = Buffer.alloc(32, 9);

async function importedTwoRegions() {
  const world = stillKms();
  const here = world.client;
  const { id: KeyId, arn } = await newKey(here, { MultiRegion: true, Origin: 'EXTERNAL' });
  await importInto(here, KeyId, material);
  const answer = await here.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' });
  return { ...world, here, there: world.kms.client({ region: 'eu-west-1' }), KeyId, arn, answer };
}

describe('imported keys in several Regions', () => {
  it('open everywhere once every Region has the bytes', async () => {
    const { here, there, KeyId } = await importedTwoRegions();
    const { CiphertextBlob } = await here.encrypt({ KeyId, Plaintext: bytes('x') });
    expect(await outcomeOf(there.decrypt({ CiphertextBlob }))).toMatch(/pending import/);
    await importInto(there, KeyId, material);
    expect((await there.decrypt({ CiphertextBlob })).Plaintext).toEqual(bytes('x'));
  });

  it('rotate once every Region has the next bytes', async () => {
    const { here, there, KeyId } = await importedTwoRegions();
    await importInto(there, KeyId, material);
    const next = Buffer.alloc(32, 10);
    await importInto(here, KeyId, next, { ImportType: 'NEW_KEY_MATERIAL' });
    const { Rotations } = await here.listKeyRotations({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' });
    expect(Rotations!.at(-1)!.KeyMaterialState).toBe('PENDING_MULTI_REGION_IMPORT_AND_ROTATION');
    expect((await errorOf(here.rotateKeyOnDemand({ KeyId }))).name).toBe('KMSInvalidStateException');
    await importInto(there, KeyId, next);
    expect(await outcomeOf(here.rotateKeyOnDemand({ KeyId }))).toBe('ok');
    const { CiphertextBlob } = await here.encrypt({ KeyId, Plaintext: bytes('x') });
    expect(await outcomeOf(there.decrypt({ CiphertextBlob }))).toBe('ok');
  });
});

describe('what waits for rotation in several Regions', () => {
  const next = Buffer.alloc(32, 10);
  const rotationsOf = async (client: MemoryKmsClient, KeyId: string) =>
    (await client.listKeyRotations({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })).Rotations!;

  async function waitingInBoth() {
    const world = await importedTwoRegions();
    await importInto(world.there, world.KeyId, material);
    const extra = { ImportType: 'NEW_KEY_MATERIAL', KeyMaterialDescription: 'vault 7' };
    const { KeyMaterialId } = await importInto(world.here, world.KeyId, next, extra);
    return { ...world, KeyMaterialId };
  }

  it('goes from the replicas when the primary key loses it, and not the other way round', async () => {
    const { here, there, KeyId, KeyMaterialId } = await waitingInBoth();
    await importInto(there, KeyId, next, { ImportType: 'EXISTING_KEY_MATERIAL' });
    await there.deleteImportedKeyMaterial({ KeyId, KeyMaterialId });
    expect((await rotationsOf(here, KeyId)).map((row) => row.KeyMaterialState)).toEqual([
      'CURRENT',
      'PENDING_MULTI_REGION_IMPORT_AND_ROTATION',
    ]);
    await importInto(there, KeyId, next);
    await here.deleteImportedKeyMaterial({ KeyId, KeyMaterialId });
    expect(await rotationsOf(there, KeyId)).toHaveLength(1);
    expect([await stateOf(here, KeyId), await stateOf(there, KeyId)]).toEqual(['Enabled', 'Enabled']);
    expect((await errorOf(importInto(there, KeyId, next))).name).toBe('IncorrectKeyMaterialException');
  });

  it('is described by the primary key alone, for the replicas too', async () => {
    const { here, there, KeyId } = await waitingInBoth();
    const described = async (client: MemoryKmsClient) => (await rotationsOf(client, KeyId))[1]!.KeyMaterialDescription;
    expect(await described(there)).toBe('vault 7');
    await importInto(there, KeyId, next);
    await importInto(here, KeyId, next, { KeyMaterialDescription: 'vault 8' });
    expect([await described(here), await described(there)]).toEqual(['vault 8', 'vault 8']);
    const onReplica = importInto(there, KeyId, next, { KeyMaterialDescription: 'vault 9' });
    expect(await outcomeOf(onReplica)).toMatch(/not a multi-region primary key/);
    await here.updatePrimaryRegion({ KeyId, PrimaryRegion: 'eu-west-1' });
    expect(await described(there)).toBe('vault 8');
  });
});

describe('UpdatePrimaryRegion', () => {
  it('wants another Region than the primary one', async () => {
    const { here, KeyId } = await twoRegions();
    const call = here.updatePrimaryRegion({ KeyId, PrimaryRegion: 'us-east-1' });
    expect((await errorOf(call)).name).toBe('UnsupportedOperationException');
  });

  it('shows both keys as not enabled while they are Updating', async () => {
    const { client: here, kms, clock } = stillKms({ settings: { transitionMs: 5000 } });
    const { id: KeyId } = await newKey(here, { MultiRegion: true });
    await here.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' });
    clock.advance('5s');
    await here.updatePrimaryRegion({ KeyId, PrimaryRegion: 'eu-west-1' });
    for (const client of [here, kms.client({ region: 'eu-west-1' })]) {
      const { KeyMetadata } = await client.describeKey({ KeyId });
      expect(KeyMetadata).toMatchObject({ KeyState: 'Updating', Enabled: false });
    }
    clock.advance('5s');
    expect((await here.describeKey({ KeyId })).KeyMetadata).toMatchObject({ KeyState: 'Enabled', Enabled: true });
  });

  it('swaps the roles', async () => {
    const { here, there, KeyId } = await twoRegions();
    await here.updatePrimaryRegion({ KeyId, PrimaryRegion: 'eu-west-1' });
    const typeIn = async (client: typeof here) =>
      (await client.describeKey({ KeyId })).KeyMetadata!.MultiRegionConfiguration!.MultiRegionKeyType;
    expect([await typeIn(here), await typeIn(there)]).toEqual(['REPLICA', 'PRIMARY']);
    expect(await outcomeOf(there.rotateKeyOnDemand({ KeyId }))).toBe('ok');
    expect(await outcomeOf(here.rotateKeyOnDemand({ KeyId }))).toMatch(/not a multi-region primary key/);
  });

  it('wants a replica in the new Region', async () => {
    const { here, KeyId } = await twoRegions();
    expect((await errorOf(here.updatePrimaryRegion({ KeyId, PrimaryRegion: 'us-west-2' }))).name).toBe(
      'NotFoundException',
    );
  });
});

describe('Regions that are served', () => {
  it('are all, unless they are named', async () => {
    const kms = new MemoryKms({ regions: ['eu-west-1', 'eu-west-2'] });
    const { id: KeyId } = await newKey(kms.client(), { MultiRegion: true });
    expect((await errorOf(kms.client().replicateKey({ KeyId, ReplicaRegion: 'us-east-1' }))).name).toBe(
      'ValidationException',
    );
    expect((await errorOf(kms.client({ region: 'us-east-1' }).listKeys())).name).toBe('InvalidSignatureException');
  });
});
