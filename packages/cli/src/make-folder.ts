import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemError } from './system-error.ts';

/**
 * Makes the folder of a file, where it is missing.
 *
 * @param mode - Permission bits of the folders made.
 * @throws The file system's error.
 */
export async function makeFolderOf(file: string, mode?: number): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, ...(mode === undefined ? {} : { mode }) });
  } catch (error) {
    // A file in its place "exists", in the system's words: but nothing may overwrite it.
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? systemError('ENOTDIR', file) : error;
  }
}
