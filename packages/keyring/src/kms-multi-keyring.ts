// Builders of multi-keyrings over several KMS keys or Regions.

import type { Keyring } from '@waxseal/core';
import type { OptionNames } from '@waxseal/core/crypto';
import type { KmsClient, KmsClientSupplier } from './kms-client.ts';
import type { KmsClientSource } from './kms-client-finder.ts';
import type { KmsDiscoveryFilter } from './kms-discovery-filter.ts';
import { KmsDiscoveryKeyring } from './kms-discovery-keyring.ts';
import { isMultiRegionKey, parseKmsArn } from './kms-key-arn.ts';
import type { KmsDataKeyClient } from './kms-keyring.ts';
import { KmsMrkDiscoveryKeyring } from './kms-mrk-discovery-keyring.ts';
import { KmsMrkKeyring } from './kms-mrk-keyring.ts';
import { MultiKeyring } from './multi-keyring.ts';
import { limitRegions, requireRegions } from './region-supplier.ts';
import { requireArray, requireOptions } from './require-options.ts';

/** Options of `createKmsMrkMultiKeyring`: at least one of `generatorKeyId` and `keyIds`. */
export type KmsMrkMultiKeyringOptions = {
  readonly kms: KmsClientSource<KmsDataKeyClient>;
  readonly generatorKeyId?: string | undefined;
  readonly keyIds?: readonly string[] | undefined;
  readonly grantTokens?: readonly string[] | undefined;
};

/**
 * A `KmsMrkKeyring` for each key, as one.
 *
 * @throws TypeError for an unknown option; when two of the ids are replicas of one multi-Region key, which would wrap twice
 *   for the same recipient (the message lists all such ids); for a malformed id; without any id.
 * @see AWS Encryption SDK specification, framework/aws-kms/aws-kms-mrk-multi-keyrings.md
 */
export function createKmsMrkMultiKeyring(options: KmsMrkMultiKeyringOptions): MultiKeyring {
  const known = { kms: true, generatorKeyId: true, keyIds: true, grantTokens: true } as const;
  requireOptions(options, known, 'createKmsMrkMultiKeyring');
  const { kms, generatorKeyId, keyIds = [], grantTokens } = options;
  requireArray(keyIds, 'keyIds');
  refuseReplicasOfOneKey(generatorKeyId === undefined ? keyIds : [generatorKeyId, ...keyIds]);
  const keyringFor = (keyId: string) => new KmsMrkKeyring({ kms, keyId, grantTokens });
  return new MultiKeyring({
    generator: generatorKeyId === undefined ? undefined : keyringFor(generatorKeyId),
    children: keyIds.map(keyringFor),
  });
}

/** Options of the discovery builders. */
export type KmsRegionsDiscoveryOptions = {
  readonly kms: KmsClientSupplier<Pick<KmsClient, 'decrypt'>>;
  /** The Regions to call; at least one. */
  readonly regions: readonly string[];
  readonly filter: KmsDiscoveryFilter;
  readonly grantTokens?: readonly string[] | undefined;
};

const DISCOVERY_OPTIONS: OptionNames<KmsRegionsDiscoveryOptions> = {
  kms: true,
  regions: true,
  filter: true,
  grantTokens: true,
};

/**
 * A discovery keyring that calls these Regions alone.
 *
 * @throws TypeError for an unknown option, a missing filter, an empty list of Regions, or an entry that is none.
 */
export function createKmsDiscoveryMultiKeyring(options: KmsRegionsDiscoveryOptions): Keyring {
  requireOptions(options, DISCOVERY_OPTIONS, 'createKmsDiscoveryMultiKeyring');
  const { kms, regions, filter, grantTokens } = options;
  return new KmsDiscoveryKeyring({ kms: limitRegions(kms, regions), filter, grantTokens });
}

/**
 * A `KmsMrkDiscoveryKeyring` for each Region, tried in the order given.
 *
 * @throws TypeError for an unknown option, a missing filter, an empty list of Regions, or an entry that is none.
 */
export function createKmsMrkDiscoveryMultiKeyring(options: KmsRegionsDiscoveryOptions): MultiKeyring {
  requireOptions(options, DISCOVERY_OPTIONS, 'createKmsMrkDiscoveryMultiKeyring');
  const { kms, regions, filter, grantTokens } = options;
  const children = [...requireRegions(regions)].map((region) => {
    return new KmsMrkDiscoveryKeyring({ kms, region, filter, grantTokens });
  });
  return new MultiKeyring({ children });
}

function refuseReplicasOfOneKey(keyIds: readonly string[]): void {
  const multiRegionId = (keyId: string): string => {
    const arn = parseKmsArn(keyId);
    const id = arn?.resourceId ?? keyId;
    return id.startsWith('mrk-') && (arn === undefined || isMultiRegionKey(arn)) ? id : keyId;
  };
  const counts = new Map<string, number>();
  for (const keyId of keyIds) counts.set(multiRegionId(keyId), (counts.get(multiRegionId(keyId)) ?? 0) + 1);
  const duplicates = keyIds.filter((keyId) => (counts.get(multiRegionId(keyId)) ?? 0) > 1);
  if (duplicates.length === 0) return;
  throw new TypeError(`these are one key each, or replicas of one multi-Region key: ${duplicates.join(', ')}`);
}
