// A file that appears under its name only when it is whole.

import { randomBytes } from 'node:crypto';
import { type FileHandle, link, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** How much is written before the disk is set to work on it: a sync for less costs more than it saves. */
const SYNC_LENGTH = 33_554_432;

/**
 * A file being written beside its target, as `.waxseal-<16 hex digits>.tmp`, readable by its owner alone.
 *
 * Ends with `publish` or `discard`. A process that is killed leaves it behind: it may be deleted then.
 */
export class PendingFile {
  readonly file: FileHandle;
  readonly #path: string;
  readonly #target: string;
  #unsynced = 0;
  #syncing: Promise<void> | undefined;
  #failure: unknown;
  #ended = false;

  private constructor(file: FileHandle, path: string, target: string) {
    this.file = file;
    this.#path = path;
    this.#target = target;
  }

  /** @throws The file system's error. */
  static async create(target: string): Promise<PendingFile> {
    const path = join(dirname(target), `.waxseal-${randomBytes(8).toString('hex')}.tmp`);
    return new PendingFile(await open(path, 'wx', 0o600), path, target);
  }

  /**
   * Says that bytes were written. Each 32 MiB are brought to the disk meanwhile, so that `publish` finds little left to wait for.
   *
   * @throws The file system's error, when the disk did not take earlier ones.
   */
  wrote(length: number): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.#unsynced += length;
    if (this.#unsynced < SYNC_LENGTH || this.#syncing !== undefined) return;
    this.#unsynced = 0;
    this.#syncing = this.#syncMeanwhile();
  }

  /**
   * Brings the bytes to the disk, then gives the file its name.
   *
   * @param overwrite - Whether it replaces what has that name; without it, whoever else takes the name first keeps it.
   * @throws The file system's error: EEXIST when the name is taken. The target is then as it was before; only when syncing the
   *   folder fails after that (EIO), the whole file is there, though a power cut may take its name away.
   */
  async publish(overwrite: boolean): Promise<void> {
    await this.#syncing;
    if (this.#failure !== undefined) throw this.#failure;
    await this.file.sync();
    await this.file.close();
    if (overwrite) {
      await rename(this.#path, this.#target);
    } else {
      await linkOrExplain(this.#path, this.#target);
      // The target is in place: a second name that stays is no failure.
      await unlink(this.#path).catch(() => {});
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

  /** The system tells of a failure once: a later sync would succeed. */
  async #syncMeanwhile(): Promise<void> {
    try {
      await this.file.datasync();
    } catch (error) {
      this.#failure = error;
    } finally {
      this.#syncing = undefined;
    }
  }
}

/** `rename` would replace a target silently; `link` fails when there is one. */
async function linkOrExplain(path: string, target: string): Promise<void> {
  try {
    await link(path, target);
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    const text = `${String(code)}: the file system of ${target} has no hard links, which not overwriting needs: pass overwrite: true`;
    throw Object.assign(new Error(text, { cause: error }), { code });
  }
}

/** What says that a folder can't be synced at all: by its file system, or without the right to read it. */
const NOT_SYNCED = ['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP', 'EISDIR'];

/** Makes the name itself durable, where that is possible. Windows can't, and needs not. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (!NOT_SYNCED.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
