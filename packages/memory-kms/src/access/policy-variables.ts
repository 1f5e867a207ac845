// Policy variables: `${aws:username}` in a Resource or a condition's value stands for a value of the request.

import type { ConditionValues } from './condition-values.ts';
import { type PatternPart, parsePattern } from './wildcard-pattern.ts';

/** What variables are read from; absent for documents of 2008, where `${…}` is plain text. */
export type VariableSource = ConditionValues | undefined;

/**
 * Reads a text with variables as a pattern. What a variable brings in is literal, wildcards included; `${*}`, `${?}`
 * and `${$}` are the characters themselves; `${key, 'text'}` has a default.
 *
 * @param wildcards - False where the operator takes `*` and `?` literally, such as StringEquals.
 * @returns Undefined where a variable has neither a single value nor a default: then the text fits nothing.
 */
export function expandVariables(text: string, source: VariableSource, wildcards: boolean): PatternPart[] | undefined {
  const plain = (piece: string): PatternPart[] => (wildcards ? parsePattern(piece) : piece === '' ? [] : [piece]);
  if (source === undefined) return plain(text);
  const parts: PatternPart[] = [];
  let rest = 0;
  for (let open = nextVariable(text, 0); open >= 0; open = nextVariable(text, rest)) {
    const close = text.indexOf('}', open);
    const value = variableValue(text.slice(open + 2, close), source);
    if (value === undefined) return undefined;
    parts.push(...plain(text.slice(rest, open)));
    if (value !== '') parts.push(value);
    rest = close + 1;
  }
  parts.push(...plain(text.slice(rest)));
  return parts;
}

/** Where the next `${…}` begins; -1 where there is none. By hand: a regular expression would be quadratic in `${${${…`. */
function nextVariable(text: string, from: number): number {
  const open = text.indexOf('${', from);
  return open >= 0 && text.includes('}', open) ? open : -1;
}

function variableValue(variable: string, source: ConditionValues): string | undefined {
  if (variable === '*' || variable === '?' || variable === '$') return variable;
  const comma = variable.indexOf(',');
  const fallback = comma < 0 ? undefined : quoted(variable.slice(comma + 1).trim());
  const values = source.get((fallback === undefined ? variable : variable.slice(0, comma)).trim());
  return values?.length === 1 ? values[0] : fallback;
}

/** What stands between single quotes. */
function quoted(text: string): string | undefined {
  const inner = text.length >= 2 && text.startsWith("'") && text.endsWith("'") ? text.slice(1, -1) : undefined;
  return inner?.includes("'") === true ? undefined : inner;
}
