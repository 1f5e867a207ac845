// Work on many inputs: one failure does not stop the others, an interruption does.

import { ExitCode, exitCodeOf } from './exit-code.ts';
import { makeFolderOf } from './make-folder.ts';
import type { Session } from './session.ts';
import { type Job, refuseSpecialTarget } from './target-path.ts';

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
      await refuseSpecialTarget(job.target);
      if (job.makesFolder) await makeFolderOf(job.target);
      await work(job);
    } catch (error) {
      session.signal.throwIfAborted();
      session.reporter.failed(error, job.input.path);
      if (exitCode === ExitCode.OK) exitCode = exitCodeOf(error);
    }
  }
  return exitCode;
}
