// One key of a seed file, in all its Regions.

import { parsePolicy } from '../access/parse-policy.ts';
import { PolicyFault } from '../access/policy-fault.ts';
import { DAY_MS } from '../engine/clock.ts';
import { isKeyId, partitionOf, rootArn } from '../engine/key-identifier.ts';
import { makeSymmetricMaterial } from '../engine/key-material.ts';
import { defaultKeyPolicy } from '../engine/key-policy.ts';
import type { AliasRecord, KeyMaterial, KeyRecord, KeySpec, KeyUsage, RegionalKey } from '../engine/key-record.ts';
import { keySpecTable } from '../engine/key-spec-table.ts';
import { systemRandom } from '../engine/random-source.ts';
import { readGrant } from './read-seed-grant.ts';
import { type MaterialOwner, readMaterial } from './seed-material.ts';
import type { SeedNode } from './seed-node.ts';

/** What a key takes from its file where it says nothing itself. */
export type SeedDefaults = { readonly account: string; readonly region: string; readonly now: number };

/** A key with its aliases. */
export type SeededKey = { readonly record: KeyRecord; readonly aliases: readonly AliasRecord[] };

const MEMBERS = [
  'id',
  'account',
  'region',
  'regions',
  'spec',
  'usage',
  'origin',
  'description',
  'enabled',
  'createdAt',
  'aliases',
  'policy',
  'tags',
  'grants',
  'rotation',
  'material',
  'materialFromSeed',
  'privateKeyPem',
];

/** @throws SeedError at the place. */
export function readKey(node: SeedNode, defaults: SeedDefaults): SeededKey {
  const member = node.members(MEMBERS);
  const id = readId(node);
  const account = member('account')?.text(/^\d{12}$/, 'twelve digits, in quotes') ?? defaults.account;
  const regions = readRegions(node, id, defaults.region);
  const createdAt = member('createdAt')?.date() ?? defaults.now;
  const origin = member('origin')?.oneOf(['AWS_KMS', 'EXTERNAL']) ?? 'AWS_KMS';
  const { materials, spec } = materialOf(node, { account, keyId: id, createdAt }, origin);
  const [primaryRegion = defaults.region] = regions;
  const isExternal = origin === 'EXTERNAL';
  const locals = regions.map((region) =>
    readLocal(node, { region, account, createdAt, materials: isExternal ? materials : [] }),
  );
  const record: KeyRecord = {
    partition: partitionOf(primaryRegion),
    account,
    id,
    spec,
    usage: readUsage(node, spec),
    origin,
    manager: 'CUSTOMER',
    multiRegion: id.startsWith('mrk-'),
    primaryRegion,
    materials: isExternal ? materials.map(({ bytes: _, ...material }) => material) : materials,
    currentMaterialId: materials.at(-1)?.id,
    onDemandRotations: 0,
    ...readRotation(node, spec, createdAt),
    regions: Object.fromEntries(locals.map((local) => [local.region, local])),
  };
  return { record, aliases: readAliases(node, { account, regions, id, createdAt }) };
}

function readId(node: SeedNode): string {
  const id = node.member('id') ?? node.fail('has no id');
  const text = id.text();
  return isKeyId(text) ? text : id.fail('must be a lower-case UUID, or mrk- and 32 hexadecimal digits');
}

/** A multi-Region key may be in several Regions, the first of them its primary. */
function readRegions(node: SeedNode, id: string, region: string): readonly string[] {
  const pattern = /^[a-z]{2}(?:-[a-z]+)+-\d$/;
  const one = node.member('region')?.text(pattern, 'a Region such as eu-west-1');
  const list = node.member('regions');
  if (list === undefined) return [one ?? region];
  if (one !== undefined) list.fail('only one of region and regions can be given');
  const regions = list.items().map((item) => item.text(pattern, 'a Region such as eu-west-1'));
  if (regions.length === 0) list.fail('must name at least one Region');
  if (regions.length > 1 && !id.startsWith('mrk-'))
    list.fail('several Regions need a multi-Region key, whose id starts with mrk-');
  return regions;
}

function materialOf(
  node: SeedNode,
  owner: MaterialOwner,
  origin: string,
): { materials: readonly KeyMaterial[]; spec: KeySpec } {
  const spec = node.member('spec')?.oneOf(Object.keys(keySpecTable) as KeySpec[]);
  const given = readMaterial(node, spec, owner);
  if (given.materials.length > 0 || origin === 'EXTERNAL') return given;
  if (given.spec !== 'SYMMETRIC_DEFAULT') node.fail(`a key of spec ${given.spec} needs its material`);
  return { ...given, materials: [makeSymmetricMaterial(systemRandom, owner.createdAt)] };
}

function readUsage(node: SeedNode, spec: KeySpec): KeyUsage {
  const possible = Object.keys(keySpecTable[spec]) as KeyUsage[];
  const usage = node.member('usage');
  if (usage !== undefined) return usage.oneOf(possible);
  const [only] = possible;
  return possible.length === 1 && only !== undefined ? only : node.fail(`needs a usage: ${possible.join(' or ')}`);
}

function readRotation(node: SeedNode, spec: KeySpec, createdAt: number): Pick<KeyRecord, 'rotation'> {
  const rotation = node.member('rotation');
  if (rotation === undefined || rotation.value === false) return {};
  if (spec !== 'SYMMETRIC_DEFAULT') rotation.fail(`keys of spec ${spec} do not rotate`);
  if (rotation.value === true) return { rotation: { periodDays: 365, nextAt: createdAt + 365 * DAY_MS } };
  const member = rotation.members(['periodInDays', 'next']);
  const periodDays = member('periodInDays')?.integer(90, 2560) ?? 365;
  return { rotation: { periodDays, nextAt: member('next')?.date() ?? createdAt + periodDays * DAY_MS } };
}

type LocalSetting = {
  readonly region: string;
  readonly account: string;
  readonly createdAt: number;
  /** For origin EXTERNAL: what the Region has imported. */
  readonly materials: readonly KeyMaterial[];
};

function readLocal(node: SeedNode, { region, account, createdAt, materials }: LocalSetting): RegionalKey {
  const policy = node.member('policy');
  const grants = node.member('grants')?.items() ?? [];
  const issuingAccount = rootArn(region, account);
  return {
    region,
    description: node.member('description')?.text() ?? '',
    enabled: node.member('enabled')?.boolean() ?? true,
    createdAt,
    policy: policy === undefined ? defaultKeyPolicy(region, account) : readPolicy(policy),
    tags: Object.entries(node.member('tags')?.stringMap() ?? {}).map(([key, value]) => ({ key, value })),
    grants: grants.map((grant) => readGrant(grant, { issuingAccount, createdAt })),
    imported: materials.map(({ id, bytes }) => ({ materialId: id, bytes })),
  };
}

/** A key policy as a map, or as the JSON text of one. */
function readPolicy(node: SeedNode): string {
  try {
    parsePolicy(node.value, 'key');
  } catch (error) {
    if (error instanceof PolicyFault) node.fail(error.message);
    throw error;
  }
  return typeof node.value === 'string' ? node.value : JSON.stringify(node.value);
}

type AliasOwner = {
  readonly account: string;
  readonly regions: readonly string[];
  readonly id: string;
  readonly createdAt: number;
};

function readAliases(node: SeedNode, { account, regions, id, createdAt }: AliasOwner): readonly AliasRecord[] {
  const names = node.member('aliases')?.items() ?? [];
  return names.flatMap((item) => {
    const name = item.text(/^alias\/(?!aws\/)[a-zA-Z0-9:/_-]+$/, 'an alias such as alias/app, not alias/aws/…');
    return regions.map((region) => ({ name, account, region, targetKeyId: id, createdAt, updatedAt: createdAt }));
  });
}
