// The program waxseal: connects `main` to the process.

import { ExitCode, InterruptedError, main } from './index.ts';
import { openStandardInput, openStandardOutput } from './standard-streams.ts';

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

const interrupted = new AbortController();
for (const [name, number] of Object.entries(SIGNALS)) {
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
  // Not process.exitCode: a read of standard input that nobody needs any more would keep the process alive.
}).then((exitCode) => process.exit(exitCode));
