// A lock between the processes of one machine, by a file that only one of them can create.

import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { BranchKeyStorageError } from './branch-key-errors.ts';

/** Who holds a lock, as written in its file. */
type Holder = { readonly pid: number; readonly host: string; readonly token: string };

const FIRST_WAIT_MS = 2;
const LONGEST_WAIT_MS = 50;

/**
 * Runs a task while holding a lock.
 *
 * A lock whose process is gone is taken over. Two that find it at once can't both do so: whoever removes it must hold a
 * second file first, and looks again then. A process that dies in that moment leaves the second file behind; no lock is
 * broken then, and the error names the file.
 *
 * @param path - Of the lock file; its directory exists.
 * @param timeoutMs - How long to wait for another holder.
 * @throws BranchKeyStorageError (`transient`) when the lock could not be had in time; what the task throws. The signal's
 *   reason when that is aborted while waiting.
 */
export async function withFileLock<Result>(
  path: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  task: () => Promise<Result>,
): Promise<Result> {
  const holder: Holder = { pid: process.pid, host: hostname(), token: randomUUID() };
  await acquire(path, holder, performance.now() + timeoutMs, signal);
  try {
    return await task();
  } finally {
    await rm(path, { force: true });
  }
}

async function acquire(path: string, holder: Holder, deadline: number, signal: AbortSignal | undefined): Promise<void> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
    signal?.throwIfAborted();
    if (await create(path, holder)) return;
    if (await removeIfAbandoned(path, holder)) continue;
    if (performance.now() > deadline) throw heldTooLong(path);
    await delay(wait * (0.5 + Math.random()), undefined, { signal });
  }
}

/**
 * Creates the lock file with its content in one step, so that nobody ever finds it half written.
 *
 * @returns Whether it was created, and so is ours.
 */
async function create(path: string, holder: Holder): Promise<boolean> {
  const draft = `${path}.${holder.token}`;
  try {
    await writeFile(draft, JSON.stringify(holder), { flag: 'wx', mode: 0o600 });
    await link(draft, path);
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** @returns Whether the lock may be tried again at once. */
async function removeIfAbandoned(path: string, holder: Holder): Promise<boolean> {
  const found = await readHolder(path);
  if (found === 'gone') return true;
  if (found === 'unreadable' || !isDead(found)) return false;
  const guard = `${path}.takeover`;
  if (!(await create(guard, holder))) return false;
  try {
    const now = await readHolder(path);
    if (typeof now === 'object' && now.token === found.token) {
      await rm(`${path}.${found.token}`, { force: true });
      await rm(path, { force: true });
    }
    return true;
  } finally {
    await rm(guard, { force: true });
  }
}

/** `unreadable` is a file that no writer of ours made. */
async function readHolder(path: string): Promise<Holder | 'gone' | 'unreadable'> {
  try {
    const holder: Partial<Holder> = JSON.parse(await readFile(path, 'utf8'));
    const { pid, host, token } = holder;
    if (typeof pid === 'number' && typeof host === 'string' && typeof token === 'string') return { pid, host, token };
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return 'gone';
  }
  return 'unreadable';
}

/** A process of another machine is never taken for dead: it can't be asked. */
function isDead({ pid, host }: Holder): boolean {
  if (host !== hostname() || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return isErrno(error, 'ESRCH');
  }
}

function heldTooLong(path: string): BranchKeyStorageError {
  return new BranchKeyStorageError(
    `the key store is locked by another writer: if none is running, remove ${path} and ${path}.takeover`,
    'transient',
  );
}

/** Whether an error is the system's, of this code. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
