// A file written from a stream, which appears under its name only when it is whole.

import { randomBytes } from 'node:crypto';
import { type FileHandle, link, lstat, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemError } from './system-error.ts';

/** Written beside its target, for its owner alone, as `.waxseal-<16 hex digits>.tmp`. Ends with `publish` or `discard`. */
export class PendingOutput {
  readonly file: FileHandle;
  readonly #path: string;
  readonly #target: string;
  readonly #overwrite: boolean;
  #ended = false;

  private constructor(file: FileHandle, path: string, target: string, overwrite: boolean) {
    this.file = file;
    this.#path = path;
    this.#target = target;
    this.#overwrite = overwrite;
  }

  /**
   * @param mode - Permission bits: the owner's alone unless given.
   * @throws The file system's error; EEXIST at once where the target must not be replaced.
   */
  static async create(target: string, overwrite: boolean, mode = 0o600): Promise<PendingOutput> {
    const existing = await lstat(target).catch(() => undefined);
    if (existing?.isDirectory()) throw systemError('EISDIR', target);
    if (existing !== undefined && !overwrite) throw systemError('EEXIST', target);
    const path = join(dirname(target), `.waxseal-${randomBytes(8).toString('hex')}.tmp`);
    const pending = new PendingOutput(await open(path, 'wx', 0o600), path, target, overwrite);
    try {
      if (mode !== 0o600) await pending.file.chmod(mode);
    } catch (error) {
      await pending.discard();
      throw error;
    }
    return pending;
  }

  /**
   * Brings the bytes to the disk and gives the file its name.
   *
   * @throws The file system's error. The target is then as it was before; only where the folder can't be synced after
   *   that, the whole file is there, though a power cut may take its name away.
   */
  async publish(): Promise<void> {
    await this.file.sync();
    await this.file.close();
    if (this.#overwrite) {
      await rename(this.#path, this.#target);
    } else {
      // `rename` would silently replace what somebody else made meanwhile.
      await linkOrExplain(this.#path, this.#target);
      await unlink(this.#path);
    }
    this.#ended = true;
    await syncFolder(dirname(this.#target));
  }

  /** Removes the file unless it was published. Never fails. */
  async discard(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.file.close().catch(() => {});
    await unlink(this.#path).catch(() => {});
  }
}

async function linkOrExplain(path: string, target: string): Promise<void> {
  try {
    await link(path, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    const text = `${target}: this file system has no hard links, which not overwriting needs: give --force`;
    throw Object.assign(new Error(text, { cause: error }), { code });
  }
}

/** Makes the new name itself durable. Windows can't, and needs not; a folder that may not be read is left to the system. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r').catch(() => undefined);
  try {
    await folder?.sync();
  } finally {
    await folder?.close();
  }
}
