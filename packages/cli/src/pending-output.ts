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
    const file = await open(path, 'wx', 0o600);
    if (mode !== 0o600) await file.chmod(mode);
    return new PendingOutput(file, path, target, overwrite);
  }

  /** Brings the bytes to the disk and gives the file its name. The target is as it was before when this fails. */
  async publish(): Promise<void> {
    await this.file.sync();
    await this.file.close();
    if (this.#overwrite) {
      await rename(this.#path, this.#target);
    } else {
      // `rename` would silently replace what somebody else made meanwhile.
      await link(this.#path, this.#target);
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

/** Makes the new name itself durable; systems that can't open directories need no such thing. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  if (folder === undefined) return;
  await folder.sync().catch(() => {});
  await folder.close();
}
