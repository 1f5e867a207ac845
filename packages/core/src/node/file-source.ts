import type { FileHandle } from 'node:fs/promises';
import type { RangedSource } from '../stream/message-source.ts';

/**
 * An open file as a source of ranges.
 *
 * @param size - Its length in bytes.
 */
export function fileSource(file: FileHandle, size: number): RangedSource {
  return {
    size,
    async read(start, end) {
      const bytes = new Uint8Array(end - start);
      return bytes.subarray(0, await readUpTo(file, bytes, start));
    },
  };
}

/**
 * Fills a buffer from a place in a file.
 *
 * @returns How many bytes were read: fewer than the buffer has only where the file ends.
 */
export async function readUpTo(file: FileHandle, target: Uint8Array, position: number): Promise<number> {
  let length = 0;
  while (length < target.length) {
    const { bytesRead } = await file.read(target, length, target.length - length, position + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}

/** Writes all of a buffer at a place in a file. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let length = 0;
  while (length < bytes.length) {
    const { bytesWritten } = await file.write(bytes, length, bytes.length - length, position + length);
    length += bytesWritten;
  }
}
