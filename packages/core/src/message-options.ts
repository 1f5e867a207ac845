// The options of encrypting and decrypting, and their checks. A wrong option is the caller's mistake: TypeError, RangeError.

import { type CommitmentPolicy, checkCommitmentPolicy } from './commitment-policy.ts';
import { assertNoReservedKeys, copyEncryptionContext, type EncryptionContext } from './encryption-context.ts';
import { type AlgorithmSuite, type AlgorithmSuiteName, resolveAlgorithmSuite } from './format/algorithm-suites.ts';
import { type OptionNames, refuseUnknownOptions } from './known-options.ts';
import { DEFAULT_FRAME_LENGTH, MAX_FRAME_LENGTH } from './limits.ts';

/** Options of every operation that encrypts. */
export type EncryptOptions = {
  /** Pairs to authenticate and, unless required context, to store in the header. Not secret. */
  readonly encryptionContext?: EncryptionContext | undefined;
  /** An id such as `0x0478`, or a key of `algorithmSuites`. Unless given, the materials manager chooses (0x0578). */
  readonly algorithmSuite?: number | AlgorithmSuiteName | undefined;
  /** Bytes of plaintext in each frame: 1 to 2^32 − 1, 65,536 unless given. */
  readonly frameLength?: number | undefined;
  /** `REQUIRE_ENCRYPT_REQUIRE_DECRYPT` unless given. */
  readonly commitmentPolicy?: CommitmentPolicy | undefined;
  /** Most encrypted data keys to write; no limit unless given. */
  readonly maxEncryptedDataKeys?: number | undefined;
  /** Rejects with the signal's reason and frees everything. */
  readonly signal?: AbortSignal | undefined;
};

/** Options of encrypting streams. */
export type EncryptStreamOptions = EncryptOptions & {
  /** Exact bytes of plaintext; more or fewer fail the stream. Governs where `maxPlaintextLength` is given too. */
  readonly plaintextLength?: number | undefined;
  /** Upper bound on the bytes of plaintext; the first byte beyond fails the stream. */
  readonly maxPlaintextLength?: number | undefined;
};

/** Options of every operation that decrypts. `Infinity` lifts a limit. */
export type DecryptOptions = {
  /**
   * Pairs that must be authenticated. Where the message stores such a key, its value must be equal, or nothing is asked of
   * any key; where it does not, the pair counts as required context.
   */
  readonly encryptionContext?: EncryptionContext | undefined;
  /** `REQUIRE_ENCRYPT_REQUIRE_DECRYPT` unless given. */
  readonly commitmentPolicy?: CommitmentPolicy | undefined;
  /** Most encrypted data keys in a header: 100 unless given. */
  readonly maxEncryptedDataKeys?: number | undefined;
  /** Longest header in bytes: 1 MiB unless given. */
  readonly maxHeaderLength?: number | undefined;
  /** Longest frame (or non-framed body) in bytes: 64 MiB in streams, no limit elsewhere, unless given. */
  readonly maxFrameLength?: number | undefined;
  /** Most plaintext in bytes: no limit unless given. */
  readonly maxPlaintextLength?: number | undefined;
  /** `forbid` refuses messages of signing suites right after their header; `allow` unless given. */
  readonly signed?: 'allow' | 'forbid' | undefined;
  /** Rejects with the signal's reason and frees everything. */
  readonly signal?: AbortSignal | undefined;
};

/** Checked options, defaults filled in. */
export type EncryptSettings = {
  readonly encryptionContext: EncryptionContext;
  readonly requiredEncryptionContextKeys: readonly string[];
  readonly algorithmSuite: AlgorithmSuite | undefined;
  readonly frameLength: number;
  readonly commitmentPolicy: CommitmentPolicy;
  readonly maxEncryptedDataKeys: number;
  readonly plaintextLength: number | undefined;
  readonly maxPlaintextLength: number | undefined;
  readonly signal: AbortSignal | undefined;
};

/** Checked options, defaults filled in. */
export type DecryptSettings = {
  readonly encryptionContext: EncryptionContext;
  readonly commitmentPolicy: CommitmentPolicy;
  readonly maxEncryptedDataKeys: number | undefined;
  readonly maxHeaderLength: number | undefined;
  readonly maxFrameLength: number;
  readonly maxPlaintextLength: number;
  readonly signed: 'allow' | 'forbid';
  readonly signal: AbortSignal | undefined;
};

const MESSAGE_OPTIONS: OptionNames<EncryptStreamOptions & DecryptOptions> = {
  encryptionContext: true,
  algorithmSuite: true,
  frameLength: true,
  commitmentPolicy: true,
  maxEncryptedDataKeys: true,
  signal: true,
  plaintextLength: true,
  maxPlaintextLength: true,
  maxHeaderLength: true,
  maxFrameLength: true,
  signed: true,
};

/**
 * Every option of every operation, those of random access, threads and files at the end: options of another operation are no
 * mistake, since one object often serves both directions.
 */
const OPTION_NAMES = [
  ...Object.keys(MESSAGE_OPTIONS),
  'acceptUnsignedRanges',
  'parallelism',
  'onProgress',
  'overwrite',
];

/** What the official SDK calls them. */
const OFFICIAL_NAMES = { suiteId: 'algorithmSuite', maxBodySize: 'maxPlaintextLength' } as const;

/** @throws TypeError, RangeError */
export function checkEncryptOptions(options: EncryptStreamOptions): EncryptSettings {
  assertOptions(options);
  const encryptionContext = copyEncryptionContext(options.encryptionContext);
  assertNoReservedKeys(encryptionContext);
  return {
    encryptionContext,
    requiredEncryptionContextKeys: [],
    algorithmSuite: options.algorithmSuite === undefined ? undefined : resolveAlgorithmSuite(options.algorithmSuite),
    frameLength: checkFrameLength(options.frameLength),
    commitmentPolicy: checkCommitmentPolicy(options.commitmentPolicy),
    maxEncryptedDataKeys:
      checkLimit('maxEncryptedDataKeys', options.maxEncryptedDataKeys, 1) ?? Number.POSITIVE_INFINITY,
    plaintextLength: checkOptionalCount('plaintextLength', options.plaintextLength),
    maxPlaintextLength: checkOptionalCount('maxPlaintextLength', options.maxPlaintextLength),
    signal: options.signal,
  };
}

/**
 * @param defaultMaxFrameLength - Which limit holds where the caller gave none.
 * @throws TypeError, RangeError
 */
export function checkDecryptOptions(options: DecryptOptions, defaultMaxFrameLength: number): DecryptSettings {
  assertOptions(options);
  const { signed = 'allow' } = options;
  if (signed !== 'allow' && signed !== 'forbid') throw new TypeError("signed must be 'allow' or 'forbid'");
  return {
    encryptionContext: copyEncryptionContext(options.encryptionContext),
    commitmentPolicy: checkCommitmentPolicy(options.commitmentPolicy),
    maxEncryptedDataKeys: checkLimit('maxEncryptedDataKeys', options.maxEncryptedDataKeys, 1),
    maxHeaderLength: checkLimit('maxHeaderLength', options.maxHeaderLength, 1),
    maxFrameLength: checkLimit('maxFrameLength', options.maxFrameLength, 1) ?? defaultMaxFrameLength,
    maxPlaintextLength: checkLimit('maxPlaintextLength', options.maxPlaintextLength, 0) ?? Number.POSITIVE_INFINITY,
    signed,
    signal: options.signal,
  };
}

function assertOptions(options: { readonly signal?: AbortSignal | undefined }): void {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object');
  refuseUnknownOptions(options, OPTION_NAMES, '', OFFICIAL_NAMES);
  const { signal } = options;
  if (signal !== undefined && typeof signal?.throwIfAborted !== 'function') {
    throw new TypeError('signal must be an AbortSignal: pass the signal of an AbortController, not the controller');
  }
}

/** `null` is no default: it is no number either. */
function checkFrameLength(value: number | undefined): number {
  return value === undefined ? DEFAULT_FRAME_LENGTH : checkCount('frameLength', value, 1, MAX_FRAME_LENGTH);
}

/** A whole number within bounds. */
export function checkCount(name: string, value: unknown, least: number, most: number): number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number`);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} ${value} is not a whole number in ${least}..${most}`);
  }
  return value;
}

function checkOptionalCount(name: string, value: number | undefined): number | undefined {
  return value === undefined ? undefined : checkCount(name, value, 0, Number.MAX_SAFE_INTEGER);
}

/** A whole number, or `Infinity` for no limit. */
function checkLimit(name: string, value: number | undefined, least: number): number | undefined {
  if (value === undefined || value === Number.POSITIVE_INFINITY) return value;
  return checkCount(name, value, least, Number.MAX_SAFE_INTEGER);
}
