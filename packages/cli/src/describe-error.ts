import { DataKeyUnavailableError, EnvelopeError } from 'waxseal';
import { exitCodeOf, isWrapFailure } from './exit-code.ts';
import { STANDARD } from './input-files.ts';
import { inOptionWords } from './option-words.ts';
import { PartialOutputError } from './partial-output-error.ts';
import { printable } from './printable-text.ts';
import { describeSystemError, isSystemError, namesPath } from './system-error.ts';
import { UsageError } from './usage-error.ts';

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

/** @returns The same, under the name of the input; unless the mistake is elsewhere, or a path is named that says more. */
export function describeFailureOf(input: string, error: unknown): string {
  const text = describeError(error);
  const name = input === STANDARD ? 'standard input' : input;
  if (error instanceof UsageError || (isSystemError(error) && namesPath(error))) return text;
  return [`${name}: `, `${name} `].some((beginning) => text.startsWith(beginning)) ? text : `${name}: ${text}`;
}

/** Whether `waxseal explain` would say more: it tries to open messages, and so knows nothing of a failure to make one. */
export function isExplainable(error: unknown): boolean {
  return error instanceof DataKeyUnavailableError && !isWrapFailure(error);
}

function wordsOf(error: Error): string {
  return isSystemError(error) ? describeSystemError(error) : inOptionWords(error.message);
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
