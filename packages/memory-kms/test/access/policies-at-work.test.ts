// Conditions whose values the engine knows and no parameter tells: tried by real calls.

import { FakeClock, MemoryKms } from '@waxseal/memory-kms';
import { describe, expect, it } from 'vitest';
import { encodeState } from '../../src/state/state-document.ts';
import { importInto } from '../import-material.ts';
import { bytes, errorOf, newKey, outcomeOf } from '../keys-in-states.ts';
import { sampleKey } from '../state/sample-state.ts';

const ROLE = 'arn:aws:iam::111122223333:role/worker';
const delegate = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::111122223333:root' },
  Action: 'kms:*',
  Resource: '*',
};
const policyOf = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const allow = (Action: unknown, Condition: object = {}) => ({
  Effect: 'Allow',
  Principal: { AWS: ROLE },
  Action,
  Resource: '*',
  Condition,
});

/** A KMS whose callers have only what key policies give them; the root user is let by IAM too. */
function strictKms() {
  const clock = new FakeClock('2026-11-23T00:00:00Z');
  const kms = new MemoryKms({ clock, authorization: 'strict' });
  return { clock, kms, admin: kms.client(), worker: kms.client({ principal: ROLE }) };
}

describe('kms:ReEncryptOnSameKey', () => {
  async function sealed(value: boolean) {
    const world = strictKms();
    const onSame = { Bool: { 'kms:ReEncryptOnSameKey': value } };
    const Policy = policyOf(delegate, allow('kms:Encrypt'), allow('kms:ReEncrypt*', onSame));
    const key = await newKey(world.admin, { Policy });
    const other = await newKey(world.admin, { Policy });
    const { CiphertextBlob } = await world.worker.encrypt({ KeyId: key.id, Plaintext: bytes('x') });
    return { ...world, key, other, CiphertextBlob };
  }

  it('is true for both actions where a blob stays under its key, named or not', async () => {
    const { worker, admin, key, other, CiphertextBlob } = await sealed(true);
    expect(await outcomeOf(worker.reEncrypt({ CiphertextBlob, DestinationKeyId: key.id }))).toBe('ok');
    await admin.createAlias({ AliasName: 'alias/app', TargetKeyId: key.id });
    const byName = { CiphertextBlob, SourceKeyId: key.arn, DestinationKeyId: 'alias/app' };
    expect(await outcomeOf(worker.reEncrypt(byName))).toBe('ok');
    const denied = await errorOf(worker.reEncrypt({ CiphertextBlob, DestinationKeyId: other.id }));
    expect(denied.message).toContain('kms:ReEncryptFrom');
  });

  it('is false for both where it goes to another key', async () => {
    const { worker, key, other, CiphertextBlob } = await sealed(false);
    expect(await outcomeOf(worker.reEncrypt({ CiphertextBlob, DestinationKeyId: other.id }))).toBe('ok');
    const denied = await errorOf(worker.reEncrypt({ CiphertextBlob, DestinationKeyId: key.id }));
    expect(denied.message).toContain('kms:ReEncryptFrom');
  });

  it('hides no damage: a blob that is none is told as such', async () => {
    const { admin, key } = await sealed(true);
    const call = admin.reEncrypt({ CiphertextBlob: bytes('none'), DestinationKeyId: key.id });
    expect((await errorOf(call)).name).toBe('InvalidCiphertextException');
  });
});

describe('kms:TrailingDaysWithoutKeyUsage', () => {
  it('counts whole days since the last use, or since creation', async () => {
    const { admin, clock, kms } = strictKms();
    const recent = { NumericLessThanEquals: { 'kms:TrailingDaysWithoutKeyUsage': '90' } };
    const Action = ['kms:ScheduleKeyDeletion', 'kms:DisableKey'];
    const deny = { Effect: 'Deny', Principal: '*', Action, Resource: '*', Condition: recent };
    const { id: KeyId } = await newKey(admin, { Policy: policyOf(delegate, deny) });
    expect((await errorOf(admin.disableKey({ KeyId }))).message).toContain('explicit deny');
    clock.advance('91d');
    expect(kms.explain({ action: 'DisableKey', keyId: KeyId })).toContain('allowed');
    await admin.encrypt({ KeyId, Plaintext: bytes('x') });
    expect(kms.explain({ action: 'DisableKey', keyId: KeyId })).toContain('denied');
    expect((await errorOf(admin.scheduleKeyDeletion({ KeyId }))).name).toBe('AccessDeniedException');
    clock.advance('90d');
    clock.advance('23h');
    expect((await errorOf(admin.disableKey({ KeyId }))).name).toBe('AccessDeniedException');
    clock.advance('1h');
    expect(await outcomeOf(admin.disableKey({ KeyId }))).toBe('ok');
  });
});

describe('kms:ValidTo', () => {
  it('is Unix time', async () => {
    const { admin, worker, clock } = strictKms();
    const limit = String(clock.now() / 1000 + 86_400);
    const until = { NumericLessThanEquals: { 'kms:ValidTo': limit } };
    const Policy = policyOf(delegate, allow('kms:GetParametersForImport'), allow('kms:ImportKeyMaterial', until));
    const { id: KeyId } = await newKey(admin, { Origin: 'EXTERNAL', Policy });
    const expiring = (hours: number) => ({
      ExpirationModel: 'KEY_MATERIAL_EXPIRES',
      ValidTo: new Date(clock.now() + hours * 3_600_000),
    });
    const late = importInto(worker, KeyId, new Uint8Array(32), expiring(25));
    expect((await errorOf(late)).name).toBe('AccessDeniedException');
    expect(await outcomeOf(importInto(worker, KeyId, new Uint8Array(32), expiring(24)))).toBe('ok');
  });
});

describe('ForAllValues on a key with a single value', () => {
  it.each([
    ['kms:EncryptionContext:app', 'encryption context'],
    ['aws:RequestTag/team', 'tag'],
  ])('is refused in a new key policy: %s', async (key, subject) => {
    const admin = new MemoryKms().client();
    const Policy = policyOf(delegate, allow('kms:*', { 'ForAllValues:StringEquals': { [key]: 'x' } }));
    const message =
      'OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition key matches ' +
      `requests without the specified ${subject} or with an unspecified ${subject}. To fix, remove ForAllValues.`;
    const { id: KeyId } = await newKey(admin);
    for (const call of [admin.createKey({ Policy }), admin.putKeyPolicy({ KeyId, Policy })]) {
      expect(await outcomeOf(call)).toBe(`MalformedPolicyDocumentException: ${message}`);
    }
  });

  it('stays in force where a key has it already', async () => {
    const { kms, worker } = strictKms();
    const key = sampleKey('old', 1);
    const inContext = { 'ForAllValues:StringEquals': { 'kms:EncryptionContext:app': 'x' } };
    const local = { ...key.regions['us-east-1']!, policy: policyOf(delegate, allow('kms:Encrypt', inContext)) };
    const snapshot = { keys: [{ ...key, regions: { 'us-east-1': local } }], aliases: [], usages: [], importTokens: [] };
    kms.importState(encodeState({ generation: 0, snapshot }));
    expect(await outcomeOf(worker.encrypt({ KeyId: key.id, Plaintext: bytes('x') }))).toBe('ok');
  });

  it('is for keys with several values', async () => {
    const { admin } = strictKms();
    const keys = { 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['app'] } };
    expect(await outcomeOf(admin.createKey({ Policy: policyOf(delegate, allow('kms:*', keys)) }))).toBe('ok');
  });
});

describe('the lockout check', () => {
  const admins = (Condition: object) =>
    policyOf({ ...delegate, Action: ['kms:PutKeyPolicy', 'kms:GetKeyPolicy'], Condition });

  it.each([
    ['kms:KeySpec', 'SYMMETRIC_DEFAULT'],
    ['kms:KeyUsage', 'ENCRYPT_DECRYPT'],
    ['aws:ResourceTag/team', 'blue'],
  ])('knows the key as it will be: %s', async (key, value) => {
    const { admin } = strictKms();
    const Policy = admins({ StringEquals: { [key]: value } });
    const Tags = [{ TagKey: 'team', TagValue: 'blue' }];
    const { id: KeyId } = await newKey(admin, { Policy, Tags });
    expect(await outcomeOf(admin.putKeyPolicy({ KeyId, Policy }))).toBe('ok');
    const other = admins({ StringEquals: { [key]: 'another' } });
    const Locked = 'MalformedPolicyDocumentException';
    expect((await errorOf(admin.putKeyPolicy({ KeyId, Policy: other }))).name).toBe(Locked);
    expect((await errorOf(admin.createKey({ Policy: other, Tags }))).name).toBe(Locked);
  });

  it('knows the replica as it will be', async () => {
    const { admin } = strictKms();
    const { id: KeyId } = await newKey(admin, { MultiRegion: true });
    const policyFor = (type: string) => admins({ StringEquals: { 'kms:MultiRegionKeyType': type } });
    const refused = admin.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1', Policy: policyFor('PRIMARY') });
    expect((await errorOf(refused)).name).toBe('MalformedPolicyDocumentException');
    const taken = admin.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1', Policy: policyFor('REPLICA') });
    expect(await outcomeOf(taken)).toBe('ok');
  });

  it('lives on the clock of the KMS', async () => {
    const { admin, clock } = strictKms();
    clock.advance('3650d');
    const Policy = admins({ DateGreaterThan: { 'aws:CurrentTime': '2036-01-01T00:00:00Z' } });
    expect(await outcomeOf(admin.createKey({ Policy }))).toBe('ok');
  });
});

describe('policies over long values', () => {
  const Plaintext = bytes('x');

  it('are not asked about an encryption context that is too long', async () => {
    const { admin, worker } = strictKms();
    const { id: KeyId } = await newKey(admin);
    const { CiphertextBlob } = await admin.encrypt({ KeyId, Plaintext });
    const EncryptionContext = { tenant: 'x'.repeat(8187) };
    const refused = 'ValidationException: The encryption context must not be longer than 8192 bytes.';
    for (const call of [
      worker.encrypt({ KeyId, Plaintext, EncryptionContext }),
      worker.decrypt({ CiphertextBlob, EncryptionContext }),
      worker.generateDataKey({ KeyId, KeySpec: 'AES_256', EncryptionContext }),
      worker.generateDataKeyPairWithoutPlaintext({ KeyId, KeyPairSpec: 'ECC_NIST_P256', EncryptionContext }),
      worker.reEncrypt({ CiphertextBlob, DestinationKeyId: KeyId, SourceEncryptionContext: EncryptionContext }),
      worker.reEncrypt({ CiphertextBlob, DestinationKeyId: KeyId, DestinationEncryptionContext: EncryptionContext }),
    ]) {
      expect(await outcomeOf(call)).toBe(refused);
    }
    const longest = { tenant: 'x'.repeat(8186) };
    expect(await outcomeOf(admin.encrypt({ KeyId, Plaintext, EncryptionContext: longest }))).toBe('ok');
  });

  it('are not asked about constraints of a grant that are too long', async () => {
    const { admin, worker } = strictKms();
    const { id: KeyId } = await newKey(admin);
    const Constraints = { EncryptionContextSubset: { tenant: 'x'.repeat(385) } };
    const call = worker.createGrant({ KeyId, GranteePrincipal: ROLE, Operations: ['Decrypt'], Constraints });
    expect(await outcomeOf(call)).toMatch(/^ValidationException: A grant constraint has at most 8 pairs/);
  });

  it('take no long time, however many patterns and keys there are', async () => {
    const { admin, worker } = strictKms();
    const patterns = Array.from({ length: 3500 }, (_, index) => `${index.toString(36)}-*`);
    const denied = { 'ForAnyValue:StringLike': { 'kms:EncryptionContextKeys': patterns } };
    const Policy = policyOf(delegate, { ...allow('kms:Encrypt', denied), Effect: 'Deny' });
    const { id: KeyId } = await newKey(admin, { Policy });
    const EncryptionContext = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [index.toString(36), '']));
    const started = performance.now();
    expect(await outcomeOf(worker.encrypt({ KeyId, Plaintext, EncryptionContext }))).toMatch(/^AccessDenied/);
    expect(performance.now() - started).toBeLessThan(4000);
  });
});
