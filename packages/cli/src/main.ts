import type { Writable } from 'node:stream';
import { CommanderError } from 'commander';
import { describeError } from './describe-error.ts';
import { ExitCode, exitCodeOf } from './exit-code.ts';
import { createProgram } from './program.ts';
import { Reporter } from './reporter.ts';
import type { Session } from './session.ts';
import type { Terminal } from './terminal.ts';

/** What a run of the program is given. */
export type MainOptions = Terminal & {
  /** The arguments, without the program itself. */
  readonly argv: readonly string[];
  /** Stops the run; its reason should be an `InterruptedError`. */
  readonly signal?: AbortSignal | undefined;
};

/**
 * Runs the program once. Never ends the process, and never closes the streams it was given.
 *
 * @returns The exit code.
 */
export async function main(options: MainOptions): Promise<number> {
  const { argv, stdin, stdout, stderr, env, signal = new AbortController().signal } = options;
  const terminal = { stdin, stdout, stderr, env };
  const session: Session = { terminal, reporter: new Reporter(terminal), signal };
  let exitCode: number = ExitCode.OK;
  const program = createProgram({
    session,
    async run(reporting, work): Promise<void> {
      session.reporter.configure(reporting);
      exitCode = await work();
    },
  });
  const output = watchOutput(stdout);
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    exitCode = fail(error, session);
  }
  // What was answered counts only once it is out.
  const failure = await output.flush();
  if (failure !== undefined && exitCode === ExitCode.OK) exitCode = fail(failure, session);
  await watchOutput(stderr).flush();
  return exitCode;
}

/** Notices failures of a stream whose writes nobody waits for. */
function watchOutput(stream: Writable): { flush(): Promise<Error | undefined> } {
  let failure: Error | undefined;
  // Stays when the run is over: a late failure must not end the process.
  stream.on('error', (error) => {
    failure ??= error;
  });
  return {
    async flush(): Promise<Error | undefined> {
      // A stream that has failed and is not destroyed never answers to a write.
      if (failure === undefined && stream.errored === null && !stream.destroyed) {
        const error = await new Promise<Error | null | undefined>((resolve) => stream.write('', resolve));
        failure ??= error ?? undefined;
      }
      return failure ?? stream.errored ?? undefined;
    },
  };
}

function fail(error: unknown, { reporter, terminal }: Session): number {
  if (!(error instanceof CommanderError)) {
    reporter.failed(error);
  } else if (error.code === 'commander.help') {
    // A command was missing: the help is the answer, but not to what was asked.
    terminal.stderr.write('waxseal: which command? See waxseal --help\n');
  } else if (error.exitCode !== 0) {
    terminal.stderr.write(`waxseal: ${describeError(error).replace(/^error: /, '')} (waxseal --help)\n`);
  }
  return exitCodeOf(error);
}
