// What every constructor checks of its options before it looks at a single one.

import { type OptionNames, requireOptions as requireKnownOptions } from '@waxseal/core/crypto';

/** What the official SDK calls them; suggested where the options have a name of this meaning. */
const OFFICIAL_NAMES = {
  clientProvider: 'kms',
  client: 'kms',
  discoveryFilter: 'filter',
  keyNamespace: 'namespace',
  keyName: 'name',
  unencryptedMasterKey: 'key',
} as const;

/**
 * Checks that options are an object with known names alone.
 *
 * @param known - Every name that is read.
 * @param what - Whose options they are.
 * @throws TypeError that names the options, or the one that is unknown.
 */
export function requireOptions<Options extends object>(
  options: Options,
  known: OptionNames<Options>,
  what: string,
): void {
  const official = Object.entries(OFFICIAL_NAMES).filter(([, name]) => name in known);
  requireKnownOptions(options, known, what, Object.fromEntries(official));
}

/**
 * Checks an option that is a list: a text alone would be taken letter by letter.
 *
 * @throws TypeError
 */
export function requireArray<Item>(list: readonly Item[], field: string): readonly Item[] {
  if (Array.isArray(list)) return list;
  throw new TypeError(`${field} must be an array`);
}

/**
 * Copies grant tokens.
 *
 * @throws TypeError unless they are an array of texts; it quotes none of them, since they grant access.
 */
export function copyGrantTokens(grantTokens: readonly string[] | undefined): readonly string[] | undefined {
  if (grantTokens === undefined) return undefined;
  const tokens = requireArray(grantTokens, 'grantTokens');
  if (!tokens.every((token) => typeof token === 'string')) throw new TypeError('grantTokens must be texts');
  return [...tokens];
}
