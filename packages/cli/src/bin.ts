// The program waxseal: connects `main` to the process.

import { setTimeout } from 'node:timers/promises';
import { ExitCode, InterruptedError, main } from './index.ts';
import { openStandardInput, openStandardOutput } from './standard-streams.ts';

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

const interrupted = new AbortController();
for (const [name, number] of Object.entries(SIGNALS) as [keyof typeof SIGNALS, number][]) {
  // The second time the process ends at once, and temporary files may stay.
  process.once(name, () => interrupted.abort(new InterruptedError(name, number)));
}

// For an end that nobody foresaw, such as a promise that never settles: that is no success.
process.exitCode = ExitCode.UNEXPECTED;
void main({
  argv: process.argv.slice(2),
  stdin: openStandardInput(),
  stdout: openStandardOutput(),
  stderr: process.stderr,
  env: process.env,
  signal: interrupted.signal,
}).then(end);

async function end(exitCode: number): Promise<void> {
  const reason: unknown = interrupted.signal.reason;
  // `exit` would wait for a thread that is stuck in a call of the system, such as opening a pipe without a writer; the
  // signal itself does not.
  if (reason instanceof InterruptedError && process.platform !== 'win32' && (await areFilesStuck())) {
    process.kill(process.pid, reason.signalName);
  }
  // Not process.exitCode: a read of standard input that nobody needs any more would keep the process alive.
  process.exit(exitCode);
}

/** Whether calls of the system for files are under way that don't return. Those of ordinary files do, within milliseconds. */
async function areFilesStuck(): Promise<boolean> {
  const isUnderWay = (): boolean => process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'));
  for (let tries = 0; tries < 25 && isUnderWay(); tries++) await setTimeout(20);
  return isUnderWay();
}
