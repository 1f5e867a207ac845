// The condition keys of a request: what policies may ask about it.

import type { AccessRequest, AccessResource, Caller } from '../engine/access-request.ts';
import { DAY_MS } from '../engine/clock.ts';
import type { LocalKey } from '../engine/key-record.ts';
import { ConditionValues } from './condition-values.ts';
import { parsePrincipal, principalArnForConditions } from './principal-arn.ts';
import { addSpecAndUsage, requestConditionValues } from './request-condition-values.ts';

/** Gathers the condition keys of a request: global ones, those of the key, those of the parameters. */
export function gatherConditionValues(request: AccessRequest): ConditionValues {
  const values = new ConditionValues();
  addGlobals(values, request);
  addCaller(values, request.caller);
  addResource(values, request.resource);
  addDaysWithoutUse(values, request);
  requestConditionValues(values, request);
  for (const [key, value] of Object.entries(request.caller.conditionValues ?? {})) values.set(key, value);
  for (const [key, value] of Object.entries(request.conditionValues ?? {})) values.set(key, value);
  return values;
}

function addGlobals(values: ConditionValues, request: AccessRequest): void {
  values.add('aws:CurrentTime', new Date(request.now).toISOString());
  values.add('aws:EpochTime', Math.floor(request.now / 1000));
  values.add('aws:RequestedRegion', request.region);
}

function addCaller(values: ConditionValues, caller: Caller): void {
  const principal = parsePrincipal(caller.principal);
  values.add('kms:CallerAccount', caller.account);
  values.add('kms:ViaService', caller.viaService);
  values.add('aws:PrincipalArn', principalArnForConditions(principal));
  values.add('aws:PrincipalAccount', caller.account);
  values.add('aws:PrincipalType', PRINCIPAL_TYPES[principal.kind]);
  values.add('aws:PrincipalIsAWSService', principal.kind === 'service');
  if (principal.kind === 'service') values.add('aws:PrincipalServiceName', principal.name);
  if (principal.kind === 'user') values.add('aws:username', principal.name);
  values.add('aws:ViaAWSService', caller.viaService !== undefined);
  // A service's own address is not the caller's: AWS leaves the key out.
  if (caller.viaService === undefined) values.add('aws:SourceIp', caller.sourceIp);
  values.add('aws:UserAgent', caller.userAgent);
  // KMS has TLS endpoints only: plain HTTP to the emulator stands for what would be TLS there.
  values.add('aws:SecureTransport', true);
  for (const [key, value] of Object.entries(caller.principalTags ?? {})) values.add(`aws:PrincipalTag/${key}`, value);
}

const PRINCIPAL_TYPES: Readonly<Record<string, string | undefined>> = {
  root: 'Account',
  user: 'User',
  role: 'AssumedRole',
  assumedRole: 'AssumedRole',
  federatedUser: 'FederatedUser',
};

function addResource(values: ConditionValues, resource: AccessResource): void {
  if (resource.kind !== 'key' || resource.key === undefined) return;
  addKey(values, resource.key);
  values.add('kms:ResourceAliases', resource.aliases.length === 0 ? undefined : resource.aliases);
  values.add('kms:RequestAlias', resource.requestAlias);
}

const USE_TRACKED: ReadonlySet<string> = new Set(['kms:DisableKey', 'kms:ScheduleKeyDeletion']);

/** Whole days since the last use or, of a key never used, since its creation: tracking starts with the key. */
function addDaysWithoutUse(values: ConditionValues, { action, resource, now }: AccessRequest): void {
  if (!USE_TRACKED.has(action) || resource.kind !== 'key' || resource.key === undefined) return;
  const since = resource.lastUsedAt ?? resource.key.local.createdAt;
  values.add('kms:TrailingDaysWithoutKeyUsage', Math.max(0, Math.floor((now - since) / DAY_MS)));
}

function addKey(values: ConditionValues, { record, local }: LocalKey): void {
  addSpecAndUsage(values, record.spec, record.usage);
  values.add('kms:KeyOrigin', record.origin);
  values.add('kms:MultiRegion', record.multiRegion);
  if (record.multiRegion) {
    values.add('kms:MultiRegionKeyType', record.primaryRegion === local.region ? 'PRIMARY' : 'REPLICA');
  }
  values.add('aws:ResourceAccount', record.account);
  for (const tag of local.tags) values.add(`aws:ResourceTag/${tag.key}`, tag.value);
}
