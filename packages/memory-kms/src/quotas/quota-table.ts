// Request quotas as data: which pool an operation draws from, and how many requests a second a pool has.

import { refuseUnknownOptions } from '../known-options.ts';

/** Requests per second: one figure, or one per Region with a figure for the rest. `Infinity` lifts a limit. */
export type QuotaLimit = number | { readonly default: number; readonly regions: Readonly<Record<string, number>> };

/** A set of request quotas: pool → limit. A pool without an entry is not limited. */
export type QuotaTable = {
  readonly name: string;
  readonly pools: Readonly<Record<string, QuotaLimit>>;
};

/** The name of a preset. */
export type QuotaPreset = 'aws-2026' | 'aws-2022';

/** What `MemoryKms` takes as `quotas`: a preset, or one (or none) with pools of its own over it. */
export type QuotaOption =
  | QuotaPreset
  | { readonly preset?: QuotaPreset | undefined; readonly pools: Readonly<Record<string, QuotaLimit>> };

/**
 * The table that an option stands for.
 *
 * @throws TypeError for what is neither a preset nor has pools, or has more than that; RangeError for an unknown preset
 *   or pool, or a limit that is not a positive number.
 */
export function quotaTable(option: QuotaOption): QuotaTable {
  if (typeof option !== 'string' && (typeof option?.pools !== 'object' || option.pools === null)) {
    throw new TypeError("quotas must be 'aws-2026', 'aws-2022' or { pools: { … } }");
  }
  const preset = typeof option === 'string' ? option : option.preset;
  const base = preset === undefined ? { name: 'own', pools: {} } : presetNamed(preset);
  if (typeof option === 'string') return base;
  refuseUnknownOptions(option, { preset: true, pools: true }, 'quotas');
  for (const [pool, limit] of Object.entries(option.pools)) checkPool(pool, limit);
  return { name: `${base.name} with changes`, pools: { ...base.pools, ...option.pools } };
}

function presetNamed(name: string): QuotaTable {
  const preset = quotaPresets.find((table) => table.name === name);
  if (preset === undefined)
    throw new RangeError(`quotas: no preset ${name}; there are ${quotaPresets.map((table) => table.name).join(', ')}`);
  return preset;
}

function checkPool(pool: string, limit: QuotaLimit): void {
  if (!Object.hasOwn(quotaPresets[0]?.pools ?? {}, pool)) throw new RangeError(`quotas: no pool ${pool}`);
  if (typeof limit !== 'number') refuseUnknownOptions(limit, { default: true, regions: true }, `quotas.pools.${pool}`);
  const figures = typeof limit === 'number' ? [limit] : [limit.default, ...Object.values(limit.regions)];
  if (!figures.every((figure) => figure > 0))
    throw new RangeError(`quotas: the limit of ${pool} is not a positive number`);
}

const perSecond = (limit: number, ...operations: readonly string[]): Record<string, number> =>
  Object.fromEntries(operations.map((operation) => [operation, limit]));

/** Operations with a pool of their own. Source: KMS Developer Guide, "Request quotas", November 2026. */
const ownPools: Readonly<Record<string, number>> = {
  ...perSecond(1, 'GetParametersForImport'),
  ...perSecond(5, 'CancelKeyDeletion', 'CreateAlias', 'CreateKey', 'DisableKey', 'DisableKeyRotation', 'EnableKey'),
  ...perSecond(5, 'GetKeyLastUsage', 'ReplicateKey', 'RotateKeyOnDemand', 'UntagResource', 'UpdateAlias'),
  ...perSecond(5, 'UpdateKeyDescription', 'UpdatePrimaryRegion', 'ConnectCustomKeyStore', 'CreateCustomKeyStore'),
  ...perSecond(
    5,
    'DeleteCustomKeyStore',
    'DescribeCustomKeyStores',
    'DisconnectCustomKeyStore',
    'UpdateCustomKeyStore',
  ),
  ...perSecond(10, 'TagResource'),
  ...perSecond(15, 'DeleteAlias', 'DeleteImportedKeyMaterial', 'EnableKeyRotation', 'ImportKeyMaterial'),
  ...perSecond(15, 'PutKeyPolicy', 'ScheduleKeyDeletion'),
  ...perSecond(50, 'CreateGrant', 'RetireGrant', 'RevokeGrant'),
  ...perSecond(100, 'ListGrants', 'ListKeyPolicies', 'ListKeyRotations', 'ListRetirableGrants'),
  ...perSecond(500, 'ListAliases', 'ListKeys'),
  ...perSecond(1000, 'GetKeyPolicy', 'GetKeyRotationStatus'),
  ...perSecond(2000, 'DescribeKey', 'GetPublicKey', 'ListResourceTags'),
  ...perSecond(100, 'pair:ECC_NIST_P256', 'pair:ECC_NIST_P384', 'pair:ECC_NIST_P521', 'pair:ECC_SECG_P256K1'),
  ...perSecond(100, 'pair:ECC_NIST_EDWARDS25519'),
  ...perSecond(20, 'pair:RSA_2048'),
  ...perSecond(4, 'pair:RSA_3072'),
  ...perSecond(1, 'pair:RSA_4096'),
};

function symmetric(normal: number, large: number, largest: number): QuotaLimit {
  const at = (figure: number, ...regions: readonly string[]) =>
    Object.fromEntries(regions.map((region) => [region, figure]));
  return {
    default: normal,
    regions: {
      ...at(large, 'us-east-2', 'ap-southeast-1', 'ap-southeast-2', 'ap-northeast-1', 'eu-central-1', 'eu-west-2'),
      ...at(largest, 'us-east-1', 'us-west-2', 'eu-west-1'),
    },
  };
}

/**
 * The presets. `aws-2026`: today's figures. `aws-2022`: the shared pools as they are still widely quoted (5,500 /
 * 10,000 / 30,000 symmetric, RSA 500, ECC 300); its pools of single operations are today's.
 */
export const quotaPresets: readonly QuotaTable[] = [
  {
    name: 'aws-2026',
    pools: { ...ownPools, symmetric: symmetric(10_000, 20_000, 100_000), rsa: 1000, ecc: 1000, mlDsa: 1000 },
  },
  { name: 'aws-2022', pools: { ...ownPools, symmetric: symmetric(5500, 10_000, 30_000), rsa: 500, ecc: 300 } },
];

/** Operations that draw from the pool of the key's family. */
const sharedOperations: ReadonlySet<string> = new Set([
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateMac',
  'VerifyMac',
  'GenerateRandom',
  'ReEncrypt',
  'Sign',
  'Verify',
  'DeriveSharedSecret',
]);

/** Whether the pool of an operation depends on the spec of the key it uses. */
export function drawsFromSharedPool(operation: string): boolean {
  return sharedOperations.has(operation);
}

/**
 * The pool that an operation draws from.
 *
 * @param keySpec - Of the key in use; symmetric is assumed where it is unknown.
 * @param keyPairSpec - Of the pair asked for, with GenerateDataKeyPair and its twin.
 */
export function quotaPool(operation: string, keySpec?: string | undefined, keyPairSpec?: string | undefined): string {
  if (operation.startsWith('GenerateDataKeyPair')) return `pair:${keyPairSpec ?? ''}`;
  if (!sharedOperations.has(operation)) return operation;
  if (keySpec?.startsWith('RSA_')) return 'rsa';
  if (keySpec?.startsWith('ECC_') || keySpec === 'SM2') return 'ecc';
  return keySpec?.startsWith('ML_DSA_') ? 'mlDsa' : 'symmetric';
}

/** The limit of a pool in a Region; `Infinity` where it has none. */
export function quotaLimit(table: QuotaTable, pool: string, region: string): number {
  const limit = Object.hasOwn(table.pools, pool) ? table.pools[pool] : undefined;
  if (limit === undefined) return Number.POSITIVE_INFINITY;
  if (typeof limit === 'number') return limit;
  return Object.hasOwn(limit.regions, region) ? (limit.regions[region] ?? limit.default) : limit.default;
}
