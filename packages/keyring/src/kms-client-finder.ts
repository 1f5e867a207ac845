// From what callers give as `kms` to the client for one key.

import type { KmsClientSupplier } from './kms-client.ts';
import { KmsError, type KmsOperation } from './kms-error.ts';
import { oneLine } from './kms-failure.ts';
import { parseKmsArn } from './kms-key-arn.ts';

/** What keyrings take as `kms`: one client for everything, or a supplier of one for each Region. */
export type KmsClientSource<Client> = Client | KmsClientSupplier<Client>;

/** Finds the client for a key; throws `KmsError` when the supplier has none. */
export type KmsClientFinder<Client> = (keyId: string, operation: KmsOperation) => Client;

/**
 * Makes the finder of one keyring.
 *
 * @param methods - What the keyring will call; checked at once on a client, and on each client that a supplier gives.
 * @throws TypeError when `kms` is neither a client nor a supplier.
 */
export function clientFinder<Client extends object>(
  kms: KmsClientSource<Client>,
  methods: readonly (keyof Client & string)[],
): KmsClientFinder<Client> {
  const source: unknown = kms;
  if (isClient<Client>(source, methods)) return () => source;
  if (typeof source !== 'function') {
    throw new TypeError(
      `kms must be a KMS client with ${methods.join(', ')}, or a function that gives one for a Region`,
    );
  }
  const supply = source as KmsClientSupplier<Client>;
  return (keyId, operation) => {
    const region = parseKmsArn(keyId)?.region;
    const client = askSupplier(() => supply(region), keyId, operation, region);
    if (isClient<Client>(client, methods)) return client;
    const failure = typeof client === 'function' ? 'clientIsFunction' : 'noClient';
    throw new KmsError(failure, operation, keyId, region ?? 'the default Region');
  };
}

function askSupplier<Client>(supply: () => Client, keyId: string, operation: KmsOperation, region?: string): Client {
  try {
    return supply();
  } catch (cause) {
    // Its text can be told: a supplier sees a Region, and neither request nor answer.
    const reason = cause instanceof Error ? `: ${oneLine(cause.message)}` : '';
    throw new KmsError('noClient', operation, keyId, `${region ?? 'the default Region'}${reason}`, cause);
  }
}

function isClient<Client extends object>(value: unknown, methods: readonly string[]): value is Client {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  return methods.every((method) => typeof (value as Readonly<Record<string, unknown>>)[method] === 'function');
}
