// Suppliers of KMS clients that serve some Regions only.

import type { KmsClientSupplier } from './kms-client.ts';
import { requireRegion } from './region-name.ts';

/**
 * Checks a list of Regions.
 *
 * @throws TypeError when it is empty, or has an entry that is no Region.
 */
export function requireRegions(regions: readonly string[]): ReadonlySet<string> {
  if (!Array.isArray(regions) || regions.length === 0) throw new TypeError('regions must list at least one Region');
  return new Set(regions.map((region) => requireRegion(region, 'regions')));
}

/**
 * Lets a supplier serve these Regions alone.
 *
 * A key outside them is refused with `ERR_KMS_NO_CLIENT`, never silently left out; so is a key id that names no Region.
 *
 * @throws TypeError for a supplier that is no function, an empty list, or an entry that is no Region.
 */
export function limitRegions<Client>(
  supplier: KmsClientSupplier<Client>,
  regions: readonly string[],
): KmsClientSupplier<Client> {
  requireSupplier(supplier);
  const allowed = requireRegions(regions);
  return (region) => (region !== undefined && allowed.has(region) ? supplier(region) : undefined);
}

/**
 * Lets a supplier serve all Regions but these; a key in one of them is refused with `ERR_KMS_NO_CLIENT`.
 *
 * @throws TypeError for a supplier that is no function, an empty list, or an entry that is no Region.
 */
export function excludeRegions<Client>(
  supplier: KmsClientSupplier<Client>,
  regions: readonly string[],
): KmsClientSupplier<Client> {
  requireSupplier(supplier);
  const excluded = requireRegions(regions);
  return (region) => (region !== undefined && excluded.has(region) ? undefined : supplier(region));
}

function requireSupplier(supplier: unknown): void {
  if (typeof supplier !== 'function')
    throw new TypeError('supplier must be a function that gives a client for a Region');
}
