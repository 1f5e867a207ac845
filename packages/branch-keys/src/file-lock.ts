// A lock between the processes of one machine, made of files alone: Node has no flock.
//
//   <path>                         the lock; linked into place with its holder in it, so never seen half written
//   <path>.<token>                 the right to remove the file whose holder, now dead, had this token: a claim
//   <path>[.<token>].<token>.draft a lock or claim before it is linked into place
//
// A file of a dead holder is removed only under the claim named after its token, and only while it still bears that
// token, which nobody has twice. So of many that find it one removes it, and none removes a successor's. A claim whose
// holder died is such a file itself, so a process may be killed at any point. Names don't grow with the chain of claims.

import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BranchKeyStorageError } from './branch-key-errors.ts';
import {
  decodeIdentity,
  describeProcess,
  judgeProcess,
  type ProcessFacts,
  type ProcessIdentity,
  systemFacts,
} from './process-identity.ts';

/** Who holds a lock or claim, as written in its file. */
type Holder = ProcessIdentity & { readonly token: string };

/** Who wants the lock, and what he may ask the system about others. */
type Claimant = { readonly holder: Holder; readonly facts: ProcessFacts };

/** What is in the way of a lock. */
type Obstacle = { readonly heldFile: string; readonly heldBy: string };

const FIRST_WAIT_MS = 2;
const LONGEST_WAIT_MS = 50;
/** Becomes part of a file's name, so it must not lead elsewhere. */
const TOKEN = /^[\w-]{1,64}$/;
/** Each link takes a process that died while it broke the one before; files made by hand could form a ring. */
const MAX_CLAIMS = 1000;

/**
 * Runs a task while holding a lock.
 *
 * A lock whose process is gone is taken over, also where others died while they were taking it over. One of another
 * machine, container or boot counts as held: nobody here can tell whether its process still runs.
 *
 * @param path - Of the lock file; its directory exists. Every file whose name goes on after `<path>.` is the lock's, and
 *   is cleared away when a lock is taken over: a task may put drafts there that are to go when it is killed.
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
  const facts = systemFacts();
  const holder: Holder = { ...facts.self, token: randomUUID() };
  const { tookOver } = await acquire(path, { holder, facts }, performance.now() + timeoutMs, signal);
  try {
    if (tookOver) await removeRemains(path);
    return await task();
  } finally {
    await release(path, holder);
  }
}

async function acquire(
  path: string,
  claimant: Claimant,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<{ readonly tookOver: boolean }> {
  let tookOver = false;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
    signal?.throwIfAborted();
    if (await create(path, claimant.holder)) return { tookOver };
    const found = await breakIfAbandoned(path, claimant);
    if (found === 'broken') tookOver = true;
    if (found === 'broken' || found === 'gone') continue;
    if (performance.now() > deadline) throw heldTooLong(found);
    await delay(wait * (0.5 + Math.random()), undefined, { signal });
  }
}

/**
 * Creates a lock or claim with its content in one step, so that nobody ever finds it half written.
 *
 * @returns Whether it was created, and so is ours.
 */
async function create(path: string, holder: Holder): Promise<boolean> {
  const draft = `${path}.${holder.token}.draft`;
  try {
    await writeFile(draft, JSON.stringify(holder), { flag: 'wx', mode: 0o600 });
    return await linkDraft(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

/** @returns False when the path is taken, or the draft was cleared away by one who holds the lock. */
async function linkDraft(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST') || isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}

/** @returns Whether the lock may be tried again at once; else what is in the way. */
async function breakIfAbandoned(lock: string, { holder, facts }: Claimant): Promise<'broken' | 'gone' | Obstacle> {
  let path = lock;
  let heldBy = '';
  for (let claims = 0; claims < MAX_CLAIMS; claims += 1) {
    const found = await readHolder(path);
    if (found === 'gone') return 'gone';
    if (found === 'unreadable') return { heldFile: path, heldBy: 'a file that names no process' };
    const verdict = judgeProcess(found, facts);
    heldBy = describeProcess(found, verdict);
    if (verdict !== 'dead') break;
    const claim = `${lock}.${found.token}`;
    if (await create(claim, holder)) {
      await removeUnderClaim(path, found, claim, holder);
      return 'broken';
    }
    path = claim;
  }
  return { heldFile: path, heldBy };
}

async function removeUnderClaim(path: string, dead: Holder, claim: string, holder: Holder): Promise<void> {
  try {
    const now = await readHolder(path);
    if (typeof now === 'object' && now.token === dead.token) await rm(path, { force: true });
  } finally {
    await release(claim, holder);
  }
}

/** Removes what is ours; another's only where somebody removed ours by hand, and that stays. */
async function release(path: string, { token }: Holder): Promise<void> {
  const found = await readHolder(path);
  if (found === 'gone' || (found !== 'unreadable' && found.token !== token)) return;
  await rm(path, { force: true });
}

/**
 * Clears away drafts and claims of dead processes, by the holder of the lock. Those of living ones may go as well: a
 * claim is worth nothing once the lock has another token, and whoever misses his draft starts anew.
 */
async function removeRemains(lock: string): Promise<void> {
  const names = await readdir(dirname(lock)).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(`${basename(lock)}.`)) continue;
    await rm(join(dirname(lock), name), { force: true }).catch(() => undefined);
  }
}

/** `unreadable` is a file that no writer of ours made. */
async function readHolder(path: string): Promise<Holder | 'gone' | 'unreadable'> {
  try {
    const content: unknown = JSON.parse(await readFile(path, 'utf8'));
    const identity = decodeIdentity(content);
    const { token } = Object(content) as { readonly token?: unknown };
    if (identity !== undefined && typeof token === 'string' && TOKEN.test(token)) return { ...identity, token };
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return 'gone';
  }
  return 'unreadable';
}

function heldTooLong({ heldFile, heldBy }: Obstacle): BranchKeyStorageError {
  return new BranchKeyStorageError(
    `the key store is locked by ${heldBy}: once it is certain that no writer holds the lock, remove ${heldFile}`,
    'transient',
  );
}

/** Whether an error is the system's, of this code. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
