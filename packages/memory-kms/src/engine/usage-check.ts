// Checks of usage, algorithm and encryption context, after those of state.

import type { KeyUsage, LocalKey } from './key-record.ts';
import { keySpecTable } from './key-spec-table.ts';
import { KmsServiceError } from './kms-service-error.ts';

/** @throws KmsServiceError InvalidKeyUsageException when the key is not for this operation. */
export function requireUsage({ record, arn }: LocalKey, usage: KeyUsage, operation: string): void {
  if (record.usage === usage) return;
  throw new KmsServiceError(
    'InvalidKeyUsageException',
    `${arn} key usage is ${record.usage} which is not valid for ${operation}.`,
  );
}

/** @throws KmsServiceError InvalidKeyUsageException when the key's spec does not know the algorithm. */
export function requireAlgorithm({ record }: LocalKey, algorithm: string): void {
  if (keySpecTable[record.spec][record.usage]?.includes(algorithm) === true) return;
  throw incompatibleAlgorithm(algorithm, record.spec);
}

/** The refusal of an algorithm that a key spec does not know. */
export function incompatibleAlgorithm(algorithm: string, spec: string): KmsServiceError {
  return new KmsServiceError(
    'InvalidKeyUsageException',
    `Algorithm ${algorithm} is incompatible with key spec ${spec}.`,
  );
}

/** @throws KmsServiceError InvalidKeyUsageException unless the key is a symmetric one, which alone wraps data keys. */
export function requireSymmetric(key: LocalKey, operation: string): void {
  requireUsage(key, 'ENCRYPT_DECRYPT', operation);
  if (key.record.spec !== 'SYMMETRIC_DEFAULT') throw incompatibleAlgorithm('SYMMETRIC_DEFAULT', key.record.spec);
}

/** @throws KmsServiceError ValidationException for a context that an asymmetric key would have to ignore. */
export function refuseContext(context: Readonly<Record<string, string>> | undefined): void {
  if (context === undefined || Object.keys(context).length === 0) return;
  throw new KmsServiceError(
    'ValidationException',
    'An encryption context is valid only with a symmetric encryption KMS key.',
  );
}
