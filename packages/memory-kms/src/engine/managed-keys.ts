// AWS managed keys (a service's keys in the customer's account) and AWS owned keys (a service's own, invisible).

import { DAY_MS } from './clock.ts';
import type { EngineParts } from './invocation.ts';
import { keyArn, partitionOf, rootArn } from './key-identifier.ts';
import { makeSymmetricMaterial } from './key-material.ts';
import type { KeyRecord, LocalKey, RegionalKey } from './key-record.ts';
import { KmsServiceError } from './kms-service-error.ts';
import { randomUuid } from './random-source.ts';

/** Services whose key is made when its alias is first used. */
const SERVICES = [
  'acm',
  'backup',
  'codecommit',
  'dms',
  'dynamodb',
  'ebs',
  'elasticfilesystem',
  'es',
  'fsx',
  'glue',
  'kafka',
  'kinesis',
  'kinesisvideo',
  'lambda',
  'lightsail',
  'mq',
  'rds',
  'redshift',
  's3',
  'secretsmanager',
  'ses',
  'sns',
  'sqs',
  'ssm',
  'workspaces',
  'xray',
] as const;

const PREFIX = 'alias/aws/';
const ROTATION_DAYS = 365;

/** The account that owns AWS owned keys here; no caller's. */
export const AWS_OWNED_ACCOUNT = '000000000000';

/** Where a managed key is. */
export type ManagedPlace = { readonly account: string; readonly region: string };

/** The service of an AWS alias that KMS knows, whether or not its key exists yet. */
export function serviceOfAlias(alias: string): string | undefined {
  const service = alias.startsWith(PREFIX) ? alias.slice(PREFIX.length) : undefined;
  return SERVICES.find((known) => known === service);
}

/**
 * The AWS managed key of a service, made now unless it exists.
 *
 * @param service - Such as `s3`; becomes the alias `alias/aws/s3`.
 * @param now - Milliseconds since 1970.
 */
export function provisionManagedKey(parts: EngineParts, place: ManagedPlace, service: string, now: number): LocalKey {
  const { store } = parts;
  const name = `${PREFIX}${service}`;
  const known = store.alias(place.account, place.region, name);
  const found = known && store.find(place.account, place.region, known.targetKeyId);
  if (found !== undefined) return found;
  const key = storeKey(parts, place, now, {
    manager: 'AWS',
    description: `Default key that protects my ${service} data when no other key is defined`,
    policy: managedPolicy(place, service),
  });
  store.putAlias({ ...place, name, targetKeyId: key.record.id, createdAt: now, updatedAt: now });
  return key;
}

/** A key of AWS's own: no list shows it, no name finds it but for callers of the owning account. */
export function provisionOwnedKey(parts: EngineParts, region: string, service: string, now: number): LocalKey {
  const place = { account: AWS_OWNED_ACCOUNT, region };
  const policy = managedPolicy(place, service);
  return storeKey(parts, place, now, { manager: 'OWNED', description: `AWS owned key of ${service}`, policy });
}

type Kind = Pick<KeyRecord, 'manager'> & Pick<RegionalKey, 'description' | 'policy'>;

function storeKey(parts: EngineParts, place: ManagedPlace, now: number, kind: Kind): LocalKey {
  const { account, region } = place;
  const id = randomUuid(parts.random);
  const material = makeSymmetricMaterial(parts.random, now);
  const { manager, ...own } = kind;
  const state = { region, enabled: true, createdAt: now, tags: [], grants: [], imported: [] };
  const local: RegionalKey = { ...state, ...own };
  const record: KeyRecord = {
    partition: partitionOf(region),
    account,
    id,
    spec: 'SYMMETRIC_DEFAULT',
    usage: 'ENCRYPT_DECRYPT',
    origin: 'AWS_KMS',
    manager,
    multiRegion: false,
    primaryRegion: region,
    materials: [material],
    currentMaterialId: material.id,
    rotation: { periodDays: ROTATION_DAYS, nextAt: now + ROTATION_DAYS * DAY_MS },
    onDemandRotations: 0,
    regions: { [region]: local },
  };
  parts.store.put(record);
  return { record, local, arn: keyArn(region, account, id) };
}

/** The fixed policy: use through the service by anyone in the account, direct access to metadata only. */
function managedPolicy({ account, region }: ManagedPlace, service: string): string {
  const use = [
    'kms:Encrypt',
    'kms:Decrypt',
    'kms:ReEncrypt*',
    'kms:GenerateDataKey*',
    'kms:CreateGrant',
    'kms:DescribeKey',
  ];
  const viaService = {
    Sid: `Allow access through ${service} for all principals in the account that are authorized to use ${service}`,
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: use,
    Resource: '*',
    Condition: {
      StringEquals: { 'kms:CallerAccount': account, 'kms:ViaService': `${service}.${region}.amazonaws.com` },
    },
  };
  const metadata = {
    Sid: 'Allow direct access to key metadata to the account',
    Effect: 'Allow',
    Principal: { AWS: rootArn(region, account) },
    Action: ['kms:Describe*', 'kms:Get*', 'kms:List*', 'kms:RevokeGrant'],
    Resource: '*',
  };
  const document = { Version: '2012-10-17', Id: `auto-${service}-1`, Statement: [viaService, metadata] };
  return JSON.stringify(document, undefined, 2);
}

/** What only the service itself may do with its key. */
const REFUSED = new Set([
  'CancelKeyDeletion',
  'DeleteImportedKeyMaterial',
  'DisableKey',
  'DisableKeyRotation',
  'EnableKey',
  'EnableKeyRotation',
  'GetParametersForImport',
  'ImportKeyMaterial',
  'PutKeyPolicy',
  'ReplicateKey',
  'RotateKeyOnDemand',
  'ScheduleKeyDeletion',
  'TagResource',
  'UntagResource',
  'UpdateKeyDescription',
  'UpdatePrimaryRegion',
]);

/**
 * Refuses to change an AWS managed key: its policy allows that to nobody and can't be edited.
 *
 * @throws KmsServiceError AccessDeniedException, whatever the mode of authorization.
 */
export function requireChangeable({ record, arn }: LocalKey, operation: string, principal: string): void {
  if (record.manager === 'CUSTOMER' || !REFUSED.has(operation)) return;
  throw new KmsServiceError(
    'AccessDeniedException',
    `User: ${principal} is not authorized to perform: kms:${operation} on resource: ${arn} because no resource-based ` +
      `policy allows the kms:${operation} action`,
  );
}
