import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Opening a named pipe to read waits for a writer, and no abort ends that: with this it does not. Windows has no such flag. */
const READ_WITHOUT_WAITING: number = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Opens a file to read. Anything but a regular file opens as well: `assertRegularFile` refuses it. @throws The file system's error. */
export function openToRead(path: string | URL): Promise<FileHandle> {
  return open(path, READ_WITHOUT_WAITING);
}

/**
 * @returns What the file system says of an open file.
 * @throws Error with `code` EISDIR for a directory; TypeError for anything else without a length, such as a pipe.
 */
export async function assertRegularFile(file: FileHandle, path: string | URL): Promise<Stats> {
  const stats = await file.stat();
  if (stats.isFile()) return stats;
  if (stats.isDirectory()) throw fileError('EISDIR', 'is a directory', path);
  throw new TypeError(`${path} is not a regular file: use the streams`);
}

/** The error for a source that somebody writes to meanwhile; its `code` is `ERR_SOURCE_CHANGED`. */
export function sourceChanged(text: string): Error {
  return Object.assign(new Error(text), { code: 'ERR_SOURCE_CHANGED' });
}

/** An error in the form of the file system's own. */
export function fileError(code: 'EISDIR' | 'EEXIST', text: string, path: string | URL): Error {
  return Object.assign(new Error(`${code}: ${path} ${text}`), { code, path: String(path) });
}
