import { createHash } from 'node:crypto';
import { type PrincipalIdentity, parsePrincipal, principalArnForConditions } from '../access/principal-arn.ts';
import { remember } from '../access/remember.ts';
import type { Caller } from '../engine/access-request.ts';
import type { AuditIdentity } from './audit-record.ts';

/** The caller as its own account's trail shows it. */
export function auditIdentity(caller: Caller): AuditIdentity {
  const principal = parsePrincipal(caller.principal);
  if (principal.kind === 'service') return { type: 'AWSService', invokedBy: principal.name };
  return {
    type: TYPES[principal.kind],
    principalId: principalId(principal),
    arn: caller.principal,
    accountId: caller.account,
    ...(caller.accessKeyId === undefined ? {} : { accessKeyId: caller.accessKeyId }),
    ...(principal.kind === 'user' ? { userName: principal.name } : {}),
    ...(principal.kind === 'assumedRole' ? { sessionContext: { sessionIssuer: issuerOf(principal) } } : {}),
    ...(caller.viaService === undefined ? {} : { invokedBy: caller.viaService }),
  };
}

/** The caller as the trail of the key's account shows it, where that is another: no ARN. */
export function foreignIdentity(caller: Caller): AuditIdentity {
  return { type: 'AWSAccount', principalId: principalId(parsePrincipal(caller.principal)), accountId: caller.account };
}

const TYPES: Readonly<Record<PrincipalIdentity['kind'], string>> = {
  root: 'Root',
  user: 'IAMUser',
  role: 'Role',
  assumedRole: 'AssumedRole',
  federatedUser: 'FederatedUser',
  service: 'AWSService',
  unknown: 'Unknown',
};

function issuerOf(session: PrincipalIdentity): Record<string, string> {
  const arn = principalArnForConditions(session);
  return { type: 'Role', principalId: uniqueId('AROA', arn), arn, accountId: session.account, userName: session.name };
}

function principalId(principal: PrincipalIdentity): string {
  if (principal.kind === 'root') return principal.account;
  if (principal.kind === 'user') return uniqueId('AIDA', principal.arn);
  const role = uniqueId('AROA', principalArnForConditions(principal));
  return principal.sessionName === undefined ? role : `${role}:${principal.sessionName}`;
}

/** IAM's unique ids are random; ours are made from the ARN, so that one principal keeps one id. */
function uniqueId(prefix: string, arn: string): string {
  return prefix + arnDigest(arn);
}

const arnDigest = remember((arn) => createHash('sha256').update(arn).digest('hex').toUpperCase().slice(0, 17));
