import { conditionOperators } from './condition-operators.ts';
import type { ConditionValues } from './condition-values.ts';
import type { PolicyCondition, PolicyDocument, PolicyStatement } from './policy-document.ts';
import type { VariableSource } from './policy-variables.ts';

/**
 * The first condition of a statement that does not hold, or undefined where all hold.
 *
 * An operator without `ForAnyValue:` or `ForAllValues:` on a key with several values is not defined by AWS. Here it is
 * never the more permissive reading: in an Allow every value must satisfy it, in a Deny one is enough.
 */
export function firstFailingCondition(
  statement: PolicyStatement,
  document: PolicyDocument,
  values: ConditionValues,
): PolicyCondition | undefined {
  const variables = document.version === '2012-10-17' ? values : undefined;
  return statement.conditions.find((condition) => !holds(condition, statement.effect, values, variables));
}

function holds(
  condition: PolicyCondition,
  effect: 'Allow' | 'Deny',
  values: ConditionValues,
  variables: VariableSource,
): boolean {
  const requested = values.get(condition.key) ?? [];
  if (condition.operator.toLowerCase() === 'null') return isNull(condition, requested);
  const operator = conditionOperators.get(condition.operator.toLowerCase());
  if (operator === undefined) return false;
  if (requested.length === 0) return condition.ifExists || condition.qualifier === 'ForAllValues' || absent();
  // Made once: a request may have thousands of values, a policy thousands of patterns.
  const tests = condition.values.map((wanted) => operator.testFor(wanted, variables));
  const satisfies = (value: string): boolean => tests.some((test) => test(value)) !== operator.negated;
  return needsEvery(condition, effect) ? requested.every(satisfies) : requested.some(satisfies);

  function absent(): boolean {
    return operator?.negated === true && condition.qualifier === undefined;
  }
}

function needsEvery(condition: PolicyCondition, effect: 'Allow' | 'Deny'): boolean {
  if (condition.qualifier !== undefined) return condition.qualifier === 'ForAllValues';
  return effect === 'Allow';
}

function isNull(condition: PolicyCondition, requested: readonly string[]): boolean {
  return condition.values.some((wanted) => (wanted.toLowerCase() === 'true') === (requested.length === 0));
}
