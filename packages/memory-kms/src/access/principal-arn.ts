// Principals by their ARNs: what kind they are, and which names in a policy mean them.

import { remember } from './remember.ts';

/** A caller's ARN, taken apart. */
export type PrincipalIdentity = {
  readonly arn: string;
  readonly kind: 'root' | 'user' | 'role' | 'assumedRole' | 'federatedUser' | 'service' | 'unknown';
  /** Empty for service principals. */
  readonly account: string;
  readonly partition: string;
  /** User or role name without its path. */
  readonly name: string;
  readonly sessionName?: string | undefined;
};

const ARN_PATTERN = /^arn:([^:]+):(iam|sts)::(\d{12}):(root|user|role|assumed-role|federated-user)(?:\/(.+))?$/;
const SERVICE_PATTERN = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?$/;

/** Takes a principal's ARN (or a service's name) apart; never throws. Asked several times in every call. */
export const parsePrincipal: (arn: string) => PrincipalIdentity = remember(readPrincipal);

function readPrincipal(arn: string): PrincipalIdentity {
  if (SERVICE_PATTERN.test(arn)) return { arn, kind: 'service', account: '', partition: 'aws', name: arn };
  const [, partition = 'aws', service, account = '', type, path = ''] = ARN_PATTERN.exec(arn) ?? [];
  const base = { arn, account, partition };
  if (service === 'iam' && type === 'root' && path === '') return { ...base, kind: 'root', name: '' };
  if (service === 'iam' && path !== '' && (type === 'user' || type === 'role')) {
    return { ...base, kind: type, name: path.slice(path.lastIndexOf('/') + 1) };
  }
  const [name = '', sessionName] = path.split('/');
  if (service === 'sts' && type === 'assumed-role' && sessionName) {
    return { ...base, kind: 'assumedRole', name, sessionName };
  }
  if (service === 'sts' && type === 'federated-user' && path !== '') return { ...base, kind: 'federatedUser', name };
  return { ...base, kind: 'unknown', name: '' };
}

/** The account's root ARN, which in policies stands for the account. */
export function accountRootArn(account: string, partition = 'aws'): string {
  return `arn:${partition}:iam::${account}:root`;
}

/** The role behind a session as `aws:PrincipalArn` shows it (the session's ARN has lost the role's path); else the ARN. */
export function principalArnForConditions(principal: PrincipalIdentity): string {
  if (principal.kind !== 'assumedRole') return principal.arn;
  return `arn:${principal.partition}:iam::${principal.account}:role/${principal.name}`;
}

/** Whether an ARN is the caller itself or the role behind its session. Role names are unique whatever their path. */
export function namesPrincipal(arn: string, caller: PrincipalIdentity): boolean {
  if (arn === caller.arn) return true;
  return caller.kind === 'assumedRole' && namesRoleOf(arn, caller);
}

/** Whether an ARN is that of the role behind an assumed-role session. */
export function namesRoleOf(arn: string, session: PrincipalIdentity): boolean {
  const named = parsePrincipal(arn);
  return named.kind === 'role' && named.account === session.account && named.name === session.name;
}
