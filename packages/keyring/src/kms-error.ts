// A failed call to KMS, with what a caller or a cache may conclude from it.

import { EnvelopeError, type EnvelopeErrorCode, type ErrorCategory } from '@waxseal/core';

/** The operations that keyrings and key stores call. */
export type KmsOperation =
  | 'GenerateDataKey'
  | 'GenerateDataKeyWithoutPlaintext'
  | 'Encrypt'
  | 'Decrypt'
  | 'ReEncrypt'
  | 'GetPublicKey'
  | 'DeriveSharedSecret';

type Verdict = {
  readonly code: EnvelopeErrorCode;
  readonly category: ErrorCategory;
  /** One line: what to do about it. */
  readonly advice: string;
};

/** What can go wrong with a call, and what to do then. */
const verdicts = {
  accessDenied: {
    code: 'ERR_KMS_ACCESS_DENIED',
    category: 'denied',
    advice: 'access denied: allow this operation on the key in its key policy, an IAM policy or a grant',
  },
  credentials: {
    code: 'ERR_KMS_CREDENTIALS',
    category: 'denied',
    advice: 'AWS did not accept the credentials: renew them, or check the clock',
  },
  keyDisabled: { code: 'ERR_KMS_KEY_DISABLED', category: 'denied', advice: 'the key is disabled: enable it' },
  keyState: {
    code: 'ERR_KMS_KEY_STATE',
    category: 'denied',
    advice: 'the state of the key forbids the call: see whether it is pending deletion or import',
  },
  keyNotFound: {
    code: 'ERR_KMS_KEY_NOT_FOUND',
    category: 'denied',
    advice: 'no such key in this account and Region: check the key ARN and the Region of the client',
  },
  wrongContext: {
    code: 'ERR_KMS_INVALID_CIPHERTEXT',
    category: 'mismatch',
    advice: 'KMS could not open the ciphertext: the encryption context differs, or it was altered',
  },
  wrongKey: {
    code: 'ERR_KMS_INCORRECT_KEY',
    category: 'mismatch',
    advice: 'the ciphertext was made under another key',
  },
  wrongUsage: {
    code: 'ERR_KMS_KEY_USAGE',
    category: 'mismatch',
    advice: 'the key is of another kind: check its key usage and key spec against the keyring',
  },
  unexpectedAnswer: {
    code: 'ERR_KMS_UNEXPECTED_ANSWER',
    category: 'mismatch',
    advice: 'the answer was not accepted: see that the client really talks to KMS',
  },
  excludedKey: {
    code: 'ERR_KMS_KEY_EXCLUDED',
    category: 'mismatch',
    advice: 'not called: the discovery filter or the Region leaves this key out',
  },
  aliasCannotDecrypt: {
    code: 'ERR_KMS_KEY_EXCLUDED',
    category: 'mismatch',
    advice: 'not called: messages name key ARNs, so a keyring with an alias or a bare key id can only encrypt',
  },
  noClient: {
    code: 'ERR_KMS_NO_CLIENT',
    category: 'mismatch',
    advice: 'not called: the supplier has no client for the Region of the key',
  },
  invalidRequest: {
    code: 'ERR_KMS_INVALID_REQUEST',
    category: 'invalid',
    advice: 'KMS refused the request: check the key id, and that the encryption context is below 8 KB',
  },
  throttled: {
    code: 'ERR_KMS_THROTTLED',
    category: 'transient',
    advice: 'throttled: try again later, cache data keys, or ask for a higher quota',
  },
  deadline: {
    code: 'ERR_KMS_DEADLINE',
    category: 'transient',
    advice: 'no answer within the deadline of the governor: try again, or raise its rate or deadline',
  },
  breakerOpen: {
    code: 'ERR_KMS_BREAKER_OPEN',
    category: 'transient',
    advice: 'not called: the Region failed repeatedly, and is given a pause',
  },
  queueFull: {
    code: 'ERR_KMS_QUEUE_FULL',
    category: 'transient',
    advice: 'not called: too many calls are waiting for their turn; offer less, or cache data keys',
  },
  unavailable: {
    code: 'ERR_KMS_UNAVAILABLE',
    category: 'transient',
    advice: 'KMS could not be reached or did not answer in time: try again',
  },
} as const;
verdicts satisfies Readonly<Record<string, Verdict>>;

/** Why a call failed: a name in the table of verdicts. */
export type KmsFailure = keyof typeof verdicts;

/** Names of errors as the SDK gives them, without the ending `Exception` that some services leave out. */
const failures: ReadonlyMap<string, KmsFailure> = new Map([
  ['AccessDenied', 'accessDenied'],
  ['InvalidGrantToken', 'accessDenied'],
  ['NotAuthorized', 'accessDenied'],
  ['OptInRequired', 'accessDenied'],
  ['ExpiredToken', 'credentials'],
  ['IncompleteSignature', 'credentials'],
  ['InvalidClientTokenId', 'credentials'],
  ['InvalidSignature', 'credentials'],
  ['MissingAuthenticationToken', 'credentials'],
  ['RequestExpired', 'credentials'],
  ['UnrecognizedClient', 'credentials'],
  ['Disabled', 'keyDisabled'],
  ['KMSInvalidState', 'keyState'],
  ['NotFound', 'keyNotFound'],
  ['InvalidCiphertext', 'wrongContext'],
  ['IncorrectKey', 'wrongKey'],
  ['InvalidKeyUsage', 'wrongUsage'],
  ['UnsupportedOperation', 'wrongUsage'],
  ['InvalidArn', 'invalidRequest'],
  ['Serialization', 'invalidRequest'],
  ['Validation', 'invalidRequest'],
  ['ValidationError', 'invalidRequest'],
  ['LimitExceeded', 'throttled'],
  ['RequestLimitExceeded', 'throttled'],
  ['Throttling', 'throttled'],
  ['Throttled', 'throttled'],
  ['TooManyRequests', 'throttled'],
  ['RequestThrottled', 'throttled'],
  ['DependencyTimeout', 'unavailable'],
  ['InternalFailure', 'unavailable'],
  ['InternalServerError', 'unavailable'],
  ['KeyUnavailable', 'unavailable'],
  ['KMSInternal', 'unavailable'],
  ['RequestTimeout', 'unavailable'],
  ['ServiceUnavailable', 'unavailable'],
  ['TimeoutError', 'unavailable'],
]);

function classify(cause: unknown): KmsFailure {
  if (typeof cause !== 'object' || cause === null) return 'unavailable';
  const { name, $fault, $metadata } = cause as { name?: unknown; $fault?: unknown; $metadata?: unknown };
  const known = failures.get(String(name).replace(/Exception$/, ''));
  if (known !== undefined) return known;
  const status = (($metadata ?? {}) as { httpStatusCode?: unknown }).httpStatusCode;
  if (status === 401 || status === 403) return 'accessDenied';
  if (status === 429) return 'throttled';
  const programming = cause instanceof TypeError || cause instanceof RangeError;
  return $fault === 'client' || programming ? 'invalidRequest' : 'unavailable';
}

/**
 * A call to KMS failed, was not made, or its answer was not accepted.
 *
 * `code` and `category` follow from the AWS error's name; that error is the `cause`. Names the key, never a context
 * value or a key's bytes.
 */
export class KmsError extends EnvelopeError {
  override readonly name = 'KmsError';
  readonly code: EnvelopeErrorCode;
  readonly operation: KmsOperation;
  /** The key id of the request: an ARN, an alias or a bare id. */
  readonly keyId: string;
  /** One line: what to do about it. */
  readonly advice: string;

  constructor(failure: KmsFailure, operation: KmsOperation, keyId: string, detail?: string, cause?: unknown) {
    const verdict = verdicts[failure];
    const reason = detail === undefined ? verdict.advice : `${detail}: ${verdict.advice}`;
    super(`KMS ${operation} with ${keyId}: ${reason}`, verdict.category, cause);
    this.code = verdict.code;
    this.operation = operation;
    this.keyId = keyId;
    this.advice = verdict.advice;
  }

  /** Wraps what a `KmsClient` threw; a `KmsError` stays as it is. */
  static from(cause: unknown, operation: KmsOperation, keyId: string): KmsError {
    // By name, not by class: a governor may stand on another copy of this package.
    if (EnvelopeError.is(cause) && cause.name === 'KmsError') return cause as KmsError;
    const name = cause instanceof Error ? cause.name : undefined;
    return new KmsError(classify(cause), operation, keyId, name, cause);
  }
}
