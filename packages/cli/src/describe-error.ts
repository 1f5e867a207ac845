import { DataKeyUnavailableError, EnvelopeError } from 'waxseal';
import { exitCodeOf } from './exit-code.ts';
import { PartialOutputError } from './partial-output-error.ts';
import { printable } from './printable-text.ts';
import { describeSystemError, isSystemError } from './system-error.ts';

/** An error as `--json` prints it. */
export type ErrorReport = {
  readonly code: string;
  readonly message: string;
  readonly exitCode: number;
};

/** @returns One line for a person: what failed, and why. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(String(error));
  return oneLine(
    error instanceof PartialOutputError ? `${error.message}: ${describeError(error.cause)}` : wordsOf(error),
  );
}

function wordsOf(error: Error): string {
  if (isSystemError(error)) return describeSystemError(error);
  return error instanceof DataKeyUnavailableError ? `${error.message} (waxseal explain says more)` : error.message;
}

function oneLine(text: string): string {
  return printable(text.replaceAll(/\s*\n\s*/g, ' '));
}

/** @returns The same for programs. `code` is that of the error, else its name. */
export function reportError(error: unknown): ErrorReport {
  return { code: codeOf(error), message: describeError(error), exitCode: exitCodeOf(error) };
}

function codeOf(error: unknown): string {
  if (error instanceof PartialOutputError) return codeOf(error.cause);
  if (EnvelopeError.is(error) || isSystemError(error)) return error.code;
  return error instanceof Error ? error.name : 'Error';
}
