import type { Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { CommanderError } from 'commander';
import { describeError } from './describe-error.ts';
import { ExitCode, exitCodeOf } from './exit-code.ts';
import { InputError } from './input-error.ts';
import { createProgram } from './program.ts';
import { Reporter } from './reporter.ts';
import type { Session } from './session.ts';
import { isReaderGone } from './system-error.ts';
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
  const [answers, remarks] = [watchOutput(stdout), watchOutput(stderr)];
  try {
    await orGiveUp(program.parseAsync([...argv], { from: 'user' }), signal);
  } catch (error) {
    exitCode = fail(error, session);
  }
  // What was answered counts only once it is out; whoever stops reading, as `head` does, has what was wanted.
  const failure = await flush(answers, signal);
  if (failure !== undefined && !isReaderGone(failure) && exitCode === ExitCode.OK) exitCode = fail(failure, session);
  await flush(remarks, signal);
  return exitCode;
}

/** What an interruption leaves to the work for its cleaning up, before nobody waits for it any more. */
const CLEANUP_MS = 2_000;

/**
 * Waits for work, but not for one that an interruption does not reach: the system's opening of a pipe without a writer, or
 * a write to a reader that sleeps.
 *
 * @throws As the work; the signal's reason.
 */
async function orGiveUp<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const settled = new AbortController();
  const interruption = new Promise<never>((_, reject) => {
    const wait = (): unknown =>
      setTimeout(CLEANUP_MS, undefined, settled).then(
        () => reject(signal.reason),
        () => {},
      );
    if (signal.aborted) wait();
    else signal.addEventListener('abort', wait, { once: true, signal: settled.signal });
  });
  try {
    return await Promise.race([work, interruption]);
  } finally {
    settled.abort();
  }
}

async function flush(output: WatchedOutput, signal: AbortSignal): Promise<Error | undefined> {
  return orGiveUp(output.flush(), signal).catch(() => undefined);
}

type WatchedOutput = { flush(): Promise<Error | undefined> };

/** Notices failures of a stream whose writes nobody waits for. */
function watchOutput(stream: Writable): WatchedOutput {
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

function fail(failure: unknown, { reporter, terminal }: Session): number {
  const { input, cause: error } = failure instanceof InputError ? failure : { input: undefined, cause: failure };
  if (!(error instanceof CommanderError)) {
    reporter.failed(error, input);
  } else if (error.code === 'commander.help') {
    // A command was missing: the help is the answer, but not to what was asked.
    terminal.stderr.write('waxseal: which command? See waxseal --help\n');
  } else if (error.exitCode !== 0) {
    terminal.stderr.write(`waxseal: ${describeError(error).replace(/^error: /, '')} (waxseal --help)\n`);
  }
  return exitCodeOf(error);
}
