// What a command works with: options of the command line over a file with the same names.

import { copyPairs, type Pairs, parseCommitmentPolicy, parseSuite } from './option-parsers.ts';
import { readSmallFile } from './read-small-file.ts';
import { UsageError } from './usage-error.ts';

/** The keys of a command. */
export type KeyConfiguration = {
  readonly kmsKey?: readonly string[] | undefined;
  readonly discovery?: boolean | undefined;
  readonly discoveryPartition?: string | undefined;
  readonly discoveryAccount?: readonly string[] | undefined;
  readonly discoveryAny?: boolean | undefined;
  readonly region?: readonly string[] | undefined;
  readonly kmsEndpoint?: string | undefined;
  readonly rawAesKey?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly branchKey?: string | undefined;
  readonly keyStore?: string | undefined;
  readonly keyStoreName?: string | undefined;
  readonly branchKmsKey?: string | undefined;
  readonly local?: boolean | undefined;
  readonly localState?: string | undefined;
  readonly cacheMaxAge?: number | undefined;
};

/** Keys, and everything else that a configuration file may fix. */
export type Configuration = KeyConfiguration & {
  readonly context?: Pairs | undefined;
  readonly require?: Pairs | undefined;
  readonly suite?: string | undefined;
  readonly frameLength?: number | undefined;
  readonly commitmentPolicy?: string | undefined;
  readonly suffix?: string | undefined;
};

type Kind = 'string' | 'strings' | 'boolean' | 'number' | 'pairs';

const KEY_FIELDS: Readonly<Record<keyof KeyConfiguration, Kind>> = {
  kmsKey: 'strings',
  discovery: 'boolean',
  discoveryPartition: 'string',
  discoveryAccount: 'strings',
  discoveryAny: 'boolean',
  region: 'strings',
  kmsEndpoint: 'string',
  rawAesKey: 'string',
  namespace: 'string',
  name: 'string',
  branchKey: 'string',
  keyStore: 'string',
  keyStoreName: 'string',
  branchKmsKey: 'string',
  local: 'boolean',
  localState: 'string',
  cacheMaxAge: 'number',
};

const FIELDS: Readonly<Record<keyof Configuration, Kind>> = {
  ...KEY_FIELDS,
  context: 'pairs',
  require: 'pairs',
  suite: 'string',
  frameLength: 'number',
  commitmentPolicy: 'string',
  suffix: 'string',
};

const WORDS: Readonly<Record<Kind, string>> = {
  string: 'a string',
  strings: 'a string or an array of strings',
  boolean: 'true or false',
  number: 'a number, 0 or more',
  pairs: 'an object whose values are strings',
};

/** Far beyond any in use; a device given by mistake must come to an end. */
const MAX_CONFIGURATION_LENGTH = 1_048_576;

/**
 * Reads a configuration file: a JSON object whose fields are the long options in camelCase.
 *
 * @throws UsageError that names the field; the file system's error.
 */
export async function readConfiguration(path: string): Promise<Configuration> {
  const parsed = parseObject(path, decodeText(path, await readSmallFile(path, MAX_CONFIGURATION_LENGTH)));
  const fields = Object.entries(parsed).map(([field, value]) => [field, checkField(path, field, value)]);
  return Object.fromEntries(fields);
}

function decodeText(path: string, bytes: Uint8Array): string {
  if (bytes.length > MAX_CONFIGURATION_LENGTH) throw new UsageError(`${path} is too long for a configuration`);
  try {
    // Without a byte order mark, which editors on Windows write and JSON.parse refuses.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${path} is not text in UTF-8`);
  }
}

function parseObject(path: string, text: string): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // JSON.parse quotes the text, which may hold values of a context.
    throw new UsageError(`${path} is not JSON`);
  }
  if (isPlainObject(parsed)) return parsed;
  throw new UsageError(`${path} must hold a JSON object`);
}

function checkField(path: string, field: string, value: unknown): unknown {
  if (!Object.hasOwn(FIELDS, field)) {
    throw new UsageError(`${path}: unknown field "${field}"; it may have ${Object.keys(FIELDS).join(', ')}`);
  }
  const kind = FIELDS[field as keyof Configuration];
  const given = kind === 'strings' && typeof value === 'string' ? [value] : value;
  if (!isOfKind(kind, given)) throw new UsageError(`${path}: "${field}" must be ${WORDS[kind]}`);
  if (field === 'suite') return parseSuite(given as string);
  if (field === 'commitmentPolicy') return parseCommitmentPolicy(given as string);
  return kind === 'pairs' ? copyPairs(given as Pairs) : given;
}

function isOfKind(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case 'strings':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    case 'pairs':
      return isPlainObject(value) && Object.values(value).every((item) => typeof item === 'string');
    case 'number':
      return Number.isSafeInteger(value) && Number(value) >= 0;
    default:
      return typeof value === kind;
  }
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * What a command works with: the file of `--config`, with the options of the command line in place of its fields.
 *
 * @param options - Options as commander gives them; those that are no fields of a configuration are left out.
 */
export async function resolveConfiguration(
  options: Readonly<Record<string, unknown>>,
  config: string | undefined,
): Promise<Configuration> {
  const file = config === undefined ? {} : await readConfiguration(config);
  const given = Object.keys(FIELDS).filter((field) => options[field] !== undefined);
  return { ...file, ...Object.fromEntries(given.map((field) => [field, options[field]])) };
}

/** Whether any option or field names keys. */
export function namesKeys(configuration: KeyConfiguration): boolean {
  const { kmsKey, discovery, rawAesKey, branchKey, local } = configuration;
  return Boolean(kmsKey?.length || discovery || rawAesKey || branchKey || local);
}
