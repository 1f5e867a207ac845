// The options that commands share, with their help.

import { type Command, Option } from 'commander';
import type { Configuration, KeyConfiguration } from './configuration.ts';
import { resolveConfiguration } from './configuration.ts';
import { collectPairs, collectValues, parseCommitmentPolicy, parseCount, parseSuite } from './option-parsers.ts';
import { UsageError } from './usage-error.ts';

type KeyOption = readonly [flags: string, description: string, parse?: typeof collectValues];

const KEY_OPTIONS: readonly KeyOption[] = [
  ['--local', 'try it out: a key in an embedded KMS, kept unprotected in a file; no AWS account needed'],
  ['--local-state <file>', 'where --local keeps its state (else in your state directory)'],
  ['--kms-key <arn>', 'ARN of a KMS key; again for further keys, each of which opens the message alone', collectValues],
  ['--discovery', 'decrypt with whatever KMS key the message names, in the accounts given'],
  ['--discovery-account <id>', 'account whose keys --discovery may call; again for further ones', collectValues],
  ['--discovery-partition <name>', 'partition of these accounts (else aws)'],
  ['--discovery-any', 'let --discovery call keys of every account'],
  ['--region <name>', 'Region to call KMS in, where the key does not say; again for further ones', collectValues],
  ['--kms-endpoint <url>', 'where KMS answers, such as memory-kms at http://127.0.0.1:4566'],
  ['--raw-aes-key <file>', 'file with an AES key of 16, 24 or 32 bytes, as keygen makes it'],
  ['--namespace <text>', 'namespace of --raw-aes-key, stored in the message'],
  ['--name <text>', 'name of --raw-aes-key, stored in the message'],
  ['--branch-key <id>', 'id of a branch key (hierarchical keyring)'],
  ['--key-store <directory>', 'where --branch-key is kept: the directory of a FileStorage'],
  ['--key-store-name <name>', 'logical name of that key store'],
  ['--branch-kms-key <arn>', 'the KMS key that wraps branch keys; to decrypt, else the one that the record names'],
];

/** The options that choose keys; `--to-…` for the second set of `reencrypt`. */
export function addKeyOptions(command: Command, prefix: '' | 'to-' = ''): Command {
  const group = prefix === '' ? 'Keys:' : 'Keys of the new message (else the same keys):';
  const add = (option: Option): unknown => command.addOption(option.helpGroup(group));
  for (const [flags, description, parse] of KEY_OPTIONS) {
    const option = new Option(flags.replace('--', `--${prefix}`), description);
    add(parse === undefined ? option : option.argParser(parse));
  }
  if (prefix === '') {
    const seconds = new Option('--cache-max-age <seconds>', 'use a data key for many files, this long');
    add(seconds.argParser(parseCount('--cache-max-age')));
  }
  add(new Option(`--${prefix}config <file>`, 'JSON file with any of these options, in camelCase'));
  return command;
}

/** @returns What the options of one set say, over the file of its `--config`. */
export async function configurationOf(
  options: Readonly<Record<string, unknown>>,
  prefix: '' | 'to' = '',
): Promise<Configuration> {
  if (prefix === '') return resolveConfiguration(options, options['config'] as string | undefined);
  const own = Object.entries(options).filter(([name]) => /^to[A-Z]/.test(name));
  const plain = Object.fromEntries(own.map(([name, value]) => [name.charAt(2).toLowerCase() + name.slice(3), value]));
  return resolveConfiguration(plain, plain['config'] as string | undefined);
}

/** The pairs that are bound to the message. */
export function addContextOptions(command: Command, purpose: 'encrypt' | 'decrypt'): Command {
  const isEncrypt = purpose === 'encrypt';
  const context = isEncrypt
    ? 'bind a pair to the message; not secret: it is stored readable; again for further pairs'
    : 'refuse the message unless this pair is bound to it; again for further pairs';
  const required = isEncrypt
    ? 'bind a pair without storing it: whoever decrypts must give it again'
    : 'a pair that was bound by --require';
  return command
    .addOption(new Option('--context <key=value>', context).argParser(collectPairs('--context')).helpGroup('Context:'))
    .addOption(
      new Option('--require <key=value>', required).argParser(collectPairs('--require')).helpGroup('Context:'),
    );
}

/** How messages are made. */
export function addSuiteOptions(command: Command): Command {
  const frame = new Option('--frame-length <bytes>', 'plaintext in each frame (else 65536)');
  return command
    .addOption(
      new Option('--suite <id>', 'algorithm suite: 0x0578 signs (the default), 0x0478 does not').argParser(parseSuite),
    )
    .addOption(frame.argParser(parseCount('--frame-length')));
}

/** Which suites are allowed. */
export function addPolicyOption(command: Command): Command {
  const policy = new Option(
    '--commitment-policy <policy>',
    'REQUIRE_ENCRYPT_ALLOW_DECRYPT also opens suites without key commitment',
  );
  return command.addOption(policy.argParser(parseCommitmentPolicy));
}

/** What a message may be like that is opened. */
export function addLimitOptions(command: Command): Command {
  const limit = (flags: string, text: string): Option =>
    new Option(`${flags} <number>`, text).argParser(parseLimit(flags)).helpGroup('Limits ("none" lifts one):');
  return command
    .option('--unsigned-only', 'refuse signed messages right after their header')
    .addOption(limit('--max-encrypted-data-keys', 'most encrypted data keys (else 100)'))
    .addOption(limit('--max-header-length', 'longest header in bytes (else 1 MiB)'))
    .addOption(limit('--max-frame-length', 'longest frame in bytes (else 64 MiB)'))
    .addOption(limit('--max-plaintext-length', 'most plaintext in bytes (else no limit)'));
}

function parseLimit(option: string): (text: string) => number {
  return (text) => (text === 'none' ? Number.POSITIVE_INFINITY : parseCount(option)(text));
}

/** Where outputs go. */
export function addOutputOptions(command: Command): Command {
  return command
    .option('-o, --output <path>', 'output file; a directory for several inputs; "-" is standard output')
    .option('-r, --recursive', 'work on all files of the directories given')
    .option('-f, --force', 'overwrite outputs that exist')
    .option('--suffix <text>', 'ending of encrypted files (else .wax)')
    .addOption(
      new Option('--parallelism <threads>', 'most threads for a file or stream (else 1)').argParser(
        parseCount('--parallelism'),
      ),
    );
}

/** How much is said. */
export function addReportOptions(command: Command): Command {
  return command.option('-q, --quiet', 'say nothing but errors').option('--json', 'say it as lines of JSON');
}

/** @throws UsageError when something would have to be typed, or bytes would be printed. */
export function refuseTerminal(stream: { readonly isTTY?: boolean | undefined }, text: string): void {
  if (stream.isTTY === true) throw new UsageError(text);
}

/** @returns The keys of the new message: the second set of options, or the first where that names none. */
export function newKeysOf(first: KeyConfiguration, second: KeyConfiguration, namesKeys: boolean): KeyConfiguration {
  return namesKeys ? { ...second, cacheMaxAge: first.cacheMaxAge } : first;
}
