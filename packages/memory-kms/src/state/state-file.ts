import { readdirSync, readFileSync, realpathSync, rmSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { KmsSnapshot } from '../engine/key-record.ts';
import { acquireFileLock, type FileLock } from './file-lock.ts';
import { decodeState, encodeState, looksLikeState, MAX_STATE_LENGTH, type StateDocument } from './state-document.ts';
import { StateFormatError } from './state-format-error.ts';
import { writeFileAtomically } from './write-file-atomically.ts';

/** What the state file keeps in step: the store, by shape. */
export type StateHolder = {
  /** Grows with every change. */
  readonly revision: number;
  snapshot(): KmsSnapshot;
  restore(snapshot: KmsSnapshot): void;
};

/**
 * A state file that several processes may share. Every piece of work runs under a lock that spans reading what others
 * wrote, the work itself and writing its result, so that nobody's change is lost. Not for production: the file holds
 * key material in clear.
 */
export class StateFile {
  readonly path: string;
  readonly #holder: StateHolder;
  readonly #lockTimeoutMs: number | undefined;
  /** Identity of the file as last read or written. */
  #seen = '';
  #generation = 0;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(path: string, holder: StateHolder, lockTimeoutMs: number | undefined) {
    this.path = path;
    this.#holder = holder;
    this.#lockTimeoutMs = lockTimeoutMs;
  }

  /**
   * Opens a state file and loads it into the holder; where there is none, writes the holder's state as the first.
   *
   * @param path - The file; its folder must exist.
   * @param lockTimeoutMs - How long to wait for another process; 10,000 unless given.
   * @throws StateFormatError where the file is not a state of memory-kms: it is then left alone.
   */
  static async open(path: string, holder: StateHolder, lockTimeoutMs?: number): Promise<StateFile> {
    const file = new StateFile(realPath(path), holder, lockTimeoutMs);
    await file.run(() => file.#removeDrafts());
    return file;
  }

  /**
   * Runs work on the state that is in the file now, and writes what it changed before the result is known to anyone.
   * Pieces of work of one process run one after another.
   *
   * @throws What the work throws; changes that it made before are written all the same.
   */
  run<T>(work: () => T | Promise<T>): Promise<T> {
    const result = this.#queue.then(() => this.#locked(work));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #locked<T>(work: () => T | Promise<T>): Promise<T> {
    const lock: FileLock = await acquireFileLock(`${this.path}.lock`, this.#lockTimeoutMs);
    try {
      const isNew = !this.#reload();
      const before = this.#holder.revision;
      try {
        return await work();
      } finally {
        if (isNew || this.#holder.revision !== before) this.#write();
      }
    } finally {
      lock.release();
    }
  }

  /** Loads the file where another process has replaced it. Returns whether there is one. */
  #reload(): boolean {
    const stats = statOf(this.path);
    if (stats === undefined) return false;
    const identity = identityOf(stats);
    if (identity === this.#seen) return true;
    const { generation, snapshot } = this.#read(stats);
    this.#holder.restore(snapshot);
    this.#generation = generation;
    this.#seen = identity;
    return true;
  }

  #read(stats: Stats): StateDocument {
    const refuse = (why: string): never => {
      throw new StateFormatError(`${this.path} ${why}; it is left as it is`);
    };
    if (!stats.isFile()) refuse('is not a file');
    if (stats.size > MAX_STATE_LENGTH) refuse('is longer than 512 MiB');
    const content = readFileSync(this.path);
    if (!looksLikeState(content)) refuse('is not a state file of memory-kms');
    try {
      return decodeState(content);
    } catch (error) {
      throw error instanceof StateFormatError ? new StateFormatError(`${this.path}: ${error.message}`) : error;
    }
  }

  #write(): void {
    // Until the write has succeeded nothing is known of the file: after a failure the next piece of work reads it anew.
    this.#seen = '';
    this.#generation += 1;
    writeFileAtomically(this.path, encodeState({ generation: this.#generation, snapshot: this.#holder.snapshot() }));
    const stats = statOf(this.path);
    this.#seen = stats === undefined ? '' : identityOf(stats);
  }

  /**
   * Removes what processes left behind that were killed, whoever they were: a draft of the state holds key material in
   * clear, and is made only under the lock, which is held here. A draft of the lock may be that of a process that waits:
   * it makes another one.
   */
  #removeDrafts(): void {
    const folder = dirname(this.path);
    const prefix = `${basename(this.path)}.`;
    for (const name of readdirSync(folder)) {
      if (name.startsWith(prefix) && DRAFT.test(name.slice(prefix.length))) rmSync(join(folder, name), { force: true });
    }
  }
}

/** The names that `writeFileAtomically` and `acquireFileLock` give, and no other: `FILE.bak` has drafts of its own. */
const DRAFT = /^(?:\d+\.[0-9a-f]{12}|lock\.(?:[\w-]{1,64}\.)?\d+\.[0-9a-f]{16})\.tmp$/;

/** The file behind a symbolic link: replacing the link itself would leave the file behind. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/** Every write makes a new file, so inode, size and times tell one state from the next. */
function identityOf(stats: Stats): string {
  return `${stats.dev}/${stats.ino}/${stats.size}/${stats.mtimeMs}/${stats.ctimeMs}`;
}
