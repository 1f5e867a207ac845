import type { FreeHandler } from '../engine/handler.ts';
import { authorize, type Invocation } from '../engine/invocation.ts';
import { keyArn, partitionOf } from '../engine/key-identifier.ts';
import { makeMaterial } from '../engine/key-material.ts';
import { keyMetadata } from '../engine/key-metadata.ts';
import { defaultKeyPolicy, requireGivenPolicy } from '../engine/key-policy.ts';
import type { KeyOrigin, KeyRecord, KeySpec, KeyUsage, LocalKey, RegionalKey } from '../engine/key-record.ts';
import { isSupportedSpec, keySpecTable } from '../engine/key-spec-table.ts';
import { addTags } from '../engine/key-tags.ts';
import { KmsServiceError } from '../engine/kms-service-error.ts';
import type { Input } from '../engine/operation-types.ts';
import { randomUuid } from '../engine/random-source.ts';

/** Makes a key; of a symmetric one only 32 random bytes, of a key pair the pair, on the thread pool. */
export const createKey: FreeHandler<'CreateKey'> = async (invocation) => {
  const { input, now, parts, trace } = invocation;
  const plan = planKey(input);
  authorize(invocation, 'kms:CreateKey', { kind: 'none' });
  if ((input.Tags ?? []).length > 0) authorize(invocation, 'kms:TagResource', { kind: 'none' });
  const { local, arn, record: empty } = emptyKey(invocation, plan);
  requireGivenPolicy(invocation, { local, arn, record: empty });
  const material = plan.origin === 'AWS_KMS' ? await makeMaterial(plan.spec, parts.random, now) : undefined;
  const record = material === undefined ? empty : { ...empty, materials: [material], currentMaterialId: material.id };
  parts.store.put(record);
  trace.keys.push({ arn, account: record.account });
  return { KeyMetadata: keyMetadata({ record, local, arn }, now) };
};

/** The key without its material. */
function emptyKey(invocation: Invocation<Input<'CreateKey'>>, plan: KeyPlan): LocalKey {
  const { region, caller } = invocation.call;
  const id = newKeyId(invocation, plan.multiRegion);
  const local = newRegionalKey(invocation);
  const record: KeyRecord = {
    ...plan,
    id,
    partition: partitionOf(region),
    account: caller.account,
    manager: 'CUSTOMER',
    primaryRegion: region,
    materials: [],
    onDemandRotations: 0,
    regions: { [region]: local },
  };
  return { record, local, arn: keyArn(region, caller.account, id) };
}

/** What cannot change in a key's life. */
type KeyPlan = Pick<KeyRecord, 'spec' | 'usage' | 'origin' | 'multiRegion'>;

function planKey(input: Input<'CreateKey'>): KeyPlan {
  const origin = plannedOrigin(input);
  const spec = plannedSpec(input);
  const usage = plannedUsage(spec, input.KeyUsage);
  if (origin === 'EXTERNAL' && spec.startsWith('ML_')) throw unsupported(`${spec} keys cannot have imported material.`);
  return { spec, usage, origin, multiRegion: input.MultiRegion === true };
}

function plannedOrigin(input: Input<'CreateKey'>): KeyOrigin {
  const { Origin: origin = 'AWS_KMS' } = input;
  if (input.CustomKeyStoreId !== undefined || input.XksKeyId !== undefined)
    throw unsupported('Custom key stores are not supported.');
  if (origin === 'AWS_CLOUDHSM' || origin === 'EXTERNAL_KEY_STORE')
    throw unsupported('Custom key stores are not supported.');
  return origin;
}

function plannedSpec({ KeySpec: spec, CustomerMasterKeySpec: older }: Input<'CreateKey'>): KeySpec {
  if (spec !== undefined && older !== undefined) {
    throw new KmsServiceError(
      'ValidationException',
      'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
    );
  }
  const wanted: string = spec ?? older ?? 'SYMMETRIC_DEFAULT';
  if (!isSupportedSpec(wanted)) throw unsupported(`KeySpec ${wanted} is not supported.`);
  return wanted;
}

function plannedUsage(spec: KeySpec, usage: KeyUsage | undefined): KeyUsage {
  if (usage === undefined && spec === 'SYMMETRIC_DEFAULT') return 'ENCRYPT_DECRYPT';
  if (usage === undefined) {
    throw new KmsServiceError(
      'ValidationException',
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    );
  }
  if (keySpecTable[spec][usage] === undefined) {
    throw new KmsServiceError('ValidationException', `KeyUsage ${usage} is not compatible with KeySpec ${spec}`);
  }
  return usage;
}

function unsupported(message: string): KmsServiceError {
  return new KmsServiceError('UnsupportedOperationException', message);
}

function newKeyId({ parts }: Invocation<object>, multiRegion: boolean): string {
  const uuid = randomUuid(parts.random);
  return multiRegion ? `mrk-${uuid.replaceAll('-', '')}` : uuid;
}

function newRegionalKey({ call, input, now }: Invocation<Input<'CreateKey'>>): RegionalKey {
  return {
    region: call.region,
    description: input.Description ?? '',
    enabled: true,
    createdAt: now,
    policy: input.Policy ?? defaultKeyPolicy(call.region, call.caller.account),
    tags: addTags([], input.Tags ?? []),
    grants: [],
    imported: [],
  };
}
