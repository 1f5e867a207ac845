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

/** What stands between two `*`: its text, and where that has a `?`, its code units with -1 for any of them. */
type Segment = { readonly text: string; readonly units?: Int32Array | undefined };

/**
 * Makes a test of whether a text fits a pattern as a whole. Case-sensitive.
 *
 * Every `*` takes as little as it can, which is never wrong, so nothing is tried twice: each segment is searched for
 * once, behind the one before it. A pattern that is longer than the text is refused unread.
 */
export function patternTest(pattern: readonly PatternPart[]): (text: string) => boolean {
  const [first, ...middle] = segmentsOf(pattern) as [Segment, ...Segment[]];
  const last = middle.pop();
  const minLength = [first, ...middle, last].reduce((sum, segment) => sum + (segment?.text.length ?? 0), 0);
  return (text) => {
    if (text.length < minLength || !fitsAt(first, text, 0)) return false;
    if (last === undefined) return text.length === minLength;
    const end = text.length - last.text.length;
    let at = first.text.length;
    for (const segment of middle) {
      const found = search(segment, text, at, end);
      if (found < 0) return false;
      at = found + segment.text.length;
    }
    return fitsAt(last, text, end);
  };
}

/** Whether a text fits a pattern given as text. */
export function matchesWildcard(text: string, pattern: string): boolean {
  return pattern === '*' || patternTest(parsePattern(pattern))(text);
}

/** One more than there are `*`. */
function segmentsOf(pattern: readonly PatternPart[]): Segment[] {
  const segments: Segment[] = [];
  let parts: (string | typeof ONE)[] = [];
  for (const part of pattern) {
    if (part !== ANY) parts.push(part);
    else {
      segments.push(segmentOf(parts));
      parts = [];
    }
  }
  return [...segments, segmentOf(parts)];
}

function segmentOf(parts: readonly (string | typeof ONE)[]): Segment {
  const text = parts.map((part) => (part === ONE ? '?' : part)).join('');
  if (!parts.includes(ONE)) return { text };
  const units = parts.flatMap((part) =>
    part === ONE ? [-1] : Array.from({ length: part.length }, (_, index) => part.charCodeAt(index)),
  );
  return { text, units: Int32Array.from(units) };
}

function fitsAt({ text: wanted, units }: Segment, text: string, at: number): boolean {
  if (units === undefined) return text.startsWith(wanted, at);
  for (let index = 0; index < units.length; index++) {
    const unit = units[index];
    if (unit !== -1 && unit !== text.charCodeAt(at + index)) return false;
  }
  return true;
}

/** Where a segment first fits between two places; -1 where it does not. */
function search({ text: wanted, units }: Segment, text: string, from: number, end: number): number {
  if (units !== undefined) return searchUnits(units, text, from, end);
  const found = text.indexOf(wanted, from);
  return found <= end - wanted.length ? found : -1;
}

/**
 * The algorithm known as Shift-And: bit i of `state` is set where the text read so far ends with the first i + 1 units.
 * Thirty-two places of the segment are compared at once, so that no text makes the search slow.
 */
function searchUnits(units: Int32Array, text: string, from: number, end: number): number {
  const { masks, others } = masksOf(units);
  const state = new Int32Array(others.length);
  const lastPlace = units.length - 1;
  for (let at = from; at < end; at++) {
    const mask = masks.get(text.charCodeAt(at)) ?? others;
    let carry = 1;
    for (let word = 0; word < state.length; word++) {
      const before = state[word] ?? 0;
      state[word] = ((before << 1) | carry) & (mask[word] ?? 0);
      carry = before >>> 31;
    }
    if (((state[lastPlace >>> 5] ?? 0) & (1 << (lastPlace & 31))) !== 0) return at - lastPlace;
  }
  return -1;
}

/** For each unit that the segment names the places where it may stand, one bit each; `others` for all further ones. */
function masksOf(units: Int32Array): { readonly masks: Map<number, Int32Array>; readonly others: Int32Array } {
  const others = new Int32Array(Math.ceil(units.length / 32));
  for (const [place, unit] of units.entries()) if (unit === -1) addPlace(others, place);
  const masks = new Map<number, Int32Array>();
  for (const [place, unit] of units.entries()) {
    if (unit === -1) continue;
    const mask = masks.get(unit) ?? others.slice();
    addPlace(mask, place);
    masks.set(unit, mask);
  }
  return { masks, others };
}

function addPlace(mask: Int32Array, place: number): void {
  mask[place >>> 5] = (mask[place >>> 5] ?? 0) | (1 << (place & 31));
}
