// A failed call to KMS, with what a caller or a cache may conclude from it.

import { EnvelopeError, type EnvelopeErrorCode } from '@waxseal/core';
import { classifyFailure, describeCause, type KmsFailure, kmsVerdicts } from './kms-failure.ts';

/** The operations that keyrings and key stores call. */
export type KmsOperation =
  | 'GenerateDataKey'
  | 'GenerateDataKeyWithoutPlaintext'
  | 'Encrypt'
  | 'Decrypt'
  | 'ReEncrypt'
  | 'GetPublicKey'
  | 'DeriveSharedSecret';

/**
 * A call to KMS failed, was not made, or its answer was not accepted.
 *
 * `code` and `category` follow from the AWS error's name; that error is the `cause`. Names the key, never a context
 * value or a key's bytes: what AWS itself says may quote some, and is left to the cause.
 */
export class KmsError extends EnvelopeError {
  override readonly name = 'KmsError';
  readonly code: EnvelopeErrorCode;
  readonly operation: KmsOperation;
  /** The key id of the request: an ARN, an alias or a bare id. */
  readonly keyId: string;
  /** What is known besides: the AWS error's name, a refused connection, what is odd about the answer. */
  readonly detail: string | undefined;
  /** One line: what to do about it. */
  readonly advice: string;

  constructor(failure: KmsFailure, operation: KmsOperation, keyId: string, detail?: string, cause?: unknown) {
    const verdict = kmsVerdicts[failure];
    const reason = detail === undefined ? verdict.advice : `${detail}: ${verdict.advice}`;
    super(`KMS ${operation} with ${keyId}: ${reason}`, verdict.category, cause);
    this.code = verdict.code;
    this.operation = operation;
    this.keyId = keyId;
    this.detail = detail;
    this.advice = verdict.advice;
  }

  /** Wraps what a `KmsClient` threw; a `KmsError` stays as it is. */
  static from(cause: unknown, operation: KmsOperation, keyId: string): KmsError {
    return fromCause(cause, operation, keyId);
  }
}

/** Tells a `KmsError`, also of another copy of this package, which a governor may stand on: `instanceof` does not. */
export function isKmsError(value: unknown): value is KmsError {
  return EnvelopeError.is(value) && value.name === 'KmsError';
}

// Outside the class: one that names itself within is given another name when it is bundled, and logs would show that.
function fromCause(cause: unknown, operation: KmsOperation, keyId: string): KmsError {
  if (isKmsError(cause)) return cause;
  return new KmsError(classifyFailure(cause), operation, keyId, describeCause(cause), cause);
}
