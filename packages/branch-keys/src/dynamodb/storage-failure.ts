// What DynamoDB's errors mean to a key store.

import type { ErrorCategory } from '@waxseal/core';
import { BranchKeyConflictError, BranchKeyStorageError } from '../branch-key-errors.ts';

const DENIED: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'ExpiredTokenException',
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException',
  'CredentialsProviderError',
  'TokenProviderError',
]);
const INVALID: ReadonlySet<string> = new Set([
  'ResourceNotFoundException',
  'ResourceInUseException',
  'ValidationException',
  'SerializationException',
  'UnknownOperationException',
  'IdempotentParameterMismatchException',
]);

/**
 * Makes an error of ours from what the SDK threw.
 *
 * @param what - What could not be done, such as `read a record`.
 */
export function storageFailure(what: string, tableName: string, cause: unknown): BranchKeyStorageError {
  const name = cause instanceof Error ? cause.name : 'unknown error';
  if (isRegionMissing(cause)) {
    const advice = 'give the client a region, or set AWS_REGION';
    return new BranchKeyStorageError(`could not ${what} in table ${tableName}: ${advice}`, 'invalid', cause);
  }
  const advice = adviceFor(name);
  return new BranchKeyStorageError(
    `could not ${what} in table ${tableName} (${name})${advice === undefined ? '' : `: ${advice}`}`,
    categoryOf(name),
    cause,
  );
}

/** The SDK has no name for it. */
function isRegionMissing(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'Error' && cause.message === 'Region is missing';
}

function adviceFor(name: string): string | undefined {
  if (name === 'ResourceNotFoundException') return 'no such table in this account and Region';
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError') return 'no credentials were found';
  return undefined;
}

/** @returns The conflict behind a failed conditional write; undefined when it failed for another reason. */
export function writeConflict(branchKeyId: string, cause: unknown): BranchKeyConflictError | undefined {
  const { name, CancellationReasons } = (cause ?? {}) as { name?: unknown; CancellationReasons?: unknown };
  const reasons = Array.isArray(CancellationReasons) ? CancellationReasons : [];
  const codes = reasons.map((reason: { Code?: unknown } | undefined) => reason?.Code);
  const conflict =
    name === 'ConditionalCheckFailedException' ||
    name === 'TransactionConflictException' ||
    (name === 'TransactionCanceledException' &&
      codes.some((code) => code === 'ConditionalCheckFailed' || code === 'TransactionConflict'));
  return conflict ? new BranchKeyConflictError(branchKeyId, cause) : undefined;
}

function categoryOf(name: string): ErrorCategory {
  if (DENIED.has(name)) return 'denied';
  return INVALID.has(name) ? 'invalid' : 'transient';
}
