// The seed format of local-kms: the one that projects already have.

import { isKeyId, partitionOf } from '../engine/key-identifier.ts';
import { defaultKeyPolicy } from '../engine/key-policy.ts';
import type { AliasRecord, KeySpec, KeyUsage } from '../engine/key-record.ts';
import { keySpecTable } from '../engine/key-spec-table.ts';
import type { SeedDefaults, SeededKey } from './read-seed-key.ts';
import { readMaterialList, readPemMaterial } from './seed-material.ts';
import type { SeedNode } from './seed-node.ts';

/** Whether this is a seed of local-kms: its top-level names begin with capitals. */
export function isLocalKmsSeed(seed: SeedNode): boolean {
  return seed.member('Keys') !== undefined || seed.member('Aliases') !== undefined;
}

/**
 * Reads it. All keys go to the default account and Region, as local-kms has one of each.
 *
 * @throws SeedError at the place.
 */
export function readLocalKmsSeed(seed: SeedNode, defaults: SeedDefaults): readonly SeededKey[] {
  const member = seed.members(['Keys', 'Aliases']);
  const aliases = member('Aliases')?.items() ?? [];
  const keys = member('Keys');
  const groups = [keys?.member('Symmetric'), keys?.member('Asymmetric')];
  const nodes = groups.flatMap((group) => group?.entries() ?? []).flatMap(([, list]) => list.items());
  const seeded = nodes.map((node) => readKey(node, defaults));
  for (const alias of aliases) requireTarget(alias, seeded);
  return seeded.map((key) => ({ ...key, aliases: aliasesOf(key, aliases, defaults) }));
}

function readKey(node: SeedNode, defaults: SeedDefaults): Omit<SeededKey, 'aliases'> {
  const { account, region, now } = defaults;
  const metadata = node.member('Metadata') ?? node.fail('has no Metadata');
  const idNode = metadata.member('KeyId') ?? metadata.fail('has no KeyId');
  const id = isKeyId(idNode.text()) ? idNode.text() : idNode.fail('must be a lower-case UUID');
  const owner = { account, keyId: id, createdAt: now };
  const pem = node.member('PrivateKeyPem');
  const backing = node.member('BackingKeys') ?? node.member('BackingKey');
  const { materials, spec } =
    pem === undefined
      ? readMaterialList(backing ?? node.fail('has neither BackingKeys nor PrivateKeyPem'), 'SYMMETRIC_DEFAULT', owner)
      : readPemMaterial(pem, undefined, owner);
  const nextAt = node.member('NextKeyRotation')?.date();
  const local = {
    region,
    description: metadata.member('Description')?.text() ?? '',
    enabled: true,
    createdAt: now,
    policy: defaultKeyPolicy(region, account),
    tags: [],
    grants: [],
    imported: [],
  };
  return {
    record: {
      partition: partitionOf(region),
      account,
      id,
      spec,
      usage: readUsage(metadata, spec),
      origin: 'AWS_KMS',
      manager: 'CUSTOMER',
      multiRegion: false,
      primaryRegion: region,
      materials,
      currentMaterialId: materials.at(-1)?.id,
      onDemandRotations: 0,
      ...(nextAt === undefined ? {} : { rotation: { periodDays: 365, nextAt } }),
      regions: { [region]: local },
    },
  };
}

function readUsage(metadata: SeedNode, spec: KeySpec): KeyUsage {
  const possible = Object.keys(keySpecTable[spec]) as KeyUsage[];
  const usage = metadata.member('KeyUsage');
  if (usage !== undefined) return usage.oneOf(possible);
  return possible[0] ?? metadata.fail('needs a KeyUsage');
}

function requireTarget(alias: SeedNode, keys: readonly Omit<SeededKey, 'aliases'>[]): void {
  alias.members(['AliasName', 'TargetKeyId', 'AliasArn']);
  const target = alias.member('TargetKeyId') ?? alias.fail('has no TargetKeyId');
  if (!keys.some(({ record }) => record.id === target.value)) target.fail('names no key of this seed');
}

function aliasesOf(
  { record }: Omit<SeededKey, 'aliases'>,
  aliases: readonly SeedNode[],
  { account, region, now }: SeedDefaults,
): readonly AliasRecord[] {
  return aliases
    .filter((alias) => alias.member('TargetKeyId')?.value === record.id)
    .map((alias) => ({
      name: (alias.member('AliasName') ?? alias.fail('has no AliasName')).text(
        /^alias\/[a-zA-Z0-9:/_-]+$/,
        'an alias such as alias/app',
      ),
      account,
      region,
      targetKeyId: record.id,
      createdAt: now,
      updatedAt: now,
    }));
}
