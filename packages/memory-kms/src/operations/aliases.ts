import type { FreeHandler } from '../engine/handler.ts';
import { authorize, type Invocation, type KeyTarget } from '../engine/invocation.ts';
import { aliasArn } from '../engine/key-identifier.ts';
import type { AliasRecord, LocalKey } from '../engine/key-record.ts';
import { isAsymmetric } from '../engine/key-spec-table.ts';
import { requireState } from '../engine/key-state.ts';
import { KmsServiceError } from '../engine/kms-service-error.ts';
import { resolveKey } from '../engine/resolve-key.ts';

const NAMING = { keyIdForms: 'key', crossAccount: false } as const;
const MAX_ALIASES = 50;

/** Names a key. Both the alias (IAM) and the key (key policy) must allow it. */
export const createAlias: FreeHandler<'CreateAlias'> = (invocation) => {
  const { call, now, parts, input } = invocation;
  const { AliasName: name = '', TargetKeyId: keyId = '' } = input;
  requireAliasName(name);
  requireNewAliasName(name);
  requireKeyName(keyId);
  const { key } = targetOf(invocation, name, keyId);
  const arn = aliasArn(call.region, call.caller.account, name);
  if (parts.store.alias(call.caller.account, call.region, name) !== undefined) {
    throw new KmsServiceError('AlreadyExistsException', `An alias with the name ${arn} already exists`);
  }
  requireState(key, 'edit', now);
  requireRoomForAlias(invocation, key);
  putAlias(invocation, name, key, now);
  return {};
};

/** Points an alias at another key of the same type and usage. Ciphertexts stay with their key. */
export const updateAlias: FreeHandler<'UpdateAlias'> = (invocation) => {
  const { call, now, parts, input } = invocation;
  const { AliasName: name = '', TargetKeyId: keyId = '' } = input;
  requireAliasName(name);
  requireKeyName(keyId);
  const old = parts.store.alias(call.caller.account, call.region, name);
  const { key } = targetOf(invocation, name, keyId);
  if (old === undefined) throw aliasNotFound(invocation, name);
  const isSame = old.targetKeyId === key.record.id;
  const from = isSame ? key : resolveKey(invocation, old.targetKeyId, NAMING, 'kms:UpdateAlias').key;
  requireState(key, 'edit', now);
  requireSameKind(from, key);
  if (!isSame) requireRoomForAlias(invocation, key);
  putAlias(invocation, name, key, old.createdAt);
  return {};
};

/** Removes an alias; the key stays. */
export const deleteAlias: FreeHandler<'DeleteAlias'> = (invocation) => {
  const { call, parts } = invocation;
  const { AliasName: name = '' } = invocation.input;
  requireAliasName(name);
  const alias = authorizeAlias(invocation, 'kms:DeleteAlias', name);
  if (alias === undefined) throw aliasNotFound(invocation, name);
  resolveKey(invocation, alias.targetKeyId, NAMING, 'kms:DeleteAlias');
  parts.store.removeAlias(call.caller.account, call.region, name);
  return {};
};

function requireAliasName(name: string): void {
  if (!name.startsWith('alias/') || name === 'alias/') {
    throw new KmsServiceError(
      'ValidationException',
      'Alias must start with the prefix "alias/". Please see ' +
        'https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    );
  }
  if (name.startsWith('alias/aws/')) throw new KmsServiceError('NotAuthorizedException', '');
}

/** The shape of requests allows colons, which no alias has. */
function requireNewAliasName(name: string): void {
  if (!name.includes(':')) return;
  throw new KmsServiceError('InvalidAliasNameException', `${name} contains invalid characters for an alias`);
}

function requireKeyName(name: string): void {
  if (name.startsWith('alias/') || /^arn:[^:]*:kms:[^:]*:[^:]*:alias\//.test(name)) {
    throw new KmsServiceError('ValidationException', 'Aliases must refer to keys. Not aliases');
  }
}

function targetOf(invocation: Invocation<object>, name: string, keyId: string): KeyTarget {
  const action = `kms:${invocation.call.operation}` as const;
  authorizeAlias(invocation, action, name);
  return resolveKey(invocation, keyId, NAMING, action);
}

/** The alias, if there is one, once the caller may use its name. */
function authorizeAlias(
  invocation: Invocation<object>,
  action: `kms:${string}`,
  name: string,
): AliasRecord | undefined {
  const { call, parts, trace } = invocation;
  const arn = aliasArn(call.region, call.caller.account, name);
  const alias = parts.store.alias(call.caller.account, call.region, name);
  authorize(invocation, action, { kind: 'alias', arn, alias });
  trace.aliasArn = arn;
  return alias;
}

function requireRoomForAlias({ parts }: Invocation<object>, { record, local, arn }: LocalKey): void {
  if (record.manager !== 'CUSTOMER') throw new KmsServiceError('NotAuthorizedException', '');
  if (parts.store.aliasesOf(record.account, local.region, record.id).length < MAX_ALIASES) return;
  throw new KmsServiceError('LimitExceededException', `The key ${arn} has the maximum of ${MAX_ALIASES} aliases.`);
}

function putAlias({ call, now, parts }: Invocation<object>, name: string, key: LocalKey, createdAt: number): void {
  const { record, local } = key;
  const place = { account: call.caller.account, region: local.region };
  parts.store.putAlias({ ...place, name, targetKeyId: record.id, createdAt, updatedAt: now });
}

function aliasNotFound({ call }: Invocation<object>, name: string): KmsServiceError {
  const arn = aliasArn(call.region, call.caller.account, name);
  return new KmsServiceError('NotFoundException', `Alias ${arn} is not found.`);
}

/** Symmetric, asymmetric and HMAC keys don't mix under one alias, and neither do usages. */
function requireSameKind(from: LocalKey, to: LocalKey): void {
  if (kindOf(from) === kindOf(to) && from.record.usage === to.record.usage) return;
  throw new KmsServiceError(
    'ValidationException',
    `Alias cannot be moved from ${from.arn} to ${to.arn}: the keys differ in type or usage.`,
  );
}

function kindOf({ record: { spec } }: LocalKey): string {
  if (isAsymmetric(spec)) return 'asymmetric';
  return spec === 'SYMMETRIC_DEFAULT' ? 'symmetric' : 'hmac';
}
