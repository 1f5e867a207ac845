// What every constructor checks of its options before it looks at a single one.

import { refuseUnknownOptions } from '@waxseal/core/crypto';

/** A table with every option's name: the compiler sees to it that none is missing and none is misspelt. */
export type OptionNames<Options extends object> = Readonly<Record<keyof Options & string, true>>;

/**
 * Checks that options are an object with known names alone.
 *
 * @param known - Every name that is read.
 * @param what - Whose options they are.
 * @param otherNames - What a name is called elsewhere, and which known one it stands for.
 * @throws TypeError that names the options, or the one that is unknown.
 */
export function requireOptions<Options extends object>(
  options: Options,
  known: OptionNames<Options>,
  what: string,
  otherNames: Readonly<Record<string, string>> = {},
): void {
  const names = Object.keys(known);
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`${what} takes its options as an object: { ${names.join(', ')} }`);
  }
  refuseUnknownOptions(options, names, what, otherNames);
}

/**
 * Checks an option that is an object with methods.
 *
 * @throws TypeError
 */
export function requireMethods<Port extends object>(
  port: Port,
  methods: readonly (keyof Port & string)[],
  field: string,
): Port {
  const isComplete = methods.every((method) => typeof (port as Partial<Port> | null)?.[method] === 'function');
  if (isComplete) return port;
  throw new TypeError(`${field} must be an object with ${methods.join(', ')}`);
}
