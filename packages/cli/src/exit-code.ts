// Exit codes by cause, so that scripts can decide. The table for people is in docs/cli.md.

import { CommanderError } from 'commander';
import { DataKeyUnavailableError, EnvelopeError } from 'waxseal';
import { InterruptedError } from './interrupted-error.ts';
import { PartialOutputError } from './partial-output-error.ts';
import { isSystemError } from './system-error.ts';
import { UsageError } from './usage-error.ts';

/** Every exit code but those of signals, which are 128 and the signal's number. */
export const ExitCode = {
  OK: 0,
  /** None of the below: a defect, most likely. */
  UNEXPECTED: 1,
  /** The command line or the configuration is wrong. */
  USAGE: 2,
  /** The input is not a message, or is beyond a limit. */
  INVALID: 3,
  /** Not authentic, or not for these keys, this context or this policy. */
  MISMATCH: 4,
  /** KMS or a policy refused. */
  DENIED: 5,
  /** Throttled, timed out or unreachable: the same command may work later. */
  TRANSIENT: 6,
  /** A file or stream could not be read or written; nothing was put out. */
  FILE: 7,
  /** It failed after a part of the output was written to standard output: discard that. */
  PARTIAL_OUTPUT: 8,
} as const;
ExitCode satisfies Readonly<Record<string, number>>;

const CODE_OF_CATEGORY = {
  invalid: ExitCode.INVALID,
  mismatch: ExitCode.MISMATCH,
  denied: ExitCode.DENIED,
  transient: ExitCode.TRANSIENT,
} as const;

/** @returns The exit code for whatever was thrown. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof InterruptedError) return error.exitCode;
  if (error instanceof PartialOutputError) return ExitCode.PARTIAL_OUTPUT;
  if (error instanceof UsageError) return ExitCode.USAGE;
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.OK : ExitCode.USAGE;
  if (isWrapFailure(error) && error.category === 'mismatch') return ExitCode.USAGE;
  if (EnvelopeError.is(error)) return CODE_OF_CATEGORY[error.category];
  if (isSystemError(error)) return ExitCode.FILE;
  // The library throws these for wrong options alone.
  if (error instanceof TypeError || error instanceof RangeError) return ExitCode.USAGE;
  // For a file that somebody writes to meanwhile, which is nobody's defect.
  if (error instanceof Error && 'code' in error && error.code === 'ERR_SOURCE_CHANGED') return ExitCode.FILE;
  return ExitCode.UNEXPECTED;
}

/**
 * Whether keys could not be used to make a message. What would be a mismatch with a message when opening one, such as a
 * request that KMS finds invalid, is then a mistake in the keys that were given.
 */
export function isWrapFailure(error: unknown): error is DataKeyUnavailableError {
  // Only the words tell: class and attempts are the same in both directions.
  return error instanceof DataKeyUnavailableError && error.message.startsWith('could not wrap');
}
