// ReplicateKey and UpdatePrimaryRegion.

import type { KeyMetadata } from '@aws-sdk/client-kms';
import type { RelayedCall } from '../engine/audit-sink.ts';
import { serviceEvent } from '../engine/due-events.ts';
import type { KeyHandler } from '../engine/handler.ts';
import { authorize, type KeyInvocation, keyResource } from '../engine/invocation.ts';
import { keyArn, partitionOf } from '../engine/key-identifier.ts';
import { isMultiRegionReplica, notPrimary } from '../engine/key-identity.ts';
import { keyMetadata } from '../engine/key-metadata.ts';
import { defaultKeyPolicy, requireGivenPolicy } from '../engine/key-policy.ts';
import type { LocalKey, RegionalKey } from '../engine/key-record.ts';
import { requireState } from '../engine/key-state.ts';
import { addTags } from '../engine/key-tags.ts';
import { KmsServiceError } from '../engine/kms-service-error.ts';
import type { Input } from '../engine/operation-types.ts';

/** Makes a replica in another Region: the same id and material; policy, tags, grants and aliases of its own. */
export const replicateKey: KeyHandler<'ReplicateKey'> = (invocation) => {
  const { key, input, now, parts, trace } = invocation;
  const { record } = key;
  const region = input.ReplicaRegion ?? '';
  requirePrimaryKey(key);
  requireReplicaRegion(invocation, region);
  authorize(invocation, 'kms:CreateKey', { kind: 'none' }, { region });
  if ((input.Tags ?? []).length > 0) authorize(invocation, 'kms:TagResource', { kind: 'none' }, { region });
  const replica = newReplica(invocation, region);
  const { local } = replica;
  requireGivenPolicy(invocation, replica);
  parts.store.put(replica.record);
  parts.emit(serviceEvent(record, region, now, 'SynchronizeMultiRegionKey', { keyId: record.id }));
  // KMS answers before the replica is there.
  const metadata = keyMetadata({ ...replica, local: asCreating(local) }, now);
  trace.relayed.push(creationOf(replica, metadata));
  return {
    ReplicaKeyMetadata: metadata,
    ReplicaPolicy: local.policy,
    ReplicaTags: local.tags.map(({ key: name, value }) => ({ TagKey: name, TagValue: value })),
  };
};

/** Swaps the roles of the primary key and one of its replicas. */
export const updatePrimaryRegion: KeyHandler<'UpdatePrimaryRegion'> = (invocation) => {
  const { key, input, now, parts, trace } = invocation;
  const { record } = key;
  const region = input.PrimaryRegion ?? '';
  requirePrimaryKey(key);
  const replica = requireReplica(invocation, region);
  authorize(invocation, 'kms:UpdatePrimaryRegion', keyResource(invocation, { key: replica }), { region });
  requireState(replica, 'updatePrimary', now);
  const until = now + parts.settings.transitionMs;
  const updating = (local: RegionalKey): RegionalKey => ({ ...local, transition: { state: 'Updating', until } });
  const regions = { ...record.regions, [key.local.region]: updating(key.local), [region]: updating(replica.local) };
  parts.store.put({ ...record, primaryRegion: region, regions });
  for (const name of [key.local.region, region]) {
    parts.emit(serviceEvent(record, name, now, 'SynchronizeMultiRegionKey', { keyId: record.id }));
  }
  const { arn } = replica;
  trace.relayed.push({
    operation: 'UpdatePrimaryRegion',
    region,
    keyArn: arn,
    input: { ...input, KeyId: arn },
    output: {},
  });
  return {};
};

function requireReplica({ key, parts }: KeyInvocation<object>, region: string): LocalKey {
  const { record, local, arn } = key;
  if (region === local.region) {
    throw new KmsServiceError('UnsupportedOperationException', `${arn} is the multi-region primary key already.`);
  }
  const replica = parts.store.find(record.account, region, record.id);
  if (replica !== undefined) return replica;
  throw new KmsServiceError('NotFoundException', `Key '${keyArn(region, record.account, record.id)}' does not exist`);
}

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

function newReplica({ key, input, now, parts }: KeyInvocation<Input<'ReplicateKey'>>, region: string): LocalKey {
  const { record } = key;
  const local: RegionalKey = {
    region,
    description: input.Description ?? '',
    enabled: true,
    createdAt: now,
    policy: input.Policy ?? defaultKeyPolicy(region, record.account),
    tags: addTags([], input.Tags ?? []),
    grants: [],
    imported: [],
    transition: { state: 'Creating', until: now + parts.settings.transitionMs },
  };
  const next = { ...record, regions: { ...record.regions, [region]: local } };
  return { record: next, local, arn: keyArn(region, record.account, record.id) };
}

/** The CreateKey in the replica's Region by which KMS makes the replica. */
function creationOf({ record, local, arn }: LocalKey, metadata: KeyMetadata): RelayedCall {
  const { policy: Policy, description: Description } = local;
  const { usage: KeyUsage, spec: KeySpec, origin: Origin } = record;
  const input = { Policy, Description, KeyUsage, KeySpec, Origin, MultiRegion: true };
  return { operation: 'CreateKey', region: local.region, keyArn: arn, input, output: { KeyMetadata: metadata } };
}

function asCreating(local: RegionalKey): RegionalKey {
  return { ...local, transition: { state: 'Creating', until: Number.POSITIVE_INFINITY } };
}
