import type { AccessRequest } from '../engine/access-request.ts';
import type { AccessData } from './access-data.ts';
import { explicitDenyMessage, hiddenMessage, implicitDenyMessage, resourceArnOf } from './access-denied-message.ts';
import type { Decider, ExplainedDecision } from './decision.ts';
import { describeAllow, describeDeny, describeImplicit } from './describe-decision.ts';
import { evaluateIdentity, type IdentityVerdict } from './evaluate-identity.ts';
import { evaluateKeyPolicy, type KeyPolicyVerdict } from './evaluate-key-policy.ts';
import { gatherConditionValues } from './gather-condition-values.ts';
import { type GrantVerdict, isRetiringAccount, judgeGrants, mayRetire } from './grant-rules.ts';
import type { Question } from './match-statement.ts';
import { parsePrincipal } from './principal-arn.ts';

/** Both sides' answers, gathered before anything is decided. */
type Verdicts = {
  readonly keyPolicy: KeyPolicyVerdict;
  readonly identity: IdentityVerdict;
  readonly grants: readonly GrantVerdict[];
};

/** Where the key does not exist. */
const NO_KEY_POLICY: KeyPolicyVerdict = { nearMisses: [] };

/**
 * Decides one request by the texts in `data`. Pure.
 *
 * Order: an explicit Deny anywhere; then, for a key of the caller's account, the key policy naming the caller, the key
 * policy naming the account together with IAM, or a grant; for a key of another account the key policy or a grant
 * *and* the caller's IAM. Where no key is in play, IAM alone. RetireGrant is the grant's and IAM's, never the key
 * policy's. Source: KMS Developer Guide, "Troubleshooting key access", "Retiring and revoking grants".
 */
export function evaluateAccess(request: AccessRequest, data: AccessData): ExplainedDecision {
  if (data.mode === 'open') return allow(request, [{ kind: 'rule', rule: 'authorization is open' }]);
  const question = ask(request);
  if (isForeign(request) && request.resource.kind === 'key' && request.resource.key?.record.manager === 'AWS') {
    return implicit(request, hiddenMessage(request), ['an AWS managed key is never used from another account']);
  }
  const verdicts = gather(question, data);
  const denied = explicitDeny(request, verdicts);
  if (denied !== undefined) return denied;
  if (request.resource.kind !== 'key') return decideByIdentity(request, verdicts.identity);
  if (request.action === 'kms:RetireGrant') return decideRetirement(question, verdicts.identity);
  return isForeign(request) ? decideForeign(request, verdicts) : decideLocal(request, verdicts, question);
}

function ask(request: AccessRequest): Question {
  return {
    request,
    caller: parsePrincipal(request.caller.principal),
    values: gatherConditionValues(request),
    resourceArn: resourceArnOf(request),
  };
}

function gather(question: Question, data: AccessData): Verdicts {
  const { request, caller } = question;
  const key = request.resource.kind === 'key' ? request.resource.key : undefined;
  return {
    keyPolicy: data.keyPolicy === undefined ? NO_KEY_POLICY : evaluateKeyPolicy(data.keyPolicy, question),
    identity: evaluateIdentity(question, data),
    grants: judgeGrants(key?.local.grants ?? [], request, caller, data.grantPropagationMs ?? 0),
  };
}

function isForeign(request: AccessRequest): boolean {
  return request.resource.kind === 'key' && accountOf(request.resource.arn) !== request.caller.account;
}

function accountOf(arn: string): string {
  return arn.split(':')[4] ?? '';
}

function explicitDeny(request: AccessRequest, { keyPolicy, identity }: Verdicts): ExplainedDecision | undefined {
  if (identity.denied !== undefined) {
    return deny(request, explicitDenyMessage(request, identity.denied.layer), identity.denied.by);
  }
  if (keyPolicy.denied === undefined || request.action === 'kms:RetireGrant') return undefined;
  const message = isForeign(request) ? hiddenMessage(request) : explicitDenyMessage(request, 'resource-based policy');
  return deny(request, message, keyPolicy.denied);
}

/** No key in play (CreateKey, ListKeys, …), or an alias: IAM alone. */
function decideByIdentity(request: AccessRequest, identity: IdentityVerdict): ExplainedDecision {
  const iamAllows = allowOf(identity);
  if (iamAllows !== undefined) return allow(request, [iamAllows]);
  const message = implicitDenyMessage(request, identity.narrowedBy[0] ?? 'identity-based policy');
  return implicit(request, message, identityNotes(identity));
}

function decideLocal(request: AccessRequest, verdicts: Verdicts, question: Question): ExplainedDecision {
  const { keyPolicy, identity, grants } = verdicts;
  if (keyPolicy === NO_KEY_POLICY) return decideMissing(request, identity);
  const direct = directAllow(verdicts, question);
  if (direct !== undefined) return allow(request, [direct]);
  const iamAllows = allowOf(identity);
  if (keyPolicy.delegated !== undefined && iamAllows !== undefined)
    return allow(request, [keyPolicy.delegated, iamAllows]);
  const grant = grantDeciders(grants, iamAllows);
  if (grant !== undefined && !isOrganizationLimited(identity)) return allow(request, grant);
  return implicit(request, localDenial(request, verdicts), nearMisses(verdicts));
}

/**
 * A key policy that names the user or the session itself is limited by service control policies alone; one that names
 * the role or everybody is limited by every layer. Source: IAM User Guide, "Policy evaluation logic".
 */
function directAllow({ keyPolicy: { direct }, identity }: Verdicts, { caller }: Question): Decider | undefined {
  if (direct === undefined) return undefined;
  if (caller.kind === 'service') return direct.by;
  const limited = direct.via === 'self' ? isOrganizationLimited(identity) : identity.narrowedBy.length > 0;
  return limited ? undefined : direct.by;
}

function isOrganizationLimited(identity: IdentityVerdict): boolean {
  return identity.narrowedBy.includes('service control policy');
}

/** IAM's Allow, where no layer narrows it away. */
function allowOf(identity: IdentityVerdict): Decider | undefined {
  return identity.narrowedBy.length === 0 ? identity.allowedBy : undefined;
}

/** The key is not there. Who may ask for keys of this account learns that from the engine; nobody else does. */
function decideMissing(request: AccessRequest, identity: IdentityVerdict): ExplainedDecision {
  const iamAllows = allowOf(identity);
  return iamAllows !== undefined
    ? allow(request, [iamAllows])
    : implicit(request, hiddenMessage(request), identityNotes(identity));
}

function decideForeign(request: AccessRequest, verdicts: Verdicts): ExplainedDecision {
  const { keyPolicy, identity, grants } = verdicts;
  const isService = parsePrincipal(request.caller.principal).kind === 'service';
  const resourceSide = keyPolicy.direct?.by ?? keyPolicy.delegated;
  const granting = grants.find((verdict) => verdict.allows);
  const theirs: Decider | undefined = resourceSide ?? (granting && grantDecider(granting));
  if (theirs === undefined) return implicit(request, hiddenMessage(request), nearMisses(verdicts));
  if (isService) return allow(request, [theirs]);
  const iamAllows = allowOf(identity);
  if (iamAllows !== undefined) return allow(request, [theirs, iamAllows]);
  const layer = identity.narrowedBy[0] ?? 'identity-based policy';
  return implicit(request, implicitDenyMessage(request, layer), [
    `the key's side allows, but no ${layer} of the caller's account does`,
    ...identityNotes(identity),
  ]);
}

/** RetireGrant is decided by the grant itself; a Deny of IAM has been looked for already. */
function decideRetirement({ request, caller }: Question, identity: IdentityVerdict): ExplainedDecision {
  const { grant } = request;
  if (grant !== undefined && mayRetire(grant, caller))
    return allow(request, [{ kind: 'grant', grantId: grant.id, name: grant.name }]);
  // Of the issuing or retiring account, those to whom an IAM policy gives kms:RetireGrant may as well.
  const isIssuer = grant !== undefined && accountOf(grant.issuingAccount) === request.caller.account;
  const isDelegating = grant !== undefined && isRetiringAccount(grant, caller);
  const iamAllows = isIssuer || isDelegating ? allowOf(identity) : undefined;
  if (iamAllows?.kind === 'iamPolicy') return allow(request, [iamAllows]);
  return implicit(request, hiddenMessage(request), [
    'the grant names the caller neither as retiring principal nor as a grantee who may retire it',
  ]);
}

function grantDeciders(verdicts: readonly GrantVerdict[], iamAllows: Decider | undefined): Decider[] | undefined {
  for (const verdict of verdicts) {
    if (!verdict.allows) continue;
    if (verdict.via === 'self') return [grantDecider(verdict)];
    if (iamAllows !== undefined) return [grantDecider(verdict), iamAllows];
  }
  return undefined;
}

function grantDecider({ grant }: GrantVerdict): Decider {
  return { kind: 'grant', grantId: grant.id, ...(grant.name === undefined ? {} : { name: grant.name }) };
}

function localDenial(request: AccessRequest, { keyPolicy, identity }: Verdicts): string {
  const [layer] = identity.narrowedBy;
  if (layer !== undefined && (keyPolicy.direct ?? keyPolicy.delegated) !== undefined) {
    return implicitDenyMessage(request, layer);
  }
  return implicitDenyMessage(
    request,
    keyPolicy.delegated === undefined ? 'resource-based policy' : 'identity-based policy',
  );
}

function identityNotes({ nearMisses, narrowedBy }: IdentityVerdict): readonly string[] {
  return [...nearMisses, ...narrowedBy.map((layer) => `no ${layer} allows it`)];
}

function nearMisses({ keyPolicy, identity, grants }: Verdicts): readonly string[] {
  const misses = [...keyPolicy.nearMisses, ...identityNotes(identity)];
  if (keyPolicy.delegated !== undefined && identity.allowedBy === undefined) {
    misses.push('the key policy lets IAM decide, and no IAM policy of the caller allows it');
  }
  for (const verdict of grants)
    if (!verdict.allows) misses.push(`grant ${verdict.grant.id.slice(0, 8)}… ${verdict.near}`);
  return misses;
}

function allow(request: AccessRequest, decidedBy: readonly Decider[]): ExplainedDecision {
  return { allowed: true, outcome: 'allow', reason: describeAllow(request, decidedBy), decidedBy };
}

function deny(request: AccessRequest, message: string, by: Decider): ExplainedDecision {
  return { allowed: false, outcome: 'explicitDeny', reason: describeDeny(request, by), message, decidedBy: [by] };
}

function implicit(request: AccessRequest, message: string, notes: readonly string[]): ExplainedDecision {
  return { allowed: false, outcome: 'implicitDeny', reason: describeImplicit(request, notes), message, decidedBy: [] };
}
