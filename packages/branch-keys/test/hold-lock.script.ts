// Run as a process of its own: LOCK TIMEOUT-MS. Prints one line: `{ "self": … }` once it holds the lock, which it keeps
// until it is killed; `{ "error": … }` when it did not get it.

import { setTimeout as delay } from 'node:timers/promises';
import { withFileLock } from '../src/file-lock.ts';
import { systemFacts } from '../src/process-identity.ts';
import { endWithParent } from './end-with-parent.ts';

endWithParent();
const [lock = '', timeoutMs = '0'] = process.argv.slice(2);
try {
  await withFileLock(lock, Number(timeoutMs), undefined, async () => {
    process.stdout.write(`${JSON.stringify({ self: systemFacts().self })}\n`);
    await delay(60_000);
  });
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: (error as Error).message })}\n`);
}
