import type { Keyring } from '../materials/keyring.ts';
import type { MaterialsManager } from '../materials/materials-manager.ts';
import { type OpenMessageOptions, openRangedSource } from '../open-message.ts';
import type { MessageReader } from '../stream/message-reader.ts';
import { fileSource } from './file-source.ts';
import { assertRegularFile, openToRead } from './regular-file.ts';

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
  const file = await openToRead(path);
  try {
    const { size } = await assertRegularFile(file, path);
    return await openRangedSource(keys, fileSource(file, size), options, () => file.close());
  } catch (error) {
    await file.close();
    throw error;
  }
}
