// One file made of another, whole or not at all.

import { type FileHandle, lstat, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { PendingFile } from './pending-file.ts';
import { assertRegularFile, fileError, openToRead, sourceChanged } from './regular-file.ts';

/** The two files of a conversion under way. */
export type FileConversion = {
  readonly source: FileHandle;
  /** Length of the source when it was opened. */
  readonly sourceLength: number;
  /** Creates the file that becomes the target. Called once, when nothing but writing can fail any more. */
  createTarget(): Promise<FileHandle>;
  /** Says that about so many bytes were written to it. @throws The file system's error, when the disk did not take them. */
  wrote(length: number): void;
};

/**
 * Runs a conversion: opens the source, checks the target, and puts what `convert` wrote in place once all of it succeeded.
 *
 * @throws Error with `code` ENOENT, EISDIR, EEXIST, EACCES, ENOSPC … from the file system; TypeError when source and target
 *   are the same file; Error with `code` ERR_SOURCE_CHANGED when the source changed meanwhile; whatever `convert` throws.
 */
export async function convertFile<Result>(
  from: string | URL,
  to: string | URL,
  overwrite: boolean,
  convert: (files: FileConversion) => Promise<Result>,
): Promise<Result> {
  const target = typeof to === 'string' ? to : fileURLToPath(to);
  const source = await openToRead(from);
  let pending: PendingFile | undefined;
  try {
    const { size, ino, dev, mtimeMs } = await assertRegularFile(source, from);
    await assertTargetFree(target, { ino, dev }, overwrite);
    const createTarget = async (): Promise<FileHandle> => {
      pending = await PendingFile.create(target);
      return pending.file;
    };
    const wrote = (length: number): void => pending?.wrote(length);
    const result = await convert({ source, sourceLength: size, createTarget, wrote });
    const after = await source.stat();
    if (after.size !== size || after.mtimeMs !== mtimeMs) throw sourceChanged(`${from} changed while it was read`);
    await assertEndsAt(source, size, from);
    await pending?.publish(overwrite);
    return result;
  } finally {
    await pending?.discard();
    await source.close();
  }
}

/** Fails early where it can; that nobody takes the name meanwhile is up to `publish`. */
async function assertTargetFree(
  target: string,
  source: { readonly ino: number; readonly dev: number },
  overwrite: boolean,
): Promise<void> {
  const existing = await lstat(target).catch(ignoreMissing);
  if (existing === undefined) return;
  if (existing.isDirectory()) throw fileError('EISDIR', 'is a directory', target);
  const isLink = existing.isSymbolicLink();
  if (!isLink && !existing.isFile()) throw new TypeError(`${target} is not a regular file: use the streams`);
  const meant = await stat(target).catch(isLink ? () => undefined : ignoreMissing);
  if (meant?.ino === source.ino && meant.dev === source.dev) {
    throw new TypeError('source and target are the same file');
  }
  if (!overwrite) throw fileError('EEXIST', 'exists: pass overwrite: true to replace it', target);
}

/** Files of `/proc` and the like tell no length, or a wrong one. */
async function assertEndsAt(source: FileHandle, length: number, path: string | URL): Promise<void> {
  const { bytesRead } = await source.read(new Uint8Array(1), 0, 1, length);
  if (bytesRead > 0) throw new Error(`${path} is longer than its length says: use the streams`);
}

function ignoreMissing(error: { code?: string }): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
