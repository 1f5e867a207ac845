// Option names that nobody reads: a misspelt `authorization` would otherwise run as `open`, and every test be green.

/** Every name of an options type; the compiler keeps it complete. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/**
 * Refuses options that are no object, and those that are not known. One that is `undefined` counts as absent.
 *
 * @param known - Every name that is read.
 * @param what - Whose options they are, such as `MemoryKms` or `quotas`.
 * @throws TypeError that names the first unknown option, and the known one that was probably meant.
 */
export function refuseUnknownOptions(options: unknown, known: Readonly<Record<string, true>>, what: string): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`${what} takes an object: { ${Object.keys(known).join(', ')} }`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || Object.hasOwn(known, name)) continue;
    const advice = meantName(name, Object.keys(known)) ?? `known are ${Object.keys(known).join(', ')}`;
    throw new TypeError(`unknown option ${shorten(name)} of ${what}: ${advice}`);
  }
}

/** Longer names are no slip of the pen, and comparing them would take long. */
const MAX_NAME_LENGTH = 64;

/** A name as errors show it. */
export function shorten(name: string): string {
  return JSON.stringify(name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH)}…` : name);
}

/**
 * Asks whether a known name was meant: the closest one that differs in case or by two letters at most.
 *
 * @returns Undefined where none is that close.
 */
export function meantName(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAX_NAME_LENGTH) return undefined;
  const given = name.toLowerCase().replaceAll(/[_-]/g, '');
  let meant: { readonly name: string; readonly distance: number } | undefined;
  for (const each of known) {
    const distance = editDistance(each.toLowerCase(), given);
    if (distance <= 2 && distance < (meant?.distance ?? 3)) meant = { name: each, distance };
  }
  return meant && `did you mean ${meant.name}?`;
}

/** Levenshtein distance: letters to insert, delete or replace. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...left].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= right.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (letter === right[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
