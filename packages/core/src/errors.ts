// The error classes of waxseal: one per decision a caller makes. Messages never carry keys, plaintext or context values.

/**
 * What a caller (or a cache) may conclude from a failure:
 *
 * - `invalid`: these bytes or this request can never succeed; reject the input.
 * - `mismatch`: well formed, but not for these keys, this context or this policy.
 * - `denied`: somebody with a say (KMS, a key policy) refused; stop using what depends on it.
 * - `transient`: throttled, timed out or unreachable; the same call may succeed later.
 */
export type ErrorCategory = 'invalid' | 'mismatch' | 'denied' | 'transient';

/** Every value of `EnvelopeError.code`. Codes are part of the public interface. */
export type EnvelopeErrorCode =
  | 'ERR_MESSAGE_MALFORMED'
  | 'ERR_MESSAGE_UNSUPPORTED'
  | 'ERR_LIMIT_EXCEEDED'
  | 'ERR_DECRYPTION_FAILED'
  | 'ERR_CONTEXT_MISMATCH'
  | 'ERR_DATA_KEY_UNAVAILABLE'
  | 'ERR_POLICY_VIOLATION'
  | `ERR_KMS_${string}`
  | `ERR_BRANCH_KEY_${string}`;

const MARKER = Symbol.for('@waxseal/error');

/** The base of every error that waxseal throws on purpose; a caller's own mistakes are `TypeError` and `RangeError`. */
export abstract class EnvelopeError extends Error {
  /** Stable identifier of the kind of failure. */
  abstract readonly code: EnvelopeErrorCode;
  /** What may be concluded from the failure. */
  readonly category: ErrorCategory;

  constructor(message: string, category: ErrorCategory, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.category = category;
    Object.defineProperty(this, MARKER, { value: true });
  }

  /** Tells waxseal's errors from others; works across several copies of the package, where `instanceof` does not. */
  static is(value: unknown): value is EnvelopeError {
    return typeof value === 'object' && value !== null && (value as { [MARKER]?: unknown })[MARKER] === true;
  }
}

/** These bytes are not a message of the AWS Encryption SDK format. */
export class MalformedMessageError extends EnvelopeError {
  override readonly name = 'MalformedMessageError';
  readonly code = 'ERR_MESSAGE_MALFORMED';

  constructor(message: string, cause?: unknown) {
    super(message, 'invalid', cause);
  }
}

/** A message, but of a version, suite or content type that this operation does not speak. */
export class UnsupportedMessageError extends EnvelopeError {
  override readonly name = 'UnsupportedMessageError';
  readonly code = 'ERR_MESSAGE_UNSUPPORTED';

  constructor(message: string) {
    super(message, 'invalid');
  }
}

/** More keys, frames or bytes than the caller (or the format) allows; the message names the option that lifts the limit. */
export class LimitExceededError extends EnvelopeError {
  override readonly name = 'LimitExceededError';
  readonly code = 'ERR_LIMIT_EXCEEDED';
  /** The bound that was exceeded, in the unit that the message names. */
  readonly limit: number;

  constructor(message: string, limit: number) {
    super(message, 'invalid');
    this.limit = limit;
  }
}

/**
 * Authentication failed. One error for the commitment, the header tag, every frame tag, the order of frames and the
 * signature: no detail, on purpose, so that it can't serve as an oracle.
 */
export class DecryptionFailedError extends EnvelopeError {
  override readonly name = 'DecryptionFailedError';
  readonly code = 'ERR_DECRYPTION_FAILED';

  constructor() {
    super('decryption failed: the message is not authentic under this key', 'mismatch');
  }
}

/** A required encryption-context pair is absent or has another value. Names keys, never values. */
export class ContextMismatchError extends EnvelopeError {
  override readonly name = 'ContextMismatchError';
  readonly code = 'ERR_CONTEXT_MISMATCH';
  /** The context keys concerned. */
  readonly contextKeys: readonly string[];

  constructor(message: string, contextKeys: readonly string[], cause?: unknown) {
    super(message, 'mismatch', cause);
    this.contextKeys = contextKeys;
  }
}

/** The commitment policy, or `signed: 'forbid'`, does not allow this message or suite. */
export class PolicyViolationError extends EnvelopeError {
  override readonly name = 'PolicyViolationError';
  readonly code = 'ERR_POLICY_VIOLATION';

  constructor(message: string) {
    super(message, 'mismatch');
  }
}

/** One failed attempt to unwrap (or wrap) a data key. */
export type DataKeyAttempt = {
  /** The keyring that tried, such as `KmsKeyring`. */
  readonly keyring: string;
  /** The wrapping key: a key ARN, or `namespace/name` of a raw key. */
  readonly key: string;
  /** Why it failed. */
  readonly cause: unknown;
};

/**
 * No keyring could supply the data key: none of the encrypted data keys was its own (`attempts` is empty), or each
 * attempt failed (`attempts` tells the key and cause of each).
 */
export class DataKeyUnavailableError extends EnvelopeError {
  override readonly name = 'DataKeyUnavailableError';
  readonly code = 'ERR_DATA_KEY_UNAVAILABLE';
  readonly attempts: readonly DataKeyAttempt[];

  constructor(message: string, attempts: readonly DataKeyAttempt[] = []) {
    super(message, categoryOf(attempts), attempts[0]?.cause);
    this.attempts = attempts;
  }
}

/** A denial outweighs everything, so that a cache evicts; then a transient fault, since trying again may help. */
function categoryOf(attempts: readonly DataKeyAttempt[]): ErrorCategory {
  const categories = attempts.map(({ cause }) => (EnvelopeError.is(cause) ? cause.category : 'mismatch'));
  if (categories.includes('denied')) return 'denied';
  return categories.includes('transient') ? 'transient' : 'mismatch';
}
