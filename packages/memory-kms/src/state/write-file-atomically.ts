import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Replaces a file as a whole: after a crash at any moment it has the old content or the new, never neither. On return
 * the new content is on disk. Mode 0600, whatever the old file had.
 *
 * @param path - The file; a draft stands beside it while it is written, named `<path>.<pid>.<random>.tmp`.
 * @throws The system's error; the old file is then untouched.
 */
export function writeFileAtomically(path: string, content: Uint8Array): void {
  const draft = `${path}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    writeDurably(draft, content);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

function writeDurably(path: string, content: Uint8Array): void {
  const descriptor = openSync(path, 'wx', 0o600);
  try {
    for (let written = 0; written < content.length; ) {
      written += writeSync(descriptor, content, written, content.length - written);
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes the rename itself durable. Windows can't open folders and needs no such thing. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
