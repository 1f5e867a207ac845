// Decisions as one readable line each. Names of condition keys may be shown, their values never.

import type { AccessRequest } from '../engine/access-request.ts';
import { resourceArnOf } from './access-denied-message.ts';
import type { Decider, StatementName } from './decision.ts';

/** `allowed: kms:Decrypt by … on …: key policy statement 1 "App"`. */
export function describeAllow(request: AccessRequest, decidedBy: readonly Decider[]): string {
  return `allowed: ${subject(request)}: ${decidedBy.map(describe).join(', together with ')}`;
}

/** `denied: … : Deny of key policy statement 2`. */
export function describeDeny(request: AccessRequest, by: Decider): string {
  return `denied: ${subject(request)}: Deny of ${describe(by)}`;
}

/** `denied: … : nothing allows it (what came near)`. */
export function describeImplicit(request: AccessRequest, notes: readonly string[]): string {
  return `denied: ${subject(request)}: nothing allows it${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`;
}

function subject(request: AccessRequest): string {
  return `${request.action} by ${request.caller.principal} on ${resourceArnOf(request)}`;
}

function describe(decider: Decider): string {
  switch (decider.kind) {
    case 'keyPolicy':
      return `key policy ${describeStatement(decider.statement)}`;
    case 'iamPolicy':
      return `IAM policy "${decider.policy}" ${describeStatement(decider.statement)}`;
    case 'grant':
      return `grant ${decider.name === undefined ? '' : `"${decider.name}" `}${decider.grantId.slice(0, 8)}…`;
    case 'rule':
      return decider.rule;
  }
}

function describeStatement({ index, sid }: StatementName): string {
  return `statement ${index}${sid === undefined || sid === '' ? '' : ` "${sid}"`}`;
}
