import type { Reporter } from './reporter.ts';
import type { Terminal } from './terminal.ts';

/** One run of the program. */
export type Session = {
  readonly terminal: Terminal;
  readonly reporter: Reporter;
  /** Aborted, with an `InterruptedError`, when the user wants to stop. */
  readonly signal: AbortSignal;
};
