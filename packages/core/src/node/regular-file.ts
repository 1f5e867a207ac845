import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

/**
 * @returns What the file system says of an open file.
 * @throws Error with `code` EISDIR for a directory; TypeError for anything else without a length, such as a pipe.
 */
export async function assertRegularFile(file: FileHandle, path: string | URL): Promise<Stats> {
  const stats = await file.stat();
  if (stats.isFile()) return stats;
  if (stats.isDirectory()) {
    throw Object.assign(new Error(`EISDIR: ${path} is a directory`), { code: 'EISDIR', path: String(path) });
  }
  throw new TypeError(`${path} is not a regular file: use the streams`);
}
