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
  for (const [index, piece] of text.split(/\$\{([^}]*)\}/).entries()) {
    if (index % 2 === 0) {
      parts.push(...plain(piece));
      continue;
    }
    const value = variableValue(piece, source);
    if (value === undefined) return undefined;
    if (value !== '') parts.push(value);
  }
  return parts;
}

function variableValue(variable: string, source: ConditionValues): string | undefined {
  if (variable === '*' || variable === '?' || variable === '$') return variable;
  const [, key = variable, fallback] = /^([^,]*?)\s*,\s*'([^']*)'\s*$/.exec(variable) ?? [];
  const values = source.get(key.trim());
  return values?.length === 1 ? values[0] : fallback;
}
