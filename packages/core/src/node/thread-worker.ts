// The entry of every worker thread: takes tasks one after another.

import { parentPort } from 'node:worker_threads';
import { DecryptionFailedError } from '../errors.ts';
import { runFileTask } from './file-task.ts';
import { runSignTask, runVerifyTask } from './signature-task.ts';
import type { ThreadAnswer, ThreadTask } from './thread-task.ts';

const port = parentPort;
if (port === null) throw new Error('thread-worker runs as a worker thread only');

const answer = (message: ThreadAnswer): void => port.postMessage(message);

function run(task: ThreadTask): Promise<Uint8Array | boolean> | undefined {
  if (task.kind === 'sign') return runSignTask(task, answer);
  if (task.kind === 'verify') return runVerifyTask(task, answer);
  runFileTask(task, answer);
  return undefined;
}

port.on('message', async (task: ThreadTask) => {
  try {
    answer({ kind: 'done', result: await run(task) });
  } catch (error) {
    const reason = error instanceof DecryptionFailedError ? 'authentication' : 'other';
    answer({ kind: 'failed', reason, error });
  }
});
