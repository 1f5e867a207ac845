// What went wrong with a call to KMS, judged by what its client threw.

import type { EnvelopeErrorCode, ErrorCategory } from '@waxseal/core';

/** What a failure means to a caller or a cache. */
export type KmsVerdict = {
  readonly code: EnvelopeErrorCode;
  readonly category: ErrorCategory;
  /** One line: what to do about it. */
  readonly advice: string;
};

/** What can go wrong with a call, and what to do then. */
export const kmsVerdicts = {
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
  noCredentials: {
    code: 'ERR_KMS_CREDENTIALS',
    category: 'denied',
    advice:
      'no credentials were found: set a profile, a role or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in again; the cause says what was tried',
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
  clientIsFunction: {
    code: 'ERR_KMS_NO_CLIENT',
    category: 'mismatch',
    advice: 'not called: kms gave a function where a client was expected: did you mean awsKms()?',
  },
  invalidRequest: {
    code: 'ERR_KMS_INVALID_REQUEST',
    category: 'invalid',
    advice: 'KMS refused the request: check the key id, and that the encryption context is below 8 KB',
  },
  noRegion: {
    code: 'ERR_KMS_INVALID_REQUEST',
    category: 'invalid',
    advice: 'not called: give the client a region, set AWS_REGION, or name the key by its ARN',
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
kmsVerdicts satisfies Readonly<Record<string, KmsVerdict>>;

/** Why a call failed: a name in the table of verdicts. */
export type KmsFailure = keyof typeof kmsVerdicts;

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
  ['CredentialsProviderError', 'noCredentials'],
  ['TokenProviderError', 'noCredentials'],
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

/** What the SDK throws as a plain `Error` before it calls: told by its text, for want of anything else. */
const plainFailures: ReadonlyMap<string, KmsFailure> = new Map([
  ['Region is missing', 'noRegion'],
  ['Credential is missing', 'noCredentials'],
  ['Resolved credential object is not valid', 'noCredentials'],
]);

/** Failures that are looked for behind an error as well: a client of somebody's own may have wrapped the SDK's. */
const OF_SETTINGS: ReadonlySet<KmsFailure> = new Set(['noCredentials', 'noRegion'] as const);
const MAX_CHAIN = 8;

/** Judges what a client threw. */
export function classifyFailure(cause: unknown): KmsFailure {
  if (typeof cause !== 'object' || cause === null) return 'unavailable';
  const known = knownFailure(cause) ?? failureBehind(cause);
  if (known !== undefined) return known;
  const { $fault, $metadata } = cause as { $fault?: unknown; $metadata?: unknown };
  const status = (($metadata ?? {}) as { httpStatusCode?: unknown }).httpStatusCode;
  if (status === 401 || status === 403) return 'accessDenied';
  if (status === 429) return 'throttled';
  const programming = cause instanceof TypeError || cause instanceof RangeError;
  return $fault === 'client' || programming ? 'invalidRequest' : 'unavailable';
}

/** Whether a call failed for want of settings, so that nothing was sent and nothing is known of KMS. */
export function isUnsent(cause: unknown): boolean {
  return OF_SETTINGS.has(classifyFailure(cause));
}

function knownFailure(cause: object): KmsFailure | undefined {
  const { name, message } = cause as { name?: unknown; message?: unknown };
  if (name === 'Error') return plainFailures.get(String(message));
  return failures.get(String(name).replace(/Exception$/, ''));
}

function failureBehind(cause: object): KmsFailure | undefined {
  let behind: unknown = cause;
  for (let depth = 0; depth < MAX_CHAIN; depth += 1) {
    behind = (behind as { cause?: unknown }).cause;
    if (typeof behind !== 'object' || behind === null) return undefined;
    const failure = knownFailure(behind);
    if (failure !== undefined && OF_SETTINGS.has(failure)) return failure;
  }
  return undefined;
}

/**
 * What a `KmsError` says of its cause: the name; of a plain error, which has none of its own, its text.
 *
 * A plain `Error` tells of this side of the wire: a refused connection, a setting that is missing. Texts of AWS may quote
 * the request, Node's `TypeError`s an argument, `SyntaxError`s an answer, and those about credentials a command with
 * its arguments: they stay with the cause.
 */
export function describeCause(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  const { name, message, code } = cause as Error & { readonly code?: unknown };
  if (name === 'Error' && !isFromAnswer(cause)) return oneLine(message) || name;
  // Several addresses that all refused: an AggregateError without a text.
  const isSystemCode = typeof code === 'string' && /^E[A-Z_]+$/.test(code);
  return oneLine(isSystemCode ? `${name} ${code}` : name);
}

/** What the SDK puts on errors that it met while it read an answer, whose text they may quote. */
function isFromAnswer(cause: Error): boolean {
  return '$fault' in cause || '$response' in cause || '$responseBodyText' in cause;
}

const MAX_TEXT_LENGTH = 200;

/** @returns The text without what would end a line of a log or act on a terminal, and cut off where it is long. */
export function oneLine(text: unknown): string {
  const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu;
  const line = String(text)
    .slice(0, 2 * MAX_TEXT_LENGTH)
    .replaceAll(unprintable, ' ')
    .trim();
  return line.length > MAX_TEXT_LENGTH ? `${line.slice(0, MAX_TEXT_LENGTH)}…` : line;
}
