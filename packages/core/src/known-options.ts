// Option names that nobody reads: a misspelt `encryptionContext` would otherwise seal without any.

/**
 * Refuses options that are not known. One that is `undefined` counts as absent.
 *
 * @param known - Every name that is read.
 * @param what - Whose options they are, for the error, such as `KmsKeyring`; empty where the caller's stack says it.
 * @param otherNames - What a name is called elsewhere, such as `suiteId`, and which known one it stands for.
 * @throws TypeError that names the first unknown option, and the known one that was probably meant.
 */
export function refuseUnknownOptions(
  options: object | undefined,
  known: readonly string[],
  what = '',
  otherNames: Readonly<Record<string, string>> = {},
): void {
  for (const [name, value] of Object.entries(options ?? {})) {
    if (value === undefined || known.includes(name)) continue;
    const meant = Object.hasOwn(otherNames, name) ? otherNames[name] : findMeant(name, known);
    const advice = meant === undefined ? `known are ${known.join(', ')}` : `did you mean ${meant}?`;
    throw new TypeError(`unknown option ${shorten(name)}${what && ` of ${what}`}: ${advice}`);
  }
}

/** A table with every option's name: the compiler sees to it that none is missing and none is misspelt. */
export type OptionNames<Options extends object> = Readonly<Record<keyof Options & string, true>>;

/**
 * Checks that a constructor's options are an object with known names alone.
 *
 * @param known - Every name that is read.
 * @param what - Whose options they are.
 * @param otherNames - As for `refuseUnknownOptions`.
 * @throws TypeError that names the options, or the one that is unknown.
 */
export function requireOptions<Options extends object>(
  options: Options,
  known: OptionNames<Options>,
  what: string,
  otherNames: Readonly<Record<string, string>> = {},
): void {
  const names = Object.keys(known);
  requireObject(options, `{ ${names.join(', ')} }`, what);
  refuseUnknownOptions(options, names, what, otherNames);
}

/**
 * Checks that options are an object, where their names depend on one of them.
 *
 * @param form - What it should look like, such as `{ schema, … }`.
 * @throws TypeError
 */
export function requireObject(options: unknown, form: string, what: string): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  throw new TypeError(`${what} takes its options as an object: ${form}`);
}

/** Longer names are no slip of the pen, and comparing them would take long. */
const MAX_NAME_LENGTH = 64;

function shorten(name: string): string {
  return JSON.stringify(name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH)}…` : name);
}

/** The known name that differs in case, by two letters at most, or that contains the given one. */
function findMeant(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAX_NAME_LENGTH) return undefined;
  const given = name.toLowerCase().replaceAll(/[_-]/g, '');
  return (
    known.find((each) => each.toLowerCase() === given) ??
    known.find((each) => editDistance(each.toLowerCase(), given) <= 2) ??
    (given.length < 4 ? undefined : known.find((each) => each.toLowerCase().includes(given)))
  );
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
