// What IAM says of a request, without the key policy.

import type { AccessData, IdentityPolicies, NamedPolicy } from './access-data.ts';
import type { Decider } from './decision.ts';
import { matchStatements, type Question } from './match-statement.ts';

/** The kinds of policy around a principal, as AccessDenied messages call them. */
export type IdentityLayer =
  | 'identity-based policy'
  | 'permissions boundary'
  | 'session policy'
  | 'service control policy';

/** IAM's side of a decision. */
export type IdentityVerdict = {
  /** The Deny that matched, if one did. */
  readonly denied?: { readonly layer: IdentityLayer; readonly by: Decider } | undefined;
  /** The statement or rule that allows; absent where none does. */
  readonly allowedBy?: Decider | undefined;
  /** The layers that must allow and do not; they also limit what a key policy gives to a role. */
  readonly narrowedBy: readonly IdentityLayer[];
  /** Statements that would allow but for a condition, for `explain`. */
  readonly nearMisses: readonly string[];
};

type LayerVerdict = { readonly denied?: Decider; readonly allowed?: Decider; readonly nearMisses: readonly string[] };

/** Asks the caller's IAM policies: a Deny anywhere, an Allow of its own, and every narrowing layer. */
export function evaluateIdentity(question: Question, data: AccessData): IdentityVerdict {
  const { identity } = data;
  const own = evaluateLayer(identity?.policies ?? [], question);
  const layers = narrowingLayers(identity).map(
    ([layer, policies]) => [layer, evaluateLayer(policies, question)] as const,
  );
  const denying = [['identity-based policy', own] as const, ...layers].find(
    ([, verdict]) => verdict.denied !== undefined,
  );
  const narrowing = layers.filter(([, verdict]) => verdict.allowed === undefined);
  return {
    ...(denying?.[1].denied === undefined ? {} : { denied: { layer: denying[0], by: denying[1].denied } }),
    allowedBy: allowOf(question, data, own),
    narrowedBy: narrowing.map(([layer]) => layer),
    nearMisses: own.nearMisses,
  };
}

function allowOf(question: Question, data: AccessData, own: LayerVerdict): Decider | undefined {
  if (own.allowed !== undefined) return own.allowed;
  if (question.caller.kind === 'service') return undefined;
  if (question.caller.kind === 'root')
    return { kind: 'rule', rule: "the account's root user may do in IAM what no policy denies" };
  return data.mode === 'keyPolicy' ? { kind: 'rule', rule: 'IAM is taken to allow what it does not deny' } : undefined;
}

function narrowingLayers(
  identity: IdentityPolicies | undefined,
): readonly (readonly [IdentityLayer, readonly NamedPolicy[]])[] {
  const layers: (readonly [IdentityLayer, readonly NamedPolicy[]])[] = [];
  if (identity?.permissionsBoundary !== undefined)
    layers.push(['permissions boundary', [identity.permissionsBoundary]]);
  if (identity?.sessionPolicies?.length) layers.push(['session policy', identity.sessionPolicies]);
  if (identity?.serviceControlPolicies?.length)
    layers.push(['service control policy', identity.serviceControlPolicies]);
  return layers;
}

function evaluateLayer(policies: readonly NamedPolicy[], question: Question): LayerVerdict {
  let denied: Decider | undefined;
  let allowed: Decider | undefined;
  const nearMisses: string[] = [];
  for (const { name, document } of policies) {
    for (const { statement, failing } of matchStatements(document, question)) {
      const { index, sid, effect } = statement;
      const decider: Decider = {
        kind: 'iamPolicy',
        policy: name,
        statement: { index, ...(sid === undefined ? {} : { sid }) },
      };
      if (failing === undefined && effect === 'Deny') denied ??= decider;
      else if (failing === undefined) allowed ??= decider;
      else if (effect === 'Allow') nearMisses.push(`IAM policy "${name}" statement ${index} needs ${failing}`);
    }
  }
  return { nearMisses, ...(denied === undefined ? {} : { denied }), ...(allowed === undefined ? {} : { allowed }) };
}
