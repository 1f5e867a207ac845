// Run as a process of its own: DIRECTORY NAME STEP. Writes records `NAME/0`, `NAME/1` … of one branch key for ever and
// prints the number of each one that was written. Kills itself right before or after file operation number STEP, so
// that it dies between any two steps of the lock, the breaking of a stale one included; STEP 0 leaves that to others.

import { promises } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { FileStorage } from '../src/file-storage.ts';
import { endWithParent } from './end-with-parent.ts';

const [path = '', name = '', step = '0'] = process.argv.slice(2);
const fatalStep = Number(step);
const killsBefore = Math.random() < 0.5;
const LONGEST_PAUSE_MS = 2;

let steps = 0;

/** Pauses now and then, so that processes meet at every point. */
function slowAndFatal<Values extends unknown[], Result>(operation: (...values: Values) => Promise<Result>) {
  return async (...values: Values): Promise<Result> => {
    steps += 1;
    const isFatal = steps === fatalStep;
    if (Math.random() < 0.3) await delay(Math.random() * LONGEST_PAUSE_MS);
    if (isFatal && killsBefore) process.kill(process.pid, 'SIGKILL');
    const result = await operation(...values).finally(() => {
      if (isFatal) process.kill(process.pid, 'SIGKILL');
    });
    return result;
  };
}

endWithParent();
for (const each of ['link', 'open', 'readdir', 'readFile', 'rename', 'rm', 'writeFile'] as const) {
  const operation = promises[each] as (...values: unknown[]) => Promise<unknown>;
  Object.assign(promises, { [each]: slowAndFatal(operation) });
}
syncBuiltinESMExports();

const storage = new FileStorage({ path });
for (let number = 0; ; number += 1) {
  const attributes = { 'branch-key-id': 'shared', type: `${name}/${number}` };
  await storage.write([{ record: { attributes, ciphertext: new Uint8Array(8) }, condition: 'absent' }]);
  process.stdout.write(`${number}\n`);
}
