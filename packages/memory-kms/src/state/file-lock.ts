// A lock between processes, made of files alone: Node has no flock.
//
// The lock is a file that is linked into place with its owner's name already in it, so it is never seen half-written.
// Where its owner is dead (kill -9), the lock may be removed only by whoever holds a second lock named after the dead
// owner's nonce, and only while it still bears that nonce. So of several that find it stale one removes it, and none
// ever removes the lock of a successor. The second lock is taken by the same rules, should its taker die as well.

import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** A lock that is held. */
export type FileLock = { release(): void };

/** The lock could not be had in time. */
export class FileLockError extends Error {
  override readonly name: string = 'FileLockError';
}

type Owner = {
  readonly nonce: string;
  readonly pid: number;
  /** Tells a process from a later one with the same pid; empty where the system does not say. */
  readonly started: string;
  readonly host: string;
};

/** Milliseconds that are waited for a lock unless the caller says otherwise. */
const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Takes the lock, waiting for whoever holds it.
 *
 * @param path - Of the lock file; its folder must exist and be writable.
 * @param timeoutMs - How long to wait.
 * @throws FileLockError naming the file and the holder's process id after that time.
 */
export async function acquireFileLock(path: string, timeoutMs: number = DEFAULT_TIMEOUT_MS): Promise<FileLock> {
  const deadline = Date.now() + timeoutMs;
  for (let attempt = 0; ; attempt += 1) {
    const nonce = tryLock(path);
    if (nonce !== undefined) return { release: () => unlock(path, nonce) };
    const owner = readOwner(path);
    if (owner !== undefined && isDead(owner)) {
      await breakLock(path, owner, Math.max(0, deadline - Date.now()));
      continue;
    }
    if (Date.now() >= deadline) {
      throw new FileLockError(
        `${path} is held by process ${owner?.pid ?? 'unknown'} on ${owner?.host ?? 'unknown'}; if that is gone, remove the file`,
      );
    }
    if (owner !== undefined) await pause(Math.min(1 + attempt, 20) * (0.5 + Math.random()));
  }
}

/** Whether a process of this machine has ended. On another machine that can't be told: then it counts as alive. */
export function isDead({ pid, started, host }: Pick<Owner, 'pid' | 'started' | 'host'>): boolean {
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  const now = startOf(pid);
  return started !== '' && now !== '' && now !== started;
}

/** Removes a dead owner's lock, unless somebody else has done so in the meantime. */
async function breakLock(path: string, dead: Owner, timeoutMs: number): Promise<void> {
  const claim = await acquireFileLock(`${path}.${dead.nonce}`, timeoutMs);
  try {
    if (readOwner(path)?.nonce === dead.nonce) unlinkSync(path);
  } finally {
    claim.release();
  }
}

function tryLock(path: string): string | undefined {
  const nonce = randomBytes(8).toString('hex');
  const owner: Owner = { nonce, pid: process.pid, started: startOf(process.pid), host: hostname() };
  const draft = `${path}.${process.pid}.${nonce}.tmp`;
  writeFileSync(draft, JSON.stringify(owner), { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, path);
    return nonce;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}

function unlock(path: string, nonce: string): void {
  if (readOwner(path)?.nonce === nonce) unlinkSync(path);
}

/** Undefined where there is no lock; an unreadable one has an owner of whom nothing is known. */
function readOwner(path: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Owner;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return { nonce: '', pid: 0, started: '', host: '' };
  }
}

/** The 22nd field of Linux's `/proc/<pid>/stat`: when the process started, in clock ticks since boot. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
