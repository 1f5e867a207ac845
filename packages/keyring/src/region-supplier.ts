// Suppliers of KMS clients that serve some Regions only.

import type { KmsClientSupplier } from './kms-client.ts';

function regionSet(regions: readonly string[]): ReadonlySet<string> {
  if (!Array.isArray(regions) || regions.length === 0 || !regions.every((name) => typeof name === 'string' && name)) {
    throw new TypeError('regions must be a list of at least one Region name, none of them empty');
  }
  return new Set(regions);
}

/**
 * Lets a supplier serve these Regions alone.
 *
 * A key outside them is refused with `ERR_KMS_NO_CLIENT`, never silently left out; so is a key id that names no Region.
 */
export function limitRegions<Client>(
  supplier: KmsClientSupplier<Client>,
  regions: readonly string[],
): KmsClientSupplier<Client> {
  const allowed = regionSet(regions);
  return (region) => (region !== undefined && allowed.has(region) ? supplier(region) : undefined);
}

/** Lets a supplier serve all Regions but these; a key in one of them is refused with `ERR_KMS_NO_CLIENT`. */
export function excludeRegions<Client>(
  supplier: KmsClientSupplier<Client>,
  regions: readonly string[],
): KmsClientSupplier<Client> {
  const excluded = regionSet(regions);
  return (region) => (region !== undefined && excluded.has(region) ? undefined : supplier(region));
}
