// Whether one statement speaks of one request.

import type { AccessRequest } from '../engine/access-request.ts';
import type { ConditionValues } from './condition-values.ts';
import { firstFailingCondition } from './match-conditions.ts';
import { matchPrincipals, type PrincipalMatch } from './match-principals.ts';
import type { NegatableList, PolicyDocument, PolicyStatement } from './policy-document.ts';
import { expandVariables, type VariableSource } from './policy-variables.ts';
import type { PrincipalIdentity } from './principal-arn.ts';
import { matchesWildcard, patternTest } from './wildcard-pattern.ts';

/** The request with what every statement needs of it, gathered once. */
export type Question = {
  readonly request: AccessRequest;
  readonly caller: PrincipalIdentity;
  readonly values: ConditionValues;
  /** The ARN that `Resource` is held against; `*` where nothing is. */
  readonly resourceArn: string;
};

/** A statement that speaks of the request in everything but, perhaps, one condition. */
export type StatementMatch = {
  readonly statement: PolicyStatement;
  /** How a key policy names the caller; `self` in IAM policies. */
  readonly via: PrincipalMatch;
  /** Operator and key of the condition that does not hold: a near miss. */
  readonly failing?: string | undefined;
};

/** The statements of a document that speak of the request, near misses included. */
export function matchStatements(document: PolicyDocument, question: Question): readonly StatementMatch[] {
  const matches: StatementMatch[] = [];
  for (const statement of document.statements) {
    const via = matchPrincipals(statement, question.caller);
    if (via === undefined || !speaksOf(statement, document, question)) continue;
    const failing = firstFailingCondition(statement, document, question.values);
    matches.push({
      statement,
      via,
      ...(failing === undefined ? {} : { failing: `${failing.operator} on ${failing.key}` }),
    });
  }
  return matches;
}

function speaksOf(statement: PolicyStatement, document: PolicyDocument, question: Question): boolean {
  const { actions, resources } = statement;
  if (actions === undefined || resources === undefined) return false;
  const variables = document.version === '2012-10-17' ? question.values : undefined;
  return (
    listMatches(actions, (pattern) => actionMatches(question.request.action, pattern)) &&
    listMatches(resources, (pattern) => resourceMatches(question.resourceArn, pattern, variables))
  );
}

function listMatches(list: NegatableList, matches: (pattern: string) => boolean): boolean {
  return list.patterns.some(matches) !== list.negated;
}

/** Actions are compared without regard to case. */
function actionMatches(action: string, pattern: string): boolean {
  return matchesWildcard(action.toLowerCase(), pattern.toLowerCase());
}

function resourceMatches(arn: string, pattern: string, variables: VariableSource): boolean {
  const expanded = expandVariables(pattern, variables, true);
  return expanded !== undefined && patternTest(expanded)(arn);
}
