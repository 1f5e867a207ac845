// The entry of every worker thread: takes tasks one after another.

import { parentPort } from 'node:worker_threads';
import { runFileTask } from './file-task.ts';
import { runSignTask, runVerifyTask } from './signature-task.ts';
import { encodeThreadFailure } from './thread-failure.ts';
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
    answer({ kind: 'failed', failure: encodeThreadFailure(error) });
  }
});
