// ReplicateKey and UpdatePrimaryRegion.

import { serviceEvent } from '../engine/due-events.ts';
import type { KeyHandler } from '../engine/handler.ts';
import { authorize, type KeyInvocation, keyResource } from '../engine/invocation.ts';
import { keyArn, partitionOf } from '../engine/key-identifier.ts';
import { isMultiRegionReplica, notPrimary } from '../engine/key-identity.ts';
import { keyMetadata } from '../engine/key-metadata.ts';
import { defaultKeyPolicy, requirePolicy } from '../engine/key-policy.ts';
import type { LocalKey, RegionalKey } from '../engine/key-record.ts';
import { requireState } from '../engine/key-state.ts';
import { addTags } from '../engine/key-tags.ts';
import { KmsServiceError } from '../engine/kms-service-error.ts';
import type { Input } from '../engine/operation-types.ts';

/** Makes a replica in another Region: the same id and material; policy, tags, grants and aliases of its own. */
export const replicateKey: KeyHandler<'ReplicateKey'> = (invocation) => {
  const { key, input, now, parts } = invocation;
  const { record } = key;
  const region = input.ReplicaRegion ?? '';
  requirePrimaryKey(key);
  requireReplicaRegion(invocation, region);
  authorize(invocation, 'kms:CreateKey', { kind: 'none' }, { region });
  if ((input.Tags ?? []).length > 0) authorize(invocation, 'kms:TagResource', { kind: 'none' }, { region });
  const local = newReplica(invocation, region);
  parts.store.put({ ...record, regions: { ...record.regions, [region]: local } });
  const replica = { record: { ...record, regions: { ...record.regions, [region]: local } }, local };
  const arn = keyArn(region, record.account, record.id);
  parts.emit(serviceEvent(record, region, now, 'SynchronizeMultiRegionKey', { keyId: record.id }));
  return {
    // KMS answers before the replica is there.
    ReplicaKeyMetadata: keyMetadata({ ...replica, arn, local: asCreating(local) }, now),
    ReplicaPolicy: local.policy,
    ReplicaTags: local.tags.map(({ key: name, value }) => ({ TagKey: name, TagValue: value })),
  };
};

/** Swaps the roles of the primary key and one of its replicas. */
export const updatePrimaryRegion: KeyHandler<'UpdatePrimaryRegion'> = (invocation) => {
  const { key, input, now, parts } = invocation;
  const { record } = key;
  const region = input.PrimaryRegion ?? '';
  requirePrimaryKey(key);
  const replica = parts.store.find(record.account, region, record.id);
  if (replica === undefined) {
    throw new KmsServiceError('NotFoundException', `Key '${keyArn(region, record.account, record.id)}' does not exist`);
  }
  authorize(invocation, 'kms:UpdatePrimaryRegion', keyResource(invocation, { key: replica }), { region });
  requireState(replica, 'updatePrimary', now);
  const until = now + parts.settings.transitionMs;
  const updating = (local: RegionalKey): RegionalKey => ({ ...local, transition: { state: 'Updating', until } });
  const regions = { ...record.regions, [key.local.region]: updating(key.local), [region]: updating(replica.local) };
  parts.store.put({ ...record, primaryRegion: region, regions });
  for (const name of [key.local.region, region]) {
    parts.emit(serviceEvent(record, name, now, 'SynchronizeMultiRegionKey', { keyId: record.id }));
  }
  return {};
};

function requirePrimaryKey(key: LocalKey): void {
  if (!key.record.multiRegion || isMultiRegionReplica(key)) throw notPrimary(key);
}

function requireReplicaRegion({ key, parts }: KeyInvocation<object>, region: string): void {
  const { record } = key;
  if (Object.hasOwn(record.regions, region)) {
    const arn = keyArn(region, record.account, record.id);
    throw new KmsServiceError('AlreadyExistsException', `The key ${arn} already exists`);
  }
  const served = parts.settings.regions?.includes(region) ?? true;
  if (served && partitionOf(region) === record.partition) return;
  throw new KmsServiceError('ValidationException', `Replication to ${region} is not possible.`);
}

function newReplica(invocation: KeyInvocation<Input<'ReplicateKey'>>, region: string): RegionalKey {
  const { key, input, now, parts } = invocation;
  const { account, id } = key.record;
  const policy = input.Policy ?? defaultKeyPolicy(region, account);
  if (input.Policy !== undefined) {
    const bypassLockout = input.BypassPolicyLockoutSafetyCheck === true;
    requirePolicy(invocation, { policy, keyArn: keyArn(region, account, id), bypassLockout });
  }
  return {
    region,
    description: input.Description ?? '',
    enabled: true,
    createdAt: now,
    policy,
    tags: addTags([], input.Tags ?? []),
    grants: [],
    imported: [],
    transition: { state: 'Creating', until: now + parts.settings.transitionMs },
  };
}

function asCreating(local: RegionalKey): RegionalKey {
  return { ...local, transition: { state: 'Creating', until: Number.POSITIVE_INFINITY } };
}
