// A lock between processes, made of files alone: Node has no flock.
//
// The lock is a file that is linked into place with its owner's name already in it, so it is never seen half-written.
// Where its owner is dead (kill -9), the lock may be removed only by whoever holds a second lock named after the dead
// owner's nonce, and only while it still bears that nonce. So of several that find it stale one removes it, and none
// ever removes the lock of a successor. The second lock is taken by the same rules, should its taker die as well.

import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import {
  decodeIdentity,
  describeProcess,
  judgeProcess,
  type ProcessFacts,
  type ProcessIdentity,
  systemFacts,
} from './process-identity.ts';

/** A lock that is held. */
export type FileLock = { release(): void };

/** The lock could not be had in time. */
export class FileLockError extends Error {
  override readonly name: string = 'FileLockError';
}

type Owner = ProcessIdentity & { readonly nonce: string };

/** Becomes part of a file's name, so it must not lead elsewhere. */
const NONCE = /^[\w-]{1,64}$/;
/** Milliseconds that are waited for a lock unless the caller says otherwise. */
const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Takes the lock, waiting for whoever holds it.
 *
 * A lock whose process is gone is taken over. One of another machine, container or boot counts as held: nobody here can
 * tell whether its process still runs.
 *
 * @param path - Of the lock file; its folder must exist and be writable.
 * @param timeoutMs - How long to wait.
 * @throws FileLockError naming the file and the process that holds it after that time.
 */
export async function acquireFileLock(path: string, timeoutMs: number = DEFAULT_TIMEOUT_MS): Promise<FileLock> {
  const deadline = Date.now() + timeoutMs;
  const facts = systemFacts();
  for (let attempt = 0; ; attempt += 1) {
    const nonce = tryLock(path, facts.self);
    if (nonce !== undefined) return { release: () => unlock(path, nonce) };
    const owner = readOwner(path);
    if (typeof owner === 'object' && judgeProcess(owner, facts) === 'dead') {
      await breakLock(path, owner, Math.max(0, deadline - Date.now()));
      continue;
    }
    if (Date.now() >= deadline) throw heldTooLong(path, owner, facts);
    if (owner !== 'gone') await pause(Math.min(1 + attempt, 20) * (0.5 + Math.random()));
  }
}

/** Removes a dead owner's lock, unless somebody else has done so in the meantime. */
async function breakLock(path: string, dead: Owner, timeoutMs: number): Promise<void> {
  const claim = await acquireFileLock(`${path}.${dead.nonce}`, timeoutMs);
  try {
    if (isOwnedBy(path, dead.nonce)) unlinkSync(path);
  } finally {
    claim.release();
  }
}

function tryLock(path: string, self: ProcessIdentity): string | undefined {
  const nonce = randomBytes(8).toString('hex');
  const owner: Owner = { nonce, ...self };
  const draft = `${path}.${self.pid}.${nonce}.tmp`;
  writeFileSync(draft, JSON.stringify(owner), { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, path);
    return nonce;
  } catch (error) {
    // ENOENT: the draft was cleared away by one who holds the lock and takes it for left behind. Start anew.
    if (isErrno(error, 'EEXIST') || isErrno(error, 'ENOENT')) return undefined;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function unlock(path: string, nonce: string): void {
  if (isOwnedBy(path, nonce)) unlinkSync(path);
}

function isOwnedBy(path: string, nonce: string): boolean {
  const owner = readOwner(path);
  return typeof owner === 'object' && owner.nonce === nonce;
}

/** `unreadable` is a file that no writer of ours made. */
function readOwner(path: string): Owner | 'gone' | 'unreadable' {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const identity = decodeIdentity(content);
    const { nonce } = Object(content) as { readonly nonce?: unknown };
    if (identity !== undefined && typeof nonce === 'string' && NONCE.test(nonce)) return { ...identity, nonce };
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return 'gone';
  }
  return 'unreadable';
}

function heldTooLong(path: string, owner: Owner | 'gone' | 'unreadable', facts: ProcessFacts): FileLockError {
  const holder =
    typeof owner === 'object' ? describeProcess(owner, judgeProcess(owner, facts)) : 'nobody that can be named';
  return new FileLockError(`${path} is held by ${holder}; once it is certain that no process uses it, remove the file`);
}

function isErrno(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
