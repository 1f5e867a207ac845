// What can go wrong with branch keys, one class per decision of the caller. No message carries a context value or a key.

import { EnvelopeError, type ErrorCategory } from '@waxseal/core';

/** The store has no such record: a wrong id, a version of another store, or a key that was never created. */
export class BranchKeyNotFoundError extends EnvelopeError {
  override readonly name = 'BranchKeyNotFoundError';
  readonly code = 'ERR_BRANCH_KEY_NOT_FOUND';
  readonly branchKeyId: string;
  /** The record that is missing: `branch:ACTIVE`, `beacon:ACTIVE` or `branch:version:<uuid>`. */
  readonly recordType: string;

  constructor(branchKeyId: string, recordType: string) {
    super(`the key store has no record ${recordType} of branch key ${JSON.stringify(branchKeyId)}`, 'mismatch');
    this.branchKeyId = branchKeyId;
    this.recordType = recordType;
  }
}

/** A branch key with this id exists already; it was left as it is. */
export class BranchKeyExistsError extends EnvelopeError {
  override readonly name = 'BranchKeyExistsError';
  readonly code = 'ERR_BRANCH_KEY_EXISTS';
  readonly branchKeyId: string;

  constructor(branchKeyId: string, cause?: unknown) {
    super(`branch key ${JSON.stringify(branchKeyId)} exists already: version it instead`, 'mismatch', cause);
    this.branchKeyId = branchKeyId;
  }
}

/** Somebody else changed the record in between, so nothing was written; the same call may succeed now. */
export class BranchKeyConflictError extends EnvelopeError {
  override readonly name = 'BranchKeyConflictError';
  readonly code = 'ERR_BRANCH_KEY_CONFLICT';
  readonly branchKeyId: string;

  constructor(branchKeyId: string, cause?: unknown) {
    super(
      `branch key ${JSON.stringify(branchKeyId)} was changed by another writer; nothing was written`,
      'transient',
      cause,
    );
    this.branchKeyId = branchKeyId;
  }
}

/**
 * A stored record is not one that this key store wrote: an attribute is missing, changed, added or of the wrong kind,
 * or its KMS key is not the configured one.
 */
export class BranchKeyRecordError extends EnvelopeError {
  override readonly name = 'BranchKeyRecordError';
  readonly code = 'ERR_BRANCH_KEY_RECORD';
  readonly branchKeyId: string;
  readonly recordType: string;
  /** Names of the attributes at fault, the most suspect first. At least one. */
  readonly attributes: readonly string[];

  /** @param complaint - What is wrong with the attributes, such as `must be the text "1"`; it names no value. */
  constructor(
    record: { readonly branchKeyId: string; readonly recordType: string },
    attributes: readonly string[],
    complaint: string,
    cause?: unknown,
  ) {
    const names = attributes.map((name) => `"${name}"`).join(', ');
    super(
      `record ${record.recordType} of branch key ${JSON.stringify(record.branchKeyId)} is refused: ${names} ${complaint}`,
      'mismatch',
      cause,
    );
    this.branchKeyId = record.branchKeyId;
    this.recordType = record.recordType;
    this.attributes = attributes;
  }
}

/** The home of the records failed: unreachable, throttled (`transient`), access refused (`denied`) or set up wrongly. */
export class BranchKeyStorageError extends EnvelopeError {
  override readonly name = 'BranchKeyStorageError';
  readonly code = 'ERR_BRANCH_KEY_STORAGE';

  /** @param message - What could not be done, and what to do about it. */
  constructor(message: string, category: ErrorCategory, cause?: unknown) {
    super(message, category, cause);
  }
}

/** Whether a write lost to another one; by code, so that a home of another copy of this package is understood. */
export function isConflict(error: unknown): error is BranchKeyConflictError {
  return EnvelopeError.is(error) && error.code === 'ERR_BRANCH_KEY_CONFLICT';
}

/** Whether a record was refused, or stands for one that can't be read; by code, as `isConflict`. */
export function isRecordError(value: unknown): value is BranchKeyRecordError {
  return EnvelopeError.is(value) && value.code === 'ERR_BRANCH_KEY_RECORD';
}
