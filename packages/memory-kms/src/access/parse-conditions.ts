import { conditionOperators } from './condition-operators.ts';
import type { PolicyCondition } from './policy-document.ts';
import { PolicyFault } from './policy-fault.ts';

/**
 * Reads `Condition`: operator → key → value or values. Numbers and booleans count as their text.
 *
 * @throws PolicyFault for an unknown operator, `NullIfExists`, or values that are no text.
 */
export function parseConditions(value: unknown, place: string): readonly PolicyCondition[] {
  if (value === undefined) return [];
  return entriesOf(value, place).flatMap(([operator, block]) =>
    entriesOf(block, place).map(([key, values]) => parseCondition(operator, key, values, place)),
  );
}

function parseCondition(text: string, key: string, values: unknown, place: string): PolicyCondition {
  const [, qualifier, name = '', ifExists] =
    /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$/.exec(text) ?? [];
  const isNull = name.toLowerCase() === 'null';
  if (!(conditionOperators.has(name.toLowerCase()) || (isNull && ifExists === undefined))) {
    throw new PolicyFault(`${place} has a condition operator that IAM does not have.`);
  }
  return {
    operator: name,
    ifExists: ifExists !== undefined,
    key,
    values: parseValues(values, place),
    ...(qualifier === undefined ? {} : { qualifier: qualifier as 'ForAnyValue' | 'ForAllValues' }),
  };
}

function parseValues(values: unknown, place: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(values) ? values : [values];
  return list.map((value) => {
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw new PolicyFault(`${place} has a condition value that is neither a string, a number nor a boolean.`);
  });
}

function entriesOf(value: unknown, place: string): readonly [string, unknown][] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value);
  throw new PolicyFault(`${place} has a Condition that is not an object of objects.`);
}
