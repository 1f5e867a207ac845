import { createReadStream } from 'node:fs';
import { assertNoDirectory } from './input-files.ts';

/**
 * Reads a file that is short, or else not what it should be.
 *
 * @param limit - Bytes. Of a longer file, or of a device without an end, one byte more is read.
 * @returns A buffer of its own, which the caller may wipe.
 * @throws The file system's error, which names the path.
 */
export async function readSmallFile(path: string, limit: number): Promise<Buffer> {
  await assertNoDirectory(path);
  const chunks: Buffer[] = [];
  // Only `end`, no `start`: pipes, such as <(…) of the shell, have no positions.
  for await (const chunk of createReadStream(path, { end: limit })) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  for (const chunk of chunks) chunk.fill(0);
  return bytes;
}
