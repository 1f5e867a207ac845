import type { PolicyPrincipal, PolicyStatement } from './policy-document.ts';
import { accountRootArn, namesPrincipal, namesRoleOf, type PrincipalIdentity } from './principal-arn.ts';

/**
 * How a statement names the caller. `self`: by its own ARN. `role`: by the role behind its session, or by `*`.
 * `account`: by its account, which lets IAM decide.
 */
export type PrincipalMatch = 'self' | 'role' | 'account';

/**
 * Whether and how a statement's Principal or NotPrincipal covers the caller. A statement without either (an IAM
 * policy's) covers whoever it is attached to.
 *
 * `NotPrincipal` is read strictly both ways. A Deny spares the caller only where the list has every name it goes by
 * (session, role, account), as the IAM User Guide warns; an Allow reaches it only where the list has none of them.
 */
export function matchPrincipals(statement: PolicyStatement, caller: PrincipalIdentity): PrincipalMatch | undefined {
  const element = statement.principals;
  if (element === undefined) return 'self';
  if (!element.negated) return closest(element.principals.map((principal) => matchOne(principal, caller, statement)));
  const isListed = (name: PolicyPrincipal): boolean => element.principals.some((listed) => sameName(listed, name));
  const names = namesOf(caller);
  const covered = statement.effect === 'Deny' ? !names.every(isListed) : !names.some(isListed);
  return covered ? 'role' : undefined;
}

function closest(matches: readonly (PrincipalMatch | undefined)[]): PrincipalMatch | undefined {
  return (['self', 'role', 'account'] as const).find((kind) => matches.includes(kind));
}

function matchOne(
  principal: PolicyPrincipal,
  caller: PrincipalIdentity,
  statement: PolicyStatement,
): PrincipalMatch | undefined {
  if (principal.type === '*') return 'role';
  if (principal.type === 'Service')
    return caller.kind === 'service' && principal.value === caller.name ? 'self' : undefined;
  if (principal.type !== 'AWS' || caller.kind === 'service') return undefined;
  if (principal.value === '*') return 'role';
  if (isAccount(principal.value, caller)) return statement.effect === 'Deny' ? 'self' : 'account';
  if (principal.value === caller.arn) return 'self';
  return namesPrincipal(principal.value, caller) ? 'role' : undefined;
}

function isAccount(value: string, caller: PrincipalIdentity): boolean {
  return value === caller.account || value === accountRootArn(caller.account, caller.partition);
}

function namesOf(caller: PrincipalIdentity): readonly PolicyPrincipal[] {
  if (caller.kind === 'service') return [{ type: 'Service', value: caller.name }];
  const account = accountRootArn(caller.account, caller.partition);
  const names = [caller.arn, account];
  if (caller.kind === 'assumedRole') names.push(`arn:${caller.partition}:iam::${caller.account}:role/${caller.name}`);
  return [...new Set(names)].map((value) => ({ type: 'AWS', value }));
}

function sameName(listed: PolicyPrincipal, name: PolicyPrincipal): boolean {
  if (listed.type === '*' || listed.value === '*') return listed.type === '*' || listed.type === name.type;
  if (listed.type !== name.type) return false;
  return accountOf(listed.value) === accountOf(name.value) || sameRole(listed.value, name.value);
}

/** An account id and its root ARN are one name. */
function accountOf(value: string): string {
  return /^\d{12}$/.test(value) ? accountRootArn(value) : value;
}

function sameRole(listed: string, name: string): boolean {
  const session = /^arn:([^:]+):iam::(\d{12}):role\/([^/]+)$/.exec(name);
  if (session === null) return false;
  const [, partition = '', account = '', role = ''] = session;
  return namesRoleOf(listed, { arn: name, kind: 'assumedRole', account, partition, name: role });
}
