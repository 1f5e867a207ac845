// What grants allow. Source: KMS Developer Guide, "Grants in AWS KMS"; API reference, CreateGrant.

import type { AccessRequest } from '../engine/access-request.ts';
import type { Grant, GrantConstraints } from '../engine/key-record.ts';
import { accountRootArn, namesPrincipal, type PrincipalIdentity } from './principal-arn.ts';
import { takesEncryptionContext } from './request-condition-values.ts';

/** Whether a grant allows a request; `near` says why one that names the caller does not. */
export type GrantVerdict =
  | {
      readonly allows: true;
      readonly grant: Grant;
      /** `account`: the grantee is the caller's account, so its IAM must allow too. */
      readonly via: 'self' | 'account';
    }
  | { readonly allows: false; readonly grant: Grant; readonly near: string };

type StringMap = Readonly<Record<string, string>>;

/**
 * Judges every grant of a key that names the caller.
 *
 * @param propagationMs - A grant younger than this works only with one of its tokens in the request.
 */
export function judgeGrants(
  grants: readonly Grant[],
  request: AccessRequest,
  caller: PrincipalIdentity,
  propagationMs: number,
): readonly GrantVerdict[] {
  return grants
    .filter((grant) => isGrantee(grant, caller))
    .map((grant) => {
      const near = faultOf(grant, request, propagationMs);
      const via = isNamed(grant, caller) ? 'self' : 'account';
      return near === undefined ? { allows: true, grant, via } : { allows: false, grant, near };
    });
}

/** Whether a grant's grantee is this caller, the role behind its session, or its whole account. */
export function isGrantee(grant: Grant, caller: PrincipalIdentity): boolean {
  if (caller.kind === 'service') return grant.granteeServicePrincipal === caller.name;
  return isNamed(grant, caller) || grant.granteePrincipal === accountRootArn(caller.account, caller.partition);
}

function isNamed(grant: Grant, caller: PrincipalIdentity): boolean {
  if (caller.kind === 'service') return grant.granteeServicePrincipal === caller.name;
  return grant.granteePrincipal !== undefined && namesPrincipal(grant.granteePrincipal, caller);
}

/**
 * Whether a caller may retire a grant: its retiring principal, its grantee where the grant has `RetireGrant`, or the
 * account that issued it.
 */
export function mayRetire(grant: Grant, caller: PrincipalIdentity): boolean {
  if (caller.kind === 'service') return grant.retiringServicePrincipal === caller.name;
  if (grant.retiringPrincipal !== undefined && namesPrincipal(grant.retiringPrincipal, caller)) return true;
  if (grant.operations.includes('RetireGrant') && isNamed(grant, caller)) return true;
  return caller.kind === 'root' && (grant.issuingAccount === caller.arn || isRetiringAccount(grant, caller));
}

/** Whether a grant's retiring principal is the caller's whole account, so that its IAM may pass the right on. */
export function isRetiringAccount({ retiringPrincipal }: Grant, caller: PrincipalIdentity): boolean {
  if (caller.kind === 'service' || retiringPrincipal === undefined) return false;
  return [caller.account, accountRootArn(caller.account, caller.partition)].includes(retiringPrincipal);
}

function faultOf(grant: Grant, request: AccessRequest, propagationMs: number): string | undefined {
  const operation = request.action.slice('kms:'.length);
  if (!grant.operations.includes(operation)) return `has no operation ${operation}`;
  if (request.now < grant.createdAt + propagationMs && !hasToken(grant, request)) {
    return 'has not spread yet and the request brings none of its tokens';
  }
  const { constraints } = grant;
  if (constraints?.sourceArn !== undefined && !sourceMatches(constraints.sourceArn, request)) {
    return 'has a SourceArn constraint that does not hold';
  }
  if (operation === 'CreateGrant') return chainingFault(grant, request.input);
  return takesEncryptionContext(operation) ? contextFault(constraints, request.encryptionContext ?? {}) : undefined;
}

function hasToken(grant: Grant, request: AccessRequest): boolean {
  return request.grantTokens.some((token) => grant.tokens.includes(token));
}

function sourceMatches(wanted: string, request: AccessRequest): boolean {
  const given = request.caller.conditionValues ?? {};
  const name = Object.keys(given).find((key) => key.toLowerCase() === 'aws:sourcearn');
  return name !== undefined && [given[name]].flat().includes(wanted);
}

function contextFault(constraints: GrantConstraints | undefined, context: StringMap): string | undefined {
  const { encryptionContextEquals: equals, encryptionContextSubset: subset } = constraints ?? {};
  if (equals !== undefined && !sameMap(equals, context)) return 'has an EncryptionContextEquals that does not hold';
  if (subset !== undefined && !contains(context, subset)) return 'has an EncryptionContextSubset that does not hold';
  return undefined;
}

/** A grant made by way of a grant: no operation that the parent lacks, no constraint looser than the parent's. */
function chainingFault(parent: Grant, input: Readonly<Record<string, unknown>>): string | undefined {
  const operations = Array.isArray(input['Operations']) ? input['Operations'] : [];
  const extra = operations.find((operation) => !parent.operations.includes(String(operation)));
  if (extra !== undefined) return `may not pass on ${String(extra)}, which it lacks`;
  const child = (input['Constraints'] ?? {}) as ChildConstraints;
  return isStrictEnough(parent.constraints ?? {}, child)
    ? undefined
    : 'may not pass on looser constraints than its own';
}

type ChildConstraints = {
  readonly EncryptionContextEquals?: StringMap | undefined;
  readonly EncryptionContextSubset?: StringMap | undefined;
  readonly SourceArn?: string | undefined;
};

function isStrictEnough(parent: GrantConstraints, child: ChildConstraints): boolean {
  const { encryptionContextEquals: equals, encryptionContextSubset: subset, sourceArn } = parent;
  if (sourceArn !== undefined && child.SourceArn !== sourceArn) return false;
  if (equals !== undefined) {
    if (child.EncryptionContextEquals === undefined || !sameMap(equals, child.EncryptionContextEquals)) return false;
  }
  if (subset === undefined) return true;
  return [child.EncryptionContextEquals, child.EncryptionContextSubset].some(
    (context) => context !== undefined && contains(context, subset),
  );
}

function contains(map: StringMap, pairs: StringMap): boolean {
  return Object.entries(pairs).every(([key, value]) => Object.hasOwn(map, key) && map[key] === value);
}

function sameMap(left: StringMap, right: StringMap): boolean {
  return Object.keys(left).length === Object.keys(right).length && contains(left, right);
}
