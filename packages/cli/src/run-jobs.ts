// Work on many inputs: one failure does not stop the others, an interruption does.

import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ExitCode, exitCodeOf } from './exit-code.ts';
import type { Session } from './session.ts';
import type { Job } from './target-path.ts';

/**
 * Runs work on each job in turn, and reports what fails.
 *
 * @returns The exit code of the first failure; 0 when there was none.
 * @throws The reason of the signal.
 */
export async function runJobs(
  jobs: readonly Job[],
  session: Session,
  work: (job: Job) => Promise<void>,
): Promise<number> {
  let exitCode: number = ExitCode.OK;
  for (const job of jobs) {
    try {
      session.signal.throwIfAborted();
      if (job.makesFolder) await mkdir(dirname(job.target), { recursive: true });
      await work(job);
    } catch (error) {
      session.signal.throwIfAborted();
      session.reporter.failed(error, jobs.length > 1 ? job.input.path : undefined);
      if (exitCode === ExitCode.OK) exitCode = exitCodeOf(error);
    }
  }
  return exitCode;
}
