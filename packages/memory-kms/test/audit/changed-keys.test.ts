// What CloudTrail tells of calls that change keys, beyond their answers. Source: KMS Developer Guide, "Logging AWS KMS
// API calls with AWS CloudTrail" and its examples.

import { type AuditRecord, FakeClock, MemoryKms, type MemoryKmsClient } from '@waxseal/memory-kms';
import { describe, expect, it } from 'vitest';
import { newKey, stillKms } from '../keys-in-states.ts';

const role = 'arn:aws:iam::111122223333:role/worker';
const aliasArn = 'arn:aws:kms:us-east-1:111122223333:alias/app';

/** Everything that changes a key, in an order that works. */
const changes: readonly (readonly [string, boolean, (client: MemoryKmsClient, KeyId: string) => Promise<unknown>])[] = [
  ['CreateAlias', true, (client, TargetKeyId) => client.createAlias({ AliasName: 'alias/app', TargetKeyId })],
  ['UpdateAlias', true, (client, TargetKeyId) => client.updateAlias({ AliasName: 'alias/app', TargetKeyId })],
  ['DeleteAlias', true, (client) => client.deleteAlias({ AliasName: 'alias/app' })],
  ['DisableKey', true, (client, KeyId) => client.disableKey({ KeyId })],
  ['EnableKey', true, (client, KeyId) => client.enableKey({ KeyId })],
  ['EnableKeyRotation', true, (client, KeyId) => client.enableKeyRotation({ KeyId })],
  ['DisableKeyRotation', false, (client, KeyId) => client.disableKeyRotation({ KeyId })],
  ['TagResource', true, (client, KeyId) => client.tagResource({ KeyId, Tags: [{ TagKey: 'a', TagValue: 'b' }] })],
  ['UntagResource', true, (client, KeyId) => client.untagResource({ KeyId, TagKeys: ['a'] })],
  ['UpdateKeyDescription', false, (client, KeyId) => client.updateKeyDescription({ KeyId, Description: 'd' })],
  [
    'PutKeyPolicy',
    false,
    async (client, KeyId) => {
      const { Policy } = await client.getKeyPolicy({ KeyId });
      return client.putKeyPolicy({ KeyId, Policy });
    },
  ],
];

describe('responseElements', () => {
  it('have the key ARN where CloudTrail has it, and are null elsewhere', async () => {
    const { client, kms } = stillKms();
    const { id, arn } = await newKey(client);
    for (const [name, isNamed, change] of changes) {
      await change(client, id);
      const { eventName, responseElements } = kms.auditLog.at(-1)!;
      expect([eventName, responseElements]).toEqual([name, isNamed ? { keyId: arn } : null]);
    }
  });

  it('of CreateGrant have it beside the id; RevokeGrant and RetireGrant have none', async () => {
    const { client, kms } = stillKms();
    const { id: KeyId, arn } = await newKey(client);
    const request = { KeyId, GranteePrincipal: role, Operations: ['Decrypt' as const] };
    const { GrantId } = await client.createGrant(request);
    expect(kms.auditLog.at(-1)!.responseElements).toEqual({ keyId: arn, grantId: GrantId });
    await client.revokeGrant({ KeyId, GrantId });
    expect(kms.auditLog.at(-1)!.responseElements).toBeNull();
    const { GrantId: other, GrantToken } = await client.createGrant(request);
    await client.retireGrant({ GrantToken });
    expect(kms.auditLog.at(-1)).toMatchObject({
      requestParameters: null,
      responseElements: null,
      additionalEventData: { grantId: other },
    });
  });

  it('of a failed call are null', async () => {
    const { client, kms } = stillKms();
    const { id: KeyId } = await newKey(client);
    await client.scheduleKeyDeletion({ KeyId });
    await client.enableKey({ KeyId }).catch(() => undefined);
    expect(kms.auditLog.at(-1)).toMatchObject({ eventName: 'EnableKey', responseElements: null });
  });

  it('of what KMS does by itself have it too, but for rotation', async () => {
    const clock = new FakeClock();
    const kms = new MemoryKms({ clock });
    const { id: KeyId, arn } = await newKey(kms.client());
    await kms.client().rotateKeyOnDemand({ KeyId });
    await kms.client().scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
    clock.advance('8d');
    const byName = (name: string) => kms.auditLog.find(({ eventName }) => eventName === name)?.responseElements;
    expect([byName('RotateKey'), byName('DeleteKey')]).toEqual([null, { keyId: arn }]);
  });
});

describe('resources', () => {
  it('of alias operations are the alias and its key, each once', async () => {
    const { client, kms } = stillKms();
    const { id, arn } = await newKey(client);
    const other = await newKey(client);
    const resourcesAfter = async (call: Promise<unknown>) => {
      await call;
      return kms.auditLog.at(-1)!.resources!.map(({ ARN }) => ARN);
    };
    const AliasName = 'alias/app';
    expect(await resourcesAfter(client.createAlias({ AliasName, TargetKeyId: id }))).toEqual([arn, aliasArn]);
    expect(await resourcesAfter(client.updateAlias({ AliasName, TargetKeyId: id }))).toEqual([aliasArn, arn]);
    const moved = await resourcesAfter(client.updateAlias({ AliasName, TargetKeyId: other.id }));
    expect(moved).toEqual([aliasArn, other.arn, arn]);
    expect(await resourcesAfter(client.deleteAlias({ AliasName }))).toEqual([aliasArn, other.arn]);
    expect(Object.keys(kms.counts().byKey)).toEqual([arn, other.arn]);
  });
});

describe('multi-Region keys', () => {
  const named = (kms: MemoryKms, name: string): readonly AuditRecord[] =>
    kms.auditLog.filter(({ eventName }) => eventName === name);

  it('are replicated by a CreateKey in the other Region', async () => {
    const { client, kms } = stillKms();
    const { id: KeyId, arn } = await newKey(client, { MultiRegion: true });
    await client.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' });
    const replicaArn = arn.replace('us-east-1', 'eu-west-1');
    const [call] = named(kms, 'ReplicateKey');
    expect(call).toMatchObject({ awsRegion: 'us-east-1', resources: [{ ARN: arn }] });
    expect(named(kms, 'CreateKey').at(-1)).toMatchObject({
      awsRegion: 'eu-west-1',
      userIdentity: { type: 'Root', invokedBy: 'kms.amazonaws.com' },
      requestParameters: { multiRegion: true },
      responseElements: { keyMetadata: { arn: replicaArn } },
      resources: [{ ARN: replicaArn }],
      requestID: call!.requestID,
      eventType: 'AwsApiCall',
    });
    expect(kms.callCount('CreateKey')).toBe(1);
    expect(named(kms, 'SynchronizeMultiRegionKey')[0]!.responseElements).toEqual({ keyId: replicaArn });
  });

  it('change their primary Region by a record in each', async () => {
    const { client, kms } = stillKms();
    const { id: KeyId, arn } = await newKey(client, { MultiRegion: true });
    await client.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' });
    await client.updatePrimaryRegion({ KeyId, PrimaryRegion: 'eu-west-1' });
    const replicaArn = arn.replace('us-east-1', 'eu-west-1');
    const [from, to] = named(kms, 'UpdatePrimaryRegion');
    expect(from).toMatchObject({
      awsRegion: 'us-east-1',
      requestParameters: { keyId: KeyId, primaryRegion: 'eu-west-1' },
      responseElements: { keyId: arn },
    });
    expect(from!.userIdentity).not.toHaveProperty('invokedBy');
    expect(to).toMatchObject({
      awsRegion: 'eu-west-1',
      userIdentity: { invokedBy: 'kms.amazonaws.com' },
      requestParameters: { keyId: replicaArn, primaryRegion: 'eu-west-1' },
      responseElements: { keyId: replicaArn },
      requestID: from!.requestID,
    });
    expect(to!.eventID).not.toBe(from!.eventID);
    await client.updatePrimaryRegion({ KeyId, PrimaryRegion: 'eu-west-1' }).catch(() => undefined);
    expect(named(kms, 'UpdatePrimaryRegion')).toHaveLength(3);
  });
});
