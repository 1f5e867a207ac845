// Patterns of policies: `*` for any characters, `?` for one. Variables are put in before, as literal text.

/** A part of a pattern: literal text, or a wildcard. */
export type PatternPart = string | typeof ANY | typeof ONE;

/** Any number of characters, none included. */
export const ANY: unique symbol = Symbol('*');
/** Exactly one character. */
export const ONE: unique symbol = Symbol('?');

/** Splits a pattern's text into literal parts and wildcards. */
export function parsePattern(text: string): PatternPart[] {
  const parts: PatternPart[] = [];
  for (const piece of text.split(/([*?])/)) {
    if (piece === '*') parts.push(ANY);
    else if (piece === '?') parts.push(ONE);
    else if (piece !== '') parts.push(piece);
  }
  return parts;
}

/**
 * Whether a text fits a pattern as a whole. Case-sensitive.
 *
 * Remembers only the last `*`, so the work is at most pattern × text, never exponential; policies are bounded by 32 KB.
 */
export function matchesPattern(text: string, pattern: readonly PatternPart[]): boolean {
  const units = pattern.flatMap<PatternPart>((part) => (typeof part === 'string' ? part.split('') : [part]));
  let unit = 0;
  let at = 0;
  let resumeUnit = -1;
  let resumeAt = 0;
  while (at < text.length) {
    const expected = units[unit];
    if (expected === ANY) {
      resumeUnit = ++unit;
      resumeAt = at;
    } else if (expected !== undefined && (expected === ONE || expected === text[at])) {
      unit++;
      at++;
    } else if (resumeUnit >= 0) {
      unit = resumeUnit;
      at = ++resumeAt;
    } else return false;
  }
  while (units[unit] === ANY) unit++;
  return unit === units.length;
}

/** Whether a text fits a pattern given as text. */
export function matchesWildcard(text: string, pattern: string): boolean {
  return pattern === '*' || matchesPattern(text, parsePattern(pattern));
}
