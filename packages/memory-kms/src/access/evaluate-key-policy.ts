// What a key policy says of a request, without IAM.

import type { Decider } from './decision.ts';
import type { PrincipalMatch } from './match-principals.ts';
import { matchStatements, type Question, type StatementMatch } from './match-statement.ts';
import type { PolicyDocument } from './policy-document.ts';

/** The key policy's side of a decision. */
export type KeyPolicyVerdict = {
  readonly denied?: Decider | undefined;
  /** An Allow that names the caller (`self`), its role or everybody (`role`): it needs no IAM in the key's account. */
  readonly direct?: { readonly by: Decider; readonly via: 'self' | 'role' } | undefined;
  /** An Allow that names the caller's account: IAM decides. */
  readonly delegated?: Decider | undefined;
  readonly nearMisses: readonly string[];
};

/** Asks a key policy. */
export function evaluateKeyPolicy(document: PolicyDocument, question: Question): KeyPolicyVerdict {
  const matches = matchStatements(document, question);
  const holding = matches.filter((match) => match.failing === undefined);
  const allow = (via: PrincipalMatch): Decider | undefined => {
    const match = holding.find(({ statement, via: found }) => statement.effect === 'Allow' && found === via);
    return match === undefined ? undefined : deciderOf(match);
  };
  const denying = holding.find(({ statement }) => statement.effect === 'Deny');
  const self = allow('self');
  const role = allow('role');
  const direct = self !== undefined ? { by: self, via: 'self' as const } : role && { by: role, via: 'role' as const };
  return {
    denied: denying && deciderOf(denying),
    direct,
    delegated: allow('account'),
    nearMisses: matches
      .filter((match) => match.failing !== undefined && match.statement.effect === 'Allow')
      .map((match) => `key policy statement ${match.statement.index} needs ${match.failing}`),
  };
}

function deciderOf({ statement: { index, sid } }: StatementMatch): Decider {
  return { kind: 'keyPolicy', statement: { index, ...(sid === undefined ? {} : { sid }) } };
}
