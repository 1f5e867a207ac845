import { type FileHandle, open } from 'node:fs/promises';
import type { Keyring } from '../materials/keyring.ts';
import type { MaterialsManager } from '../materials/materials-manager.ts';
import { type OpenMessageOptions, openRangedSource } from '../open-message.ts';
import type { MessageReader } from '../stream/message-reader.ts';
import { assertRegularFile } from './regular-file.ts';

/**
 * Opens a message in a file for random access; as `openMessage`.
 *
 * @param path - A regular file; it must not change before the reader is closed.
 * @returns A reader, which holds the file open: the caller closes it.
 * @throws The file system's error (`code` ENOENT, EACCES, EISDIR …); else as `openMessage`.
 */
export async function openFile(
  keys: Keyring | MaterialsManager,
  path: string | URL,
  options: OpenMessageOptions = {},
): Promise<MessageReader> {
  const file = await open(path, 'r');
  try {
    const { size } = await assertRegularFile(file, path);
    const source = { size, read: (start: number, end: number) => readRange(file, start, end) };
    return await openRangedSource(keys, source, options, () => file.close());
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** @returns Fewer bytes than asked for only where the file ends. */
async function readRange(file: FileHandle, start: number, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - start);
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, start + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}
