// Trying several ways to a data key, and telling what became of each.

import { type DataKeyAttempt, DataKeyUnavailableError, EnvelopeError } from '@waxseal/core';
import { isKmsError } from './kms-error.ts';

/** One way to a data key. */
export type UnwrapCandidate = {
  /** The wrapping key, as errors name it. */
  readonly key: string;
  readonly unwrap: () => Uint8Array | Promise<Uint8Array>;
};

/**
 * Tries the candidates in order and gives the first data key.
 *
 * @param keyring - Name of the keyring, for the attempts.
 * @returns undefined when there are no candidates.
 * @throws DataKeyUnavailableError when each candidate failed. The signal's reason once it is aborted.
 */
export async function firstDataKey(
  keyring: string,
  candidates: readonly UnwrapCandidate[],
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const attempts: DataKeyAttempt[] = [];
  for (const { key, unwrap } of candidates) {
    signal?.throwIfAborted();
    try {
      return await unwrap();
    } catch (cause) {
      signal?.throwIfAborted();
      attempts.push(...attemptsOf(cause, keyring, key));
    }
  }
  if (attempts.length === 0) return undefined;
  throw dataKeyUnavailable('unwrap', attempts);
}

/** The error for failed attempts; its message tells in one line what to do about the weightiest of them. */
export function dataKeyUnavailable(
  verb: 'wrap' | 'unwrap',
  attempts: readonly DataKeyAttempt[],
): DataKeyUnavailableError {
  const [first] = [...attempts].sort((left, right) => weight(left.cause) - weight(right.cause));
  const count = attempts.length === 1 ? '' : ` (${attempts.length} attempts, see \`attempts\`)`;
  const reason =
    first === undefined ? 'nothing was tried' : `${first.keyring}, ${first.key}: ${adviceFor(first.cause)}`;
  return new DataKeyUnavailableError(`could not ${verb} the data key${count}. ${reason}`, attempts);
}

/** The attempts behind a failure of another keyring, flattened. */
export function attemptsOf(cause: unknown, keyring: string, key: string): readonly DataKeyAttempt[] {
  // By code, not by class: the other keyring may stand on another copy of core.
  const isOurs = EnvelopeError.is(cause) && cause.code === 'ERR_DATA_KEY_UNAVAILABLE';
  const nested = isOurs ? (cause as DataKeyUnavailableError).attempts : [];
  return nested.length > 0 ? nested : [{ keyring, key, cause }];
}

// A denial says most; then what trying again can heal; a key that was left out says least.
function weight(cause: unknown): number {
  if (isKmsError(cause) && cause.code === 'ERR_KMS_KEY_EXCLUDED') return 4;
  const category = EnvelopeError.is(cause) ? cause.category : 'mismatch';
  return { denied: 0, transient: 1, invalid: 2, mismatch: 3 }[category];
}

function adviceFor(cause: unknown): string {
  if (isKmsError(cause)) {
    const { operation, detail, advice } = cause;
    return `KMS ${operation}: ${detail === undefined ? advice : `${detail}: ${advice}`}`;
  }
  if (EnvelopeError.is(cause) && cause.code === 'ERR_DECRYPTION_FAILED') {
    return 'the encryption context differs from the one when encrypting, or another key has this name';
  }
  return cause instanceof Error ? cause.message : 'the keyring failed';
}
