// Seed files: accounts, principals and keys with fixed ids and material, in YAML or JSON.

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { PolicyFault } from '../access/policy-fault.ts';
import type { AccessKey, AccountConfig, PrincipalConfig } from '../access/principal-directory.ts';
import { type PolicySource, PrincipalDirectory } from '../access/principal-directory.ts';
import type { AliasRecord, KeyRecord } from '../engine/key-record.ts';
import { checkFaultRule, type FaultRule } from '../faults/fault-rule.ts';
import { type OptionNames, refuseUnknownOptions } from '../known-options.ts';
import { type QuotaLimit, type QuotaOption, quotaTable } from '../quotas/quota-table.ts';
import type { SeamOptions } from '../seams.ts';
import { isLocalKmsSeed, readLocalKmsSeed } from './read-local-kms-seed.ts';
import { readKey, type SeedDefaults, type SeededKey } from './read-seed-key.ts';
import { SeedNode } from './seed-node.ts';

/** A seed file, read: options for `MemoryKms`, and what its store begins with. */
export type Seed = {
  readonly options: SeedOptions;
  readonly keys: readonly KeyRecord[];
  readonly aliases: readonly AliasRecord[];
};

/** The options that a seed file can give. Those given to `MemoryKms` itself stand over them. */
export type SeedOptions = Pick<
  SeamOptions,
  'authorization' | 'principals' | 'accounts' | 'quotas' | 'faults' | 'grantPropagationMs'
> & { readonly accountId?: string | undefined; readonly region?: string | undefined };

/** What a seed file is read with. */
export type SeedSetting = {
  /** How errors call the file. */
  readonly name?: string | undefined;
  /** Creation date of keys that tell none, in milliseconds since 1970; now unless given. */
  readonly now?: number | undefined;
};

const SETTING_NAMES: OptionNames<SeedSetting> = { name: true, now: true };

const MEMBERS = [
  'account',
  'region',
  'authorization',
  'accounts',
  'principals',
  'keys',
  'quotas',
  'faults',
  'grantPropagationMs',
];

/**
 * Reads a seed file from disk.
 *
 * @throws SeedError naming file, line, column and path; the system's error where the file can't be read.
 */
export function readSeedFile(path: string, setting: SeedSetting = {}): Seed {
  return readSeed(readFileSync(path, 'utf8'), { name: basename(path), ...setting });
}

/**
 * Reads a seed: ours, or one of local-kms.
 *
 * @throws SeedError naming line, column and path of what is wrong.
 */
export function readSeed(text: string, setting: SeedSetting = {}): Seed {
  refuseUnknownOptions(setting, SETTING_NAMES, 'readSeed');
  const { name = 'seed', now = Date.now() } = setting;
  const seed = SeedNode.parse(text, name);
  if (seed.value === null) return { options: {}, keys: [], aliases: [] };
  const account = seed.member('account')?.text(/^\d{12}$/, 'twelve digits, in quotes');
  const region = seed.member('region')?.text(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'a Region such as eu-west-1');
  const defaults: SeedDefaults = { account: account ?? '111122223333', region: region ?? 'us-east-1', now };
  const isTheirs = isLocalKmsSeed(seed);
  const keys = isTheirs ? readLocalKmsSeed(seed, defaults) : readKeys(seed, defaults);
  rejectRepeated(seed, keys);
  return {
    options: isTheirs ? {} : { accountId: account, region, ...readOptions(seed) },
    keys: keys.map(({ record }) => record),
    aliases: keys.flatMap(({ aliases }) => aliases),
  };
}

function readKeys(seed: SeedNode, defaults: SeedDefaults): readonly SeededKey[] {
  seed.members(MEMBERS);
  return (seed.member('keys')?.items() ?? []).map((key) => readKey(key, defaults));
}

function rejectRepeated(seed: SeedNode, keys: readonly SeededKey[]): void {
  const seen = new Set<string>();
  const names = keys.flatMap(({ record, aliases }) => [
    `key ${record.account}/${record.id}`,
    ...aliases.map((alias) => `${alias.name} of ${alias.account} in ${alias.region}`),
  ]);
  for (const name of names) {
    if (seen.has(name)) seed.fail(`${name} comes twice`);
    seen.add(name);
  }
}

function readOptions(seed: SeedNode): SeedOptions {
  const principals = seed.member('principals');
  const accounts = seed.member('accounts');
  const options = {
    authorization: seed.member('authorization')?.oneOf(['open', 'keyPolicy', 'strict']),
    grantPropagationMs: seed.member('grantPropagationMs')?.integer(0, 86_400_000),
    principals: principals?.items().map(readPrincipal),
    accounts: accounts?.items().map(readAccount),
    quotas: readQuotas(seed.member('quotas')),
    faults: seed.member('faults')?.items().map(readFault),
  };
  checking(principals ?? accounts ?? seed, () => new PrincipalDirectory(options.principals, options.accounts));
  return options;
}

function readPrincipal(node: SeedNode): PrincipalConfig {
  const member = node.members(['arn', 'policies', 'permissionsBoundary', 'sessionPolicies', 'tags', 'accessKeys']);
  const principal: PrincipalConfig = {
    arn: (member('arn') ?? node.fail('has no arn')).text(/^arn:/, 'an ARN'),
    policies: member('policies')?.items().map(readPolicySource),
    permissionsBoundary: member('permissionsBoundary')?.value as PolicySource | undefined,
    sessionPolicies: member('sessionPolicies')?.items().map(readPolicySource),
    tags: member('tags')?.stringMap(),
    accessKeys: member('accessKeys')?.items().map(readAccessKey),
  };
  checking(node, () => new PrincipalDirectory([principal]));
  return principal;
}

function readPolicySource(node: SeedNode): PolicySource {
  const { value } = node;
  if (typeof value === 'string' || (typeof value === 'object' && value !== null)) return value as PolicySource;
  return node.fail('must be a policy: a map, JSON text, or a map of name and document');
}

function readAccessKey(node: SeedNode): AccessKey {
  const member = node.members(['accessKeyId', 'secretAccessKey', 'sessionToken', 'expiresAt']);
  const expiresAt = member('expiresAt')?.date();
  return {
    accessKeyId: (member('accessKeyId') ?? node.fail('has no accessKeyId')).text(
      /^[\w-]{1,128}$/,
      'letters, digits, _ and -',
    ),
    secretAccessKey: member('secretAccessKey')?.text(),
    sessionToken: member('sessionToken')?.text(),
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) }),
  };
}

function readAccount(node: SeedNode): AccountConfig {
  const member = node.members(['id', 'serviceControlPolicies']);
  return {
    id: (member('id') ?? node.fail('has no id')).text(/^\d{12}$/, 'twelve digits, in quotes'),
    serviceControlPolicies: member('serviceControlPolicies')?.items().map(readPolicySource),
  };
}

function readQuotas(node: SeedNode | undefined): QuotaOption | undefined {
  if (node === undefined) return undefined;
  const presets = ['aws-2026', 'aws-2022'] as const;
  const option = typeof node.value === 'string' ? node.oneOf(presets) : readPools(node, presets);
  checking(node, () => quotaTable(option));
  return option;
}

function readPools(node: SeedNode, presets: readonly ['aws-2026', 'aws-2022']): QuotaOption {
  const member = node.members(['preset', 'pools']);
  const pools = (member('pools')?.value ?? {}) as Readonly<Record<string, QuotaLimit>>;
  return { preset: member('preset')?.oneOf(presets), pools };
}

function readFault(node: SeedNode): FaultRule {
  return checking(node, () => checkFaultRule(node.value, 'the fault rule'));
}

/** Errors of the option readers, told with the place in the file. */
function checking<T>(node: SeedNode, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof PolicyFault || error instanceof TypeError || error instanceof RangeError) {
      return node.fail(error.message);
    }
    throw error;
  }
}
