import { describe, expect, it } from 'vitest';
import { errorOf, scene } from './scene.ts';

const seal = (text: string) => ({ Plaintext: Buffer.from(text) });

describe('seed row: rotation', () => {
  it('makes new material when it is due, keeps the old, and changes no name', async () => {
    const { admin, clock, keyId, arn } = await scene();
    await admin.enableKeyRotation({ KeyId: keyId });
    const before = await admin.encrypt({ KeyId: keyId, ...seal('before') });
    const first = (await admin.describeKey({ KeyId: keyId })).KeyMetadata?.CurrentKeyMaterialId;
    clock.advance('366d');
    const after = await admin.encrypt({ KeyId: keyId, ...seal('after') });
    const { KeyMetadata } = await admin.describeKey({ KeyId: keyId });
    expect(KeyMetadata?.Arn).toBe(arn);
    expect(KeyMetadata?.CurrentKeyMaterialId).not.toBe(first);
    const opened = await Promise.all([before, after].map(({ CiphertextBlob }) => admin.decrypt({ CiphertextBlob })));
    expect(opened.map(({ Plaintext }) => Buffer.from(Plaintext ?? []).toString())).toEqual(['before', 'after']);
    expect(opened.map(({ KeyMaterialId }) => KeyMaterialId)).toEqual([first, KeyMetadata?.CurrentKeyMaterialId]);
  });

  it.each([
    [89, 'ValidationException'],
    [90, 'nothing'],
    [2560, 'nothing'],
    [2561, 'ValidationException'],
  ])('takes a period of %i days with %s', async (RotationPeriodInDays, outcome) => {
    const { admin, keyId } = await scene();
    expect(await errorOf(admin.enableKeyRotation({ KeyId: keyId, RotationPeriodInDays }))).toBe(outcome);
  });

  it('rotates once for each period that passes', async () => {
    const { admin, clock, keyId } = await scene();
    await admin.enableKeyRotation({ KeyId: keyId, RotationPeriodInDays: 90 });
    clock.advance('271d');
    expect((await admin.listKeyRotations({ KeyId: keyId })).Rotations).toHaveLength(3);
    const { NextRotationDate } = await admin.getKeyRotationStatus({ KeyId: keyId });
    expect(NextRotationDate?.toISOString()).toBe('2026-12-27T00:00:00.000Z');
  });

  it('rotates on demand 25 times in a key’s life', async () => {
    const { admin, clock, keyId } = await scene();
    for (let count = 0; count < 25; count += 1) {
      await admin.rotateKeyOnDemand({ KeyId: keyId });
      clock.advance('1h');
    }
    expect(await errorOf(admin.rotateKeyOnDemand({ KeyId: keyId }))).toBe('LimitExceededException');
    expect((await admin.listKeyRotations({ KeyId: keyId })).Rotations).toHaveLength(25);
  });

  it('by hand: another key behind the alias, the old one kept', async () => {
    const { admin, keyId } = await scene();
    await admin.createAlias({ AliasName: 'alias/app', TargetKeyId: keyId });
    const { CiphertextBlob } = await admin.encrypt({ KeyId: 'alias/app', ...seal('old') });
    const { KeyMetadata } = await admin.createKey({});
    await admin.updateAlias({ AliasName: 'alias/app', TargetKeyId: KeyMetadata?.KeyId });
    expect((await admin.encrypt({ KeyId: 'alias/app', ...seal('new') })).KeyId).toBe(KeyMetadata?.Arn);
    expect(Buffer.from((await admin.decrypt({ CiphertextBlob })).Plaintext ?? []).toString()).toBe('old');
  });

  it('is not for asymmetric keys', async () => {
    const { admin } = await scene();
    const { KeyMetadata } = await admin.createKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    expect(await errorOf(admin.enableKeyRotation({ KeyId: KeyMetadata?.KeyId }))).toBe('UnsupportedOperationException');
  });
});
