// From the name in a request to the key: parse, Region, account, alias, key, authorization, in this order.

import { type AccessDetails, authorize, type Invocation, type KeyTarget, keyResource } from './invocation.ts';
import { aliasArn, type KeyIdentifier, keyArn, parseKeyIdentifier, partitionOf } from './key-identifier.ts';
import type { LocalKey } from './key-record.ts';
import { KmsServiceError } from './kms-service-error.ts';
import { provisionManagedKey, requireChangeable, serviceOfAlias } from './managed-keys.ts';
import type { KeyIdForms } from './operation-table.ts';

/** How a request may name its key. */
export type NamingRule = { readonly keyIdForms: KeyIdForms; readonly crossAccount: boolean };

/** A request that names a key, up to where the key is looked up. */
type Located = KeyIdentifier & { readonly account: string; readonly region: string };

/**
 * Finds the key that a request names and asks whether the caller may.
 *
 * A key that does not exist is denied first and missing second, so that a stranger learns nothing.
 *
 * @param name - As sent.
 * @param action - The IAM action.
 * @throws KmsServiceError NotFoundException, AccessDeniedException, InvalidArnException.
 */
export function resolveKey(
  invocation: Invocation<object>,
  name: string,
  rule: NamingRule,
  action: `kms:${string}`,
  details?: AccessDetails,
): KeyTarget {
  const located = locate(invocation, name, rule);
  const target = find(invocation, located);
  if (target === undefined) return refuseMissing(invocation, located, action, details);
  invocation.trace.keys.push({ arn: target.key.arn, account: target.key.record.account });
  authorize(invocation, action, keyResource(invocation, target), details);
  requireOwnAccountIfManaged(invocation, target);
  requireChangeable(target.key, invocation.call.operation, invocation.call.caller.principal);
  return target;
}

/**
 * Looks a key up without asking whether the caller may; for quotas that differ by key spec.
 *
 * @returns Undefined where the name is none or the key does not exist.
 */
export function peekKey(invocation: Invocation<object>, name: string, rule: NamingRule): KeyTarget | undefined {
  try {
    return findExisting(invocation, locate(invocation, name, rule));
  } catch {
    return undefined;
  }
}

/**
 * Finds a key of the caller's own account without asking for it; for operations that IAM alone decides.
 *
 * @throws KmsServiceError NotFoundException.
 */
export function lookUpKey(invocation: Invocation<object>, name: string): LocalKey {
  return requireKnown(invocation, locate(invocation, name, { keyIdForms: 'key', crossAccount: false }));
}

/**
 * The same for a key of any account; for RetireGrant, which asks once the grant is known.
 *
 * @throws KmsServiceError NotFoundException.
 */
export function lookUpAnyKey(invocation: Invocation<object>, name: string): LocalKey {
  return requireKnown(invocation, locate(invocation, name, { keyIdForms: 'key', crossAccount: true }));
}

function requireKnown(invocation: Invocation<object>, located: Located): LocalKey {
  const target = find(invocation, located);
  if (target !== undefined) return target.key;
  const arn = keyArn(located.region, located.account, located.name);
  throw new KmsServiceError('NotFoundException', `Key '${arn}' does not exist`);
}

/** The name of a key with its Region and account, both of which must fit the endpoint and the operation. */
function locate({ call }: Invocation<object>, name: string, rule: NamingRule): Located {
  const identifier = parseKeyIdentifier(name);
  if (identifier.kind === 'alias' && rule.keyIdForms !== 'keyOrAlias') {
    if (identifier.region === undefined) throw new KmsServiceError('NotFoundException', `Invalid keyId '${name}'`);
    throw new KmsServiceError('InvalidArnException', `Invalid arn ${name}`);
  }
  const { region = call.region, account = call.caller.account } = identifier;
  if (region !== call.region) throw new KmsServiceError('NotFoundException', `Invalid arn ${region}`);
  const { partition = partitionOf(region) } = identifier;
  if (partition !== partitionOf(region)) throw new KmsServiceError('NotFoundException', `Invalid arn ${partition}`);
  if (account !== call.caller.account && !rule.crossAccount) {
    throw new KmsServiceError('AccessDeniedException', foreignAccount(call.caller.principal, call.operation, name));
  }
  return { ...identifier, region, account };
}

function foreignAccount(principal: string, operation: string, name: string): string {
  return `User: ${principal} is not authorized to perform: kms:${operation} on resource: ${name}`;
}

function find(invocation: Invocation<object>, located: Located): KeyTarget | undefined {
  const { call, now, parts } = invocation;
  const { kind, name, account, region } = located;
  // The alias of a service has its key from the first use on.
  const service = kind === 'alias' && account === call.caller.account ? serviceOfAlias(name) : undefined;
  if (service !== undefined) provisionManagedKey(parts, { account, region }, service, now);
  return findExisting(invocation, located);
}

function findExisting(
  { call, parts }: Invocation<object>,
  { kind, name, account, region }: Located,
): KeyTarget | undefined {
  const keyId = kind === 'key' ? name : parts.store.alias(account, region, name)?.targetKeyId;
  const key = keyId === undefined ? undefined : parts.store.find(account, region, keyId);
  if (key === undefined || (key.record.manager === 'OWNED' && account !== call.caller.account)) return undefined;
  return { key, requestAlias: kind === 'alias' ? name : undefined };
}

function refuseMissing(
  invocation: Invocation<object>,
  { kind, name, account, region }: Located,
  action: `kms:${string}`,
  details: AccessDetails | undefined,
): never {
  if (kind === 'alias') {
    const arn = aliasArn(region, account, name);
    if (account !== invocation.call.caller.account) {
      authorize(invocation, action, { kind: 'key', arn, aliases: [], requestAlias: name }, details);
    }
    throw new KmsServiceError('NotFoundException', `Alias ${arn} is not found.`);
  }
  const arn = keyArn(region, account, name);
  authorize(invocation, action, { kind: 'key', arn, aliases: [] }, details);
  throw new KmsServiceError('NotFoundException', `Key '${arn}' does not exist`);
}

/** AWS managed keys serve their own account alone, whatever a policy says. */
function requireOwnAccountIfManaged({ call }: Invocation<object>, { key }: KeyTarget): void {
  if (key.record.manager !== 'AWS' || key.record.account === call.caller.account) return;
  throw new KmsServiceError('AccessDeniedException', foreignAccount(call.caller.principal, call.operation, key.arn));
}
