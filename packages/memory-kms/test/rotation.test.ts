import { describe, expect, it } from 'vitest';
import { bytes, errorOf, newKey, outcomeOf, stillKms } from './keys-in-states.ts';

const DAY_MS = 86_400_000;

async function rotatingKey(RotationPeriodInDays = 365) {
  const world = stillKms();
  const { id: KeyId } = await newKey(world.client);
  await world.client.enableKeyRotation({ KeyId, RotationPeriodInDays });
  const count = async () => (await world.client.listKeyRotations({ KeyId })).Rotations!.length;
  return { ...world, KeyId, count };
}

describe('automatic rotation', () => {
  it('makes one material for each period that passed, at its own date', async () => {
    const { clock, client, KeyId } = await rotatingKey(100);
    const start = clock.now();
    clock.advance('350d');
    const { Rotations } = await client.listKeyRotations({ KeyId });
    expect(Rotations!.map(({ RotationDate }) => (RotationDate!.getTime() - start) / DAY_MS)).toEqual([100, 200, 300]);
  });

  it('leaves key id, aliases, policy and old data keys as they are', async () => {
    const { clock, client, KeyId } = await rotatingKey();
    await client.createAlias({ AliasName: 'alias/app', TargetKeyId: KeyId });
    const before = await client.generateDataKey({ KeyId, KeySpec: 'AES_256', EncryptionContext: { a: 'b' } });
    clock.advance('400d');
    const after = await client.decrypt({ CiphertextBlob: before.CiphertextBlob, EncryptionContext: { a: 'b' } });
    expect(after).toMatchObject({
      Plaintext: before.Plaintext,
      KeyMaterialId: before.KeyMaterialId,
      KeyId: before.KeyId,
    });
    expect((await client.describeKey({ KeyId: 'alias/app' })).KeyMetadata!.CurrentKeyMaterialId).not.toBe(
      before.KeyMaterialId,
    );
  });

  it('starts its period again when it is changed', async () => {
    const { clock, client, KeyId } = await rotatingKey(90);
    clock.advance('80d');
    await client.enableKeyRotation({ KeyId, RotationPeriodInDays: 200 });
    const { NextRotationDate, RotationPeriodInDays } = await client.getKeyRotationStatus({ KeyId });
    expect([RotationPeriodInDays, (NextRotationDate!.getTime() - clock.now()) / DAY_MS]).toEqual([200, 200]);
  });

  it('falls back to 365 days where it is enabled again without a period', async () => {
    const { client, KeyId } = await rotatingKey(100);
    await client.enableKeyRotation({ KeyId });
    expect((await client.getKeyRotationStatus({ KeyId })).RotationPeriodInDays).toBe(365);
  });

  it.each([
    [89, 'greater than or equal to 90'],
    [2561, 'less than or equal to 2560'],
  ])('refuses a period of %i days', async (RotationPeriodInDays, text) => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client);
    expect((await errorOf(client.enableKeyRotation({ KeyId, RotationPeriodInDays }))).message).toContain(text);
  });

  it('does not touch a disabled key, and makes up for it at once when it is enabled', async () => {
    const { clock, client, KeyId, count } = await rotatingKey();
    await client.disableKey({ KeyId });
    clock.advance('800d');
    expect(await count()).toBe(0);
    await client.enableKey({ KeyId });
    expect(await count()).toBe(1);
    const { NextRotationDate } = await client.getKeyRotationStatus({ KeyId });
    expect(NextRotationDate!.getTime()).toBe(clock.now() + 365 * DAY_MS);
  });

  it('stops for a key that awaits deletion, whose setting returns on cancel', async () => {
    const { clock, client, KeyId } = await rotatingKey();
    await client.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
    expect((await client.getKeyRotationStatus({ KeyId })).KeyRotationEnabled).toBe(false);
    clock.advance('6d');
    await client.cancelKeyDeletion({ KeyId });
    expect((await client.getKeyRotationStatus({ KeyId })).KeyRotationEnabled).toBe(true);
  });

  it('ends with DisableKeyRotation', async () => {
    const { clock, client, KeyId, count } = await rotatingKey();
    await client.disableKeyRotation({ KeyId });
    clock.advance('800d');
    expect(await count()).toBe(0);
    expect(await client.getKeyRotationStatus({ KeyId })).not.toHaveProperty('NextRotationDate');
  });

  it.each([
    [{ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }],
    [{ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }],
  ] as const)('is not for %j, whose status is false', async (input) => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client, input);
    for (const call of [
      client.enableKeyRotation({ KeyId }),
      client.disableKeyRotation({ KeyId }),
      client.rotateKeyOnDemand({ KeyId }),
      client.listKeyRotations({ KeyId }),
    ]) {
      expect((await errorOf(call)).name).toBe('UnsupportedOperationException');
    }
    expect((await client.getKeyRotationStatus({ KeyId })).KeyRotationEnabled).toBe(false);
  });

  it('is told to the audit log as a service event, at its own date', async () => {
    const { clock, client, kms, KeyId } = await rotatingKey(90);
    clock.advance('100d');
    await client.describeKey({ KeyId });
    const event = kms.auditLog.find(({ eventName }) => eventName === 'RotateKey')!;
    expect(event.eventType).toBe('AwsServiceEvent');
    expect(new Date(event.eventTime).getTime()).toBe(clock.now() - 10 * DAY_MS);
    expect(event.serviceEventDetails).toMatchObject({ rotationType: 'AUTOMATIC', keyOrigin: 'AWS_KMS', keyId: KeyId });
  });
});

describe('rotation on demand', () => {
  it('leaves the schedule where it is', async () => {
    const { clock, client, KeyId } = await rotatingKey();
    const before = await client.getKeyRotationStatus({ KeyId });
    clock.advance('10d');
    await client.rotateKeyOnDemand({ KeyId });
    expect((await client.getKeyRotationStatus({ KeyId })).NextRotationDate).toEqual(before.NextRotationDate);
  });

  it.each(['-10m', '10m'])('conflicts with an automatic one %s away', async (distance) => {
    const { clock, client, KeyId } = await rotatingKey(90);
    clock.advance(90 * DAY_MS + (distance === '10m' ? 600_000 : -600_000));
    expect((await errorOf(client.rotateKeyOnDemand({ KeyId }))).name).toBe('ConflictException');
    clock.advance('31m');
    expect(await outcomeOf(client.rotateKeyOnDemand({ KeyId }))).toBe('ok');
  });

  it('does not count automatic ones against the 25', async () => {
    const { clock, client, KeyId } = await rotatingKey(90);
    clock.advance(30 * 90 * DAY_MS + DAY_MS);
    for (let count = 0; count < 25; count++) await client.rotateKeyOnDemand({ KeyId });
    expect((await errorOf(client.rotateKeyOnDemand({ KeyId }))).name).toBe('LimitExceededException');
  });
});

describe('manual rotation', () => {
  it('is a new key under the old alias; the old key still opens', async () => {
    const { client } = stillKms();
    const [old, next] = [await newKey(client), await newKey(client)];
    await client.createAlias({ AliasName: 'alias/app', TargetKeyId: old.id });
    const before = await client.encrypt({ KeyId: 'alias/app', Plaintext: bytes('x') });
    await client.updateAlias({ AliasName: 'alias/app', TargetKeyId: next.id });
    const after = await client.encrypt({ KeyId: 'alias/app', Plaintext: bytes('x') });
    expect([before.KeyId, after.KeyId]).toEqual([old.arn, next.arn]);
    expect((await client.decrypt({ CiphertextBlob: before.CiphertextBlob })).KeyId).toBe(old.arn);
    const named = client.decrypt({ CiphertextBlob: before.CiphertextBlob, KeyId: 'alias/app' });
    expect((await errorOf(named)).name).toBe('IncorrectKeyException');
  });
});

describe('GetKeyLastUsage', () => {
  it('tells the last successful cryptographic operation, as the audit log does', async () => {
    const { client, kms, clock } = stillKms();
    const { id: KeyId } = await newKey(client);
    expect(await client.getKeyLastUsage({ KeyId })).not.toHaveProperty('KeyLastUsage');
    await client.encrypt({ KeyId, Plaintext: bytes('x') });
    clock.advance('1d');
    const { CiphertextBlob, $metadata } = await client.generateDataKey({ KeyId, KeySpec: 'AES_256' });
    clock.advance('1d');
    await errorOf(client.decrypt({ CiphertextBlob, EncryptionContext: { wrong: 'x' } }));
    await errorOf(client.encrypt({ KeyId, Plaintext: bytes('x'), DryRun: true }));
    const { KeyLastUsage } = await client.getKeyLastUsage({ KeyId });
    const record = kms.auditLog.find(({ requestID }) => requestID === $metadata.requestId)!;
    expect(KeyLastUsage).toEqual({
      Operation: 'GenerateDataKey',
      Timestamp: new Date(clock.now() - DAY_MS),
      KmsRequestId: $metadata.requestId,
      CloudTrailEventId: record.eventID,
    });
  });
});
