// Errors of the operating system, in words.

import { basename, dirname } from 'node:path';
import { inOptionWords } from './option-words.ts';

type SystemError = NodeJS.ErrnoException & { readonly code: string };

/** Whether an error comes from the operating system: its `code` is one of errno's names. */
export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code);
}

const WORDS = {
  EACCES: 'permission denied',
  EBUSY: 'busy',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'exists already (--force overwrites it)',
  EFBIG: 'the output would grow beyond what the system allows',
  EIO: 'the device failed',
  EISDIR: 'is a directory',
  ELOOP: 'too many symbolic links',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on the device',
  ENOTDIR: 'a part of the path is not a directory',
  ENXIO: 'cannot be opened: a socket, or a device that is not there',
  EPERM: 'operation not permitted',
  EPIPE: 'the reader of the output has gone',
  EROFS: 'the file system is read-only',
} as const;
WORDS satisfies Readonly<Record<string, string>>;

/** Outputs begin as such a file beside their target: nobody knows its name. */
const TEMPORARY_NAME = /^\.waxseal-[0-9a-f]{16}\.tmp$/;

/** @returns What is wrong, and with which path where that is known. */
export function describeSystemError(error: SystemError): string {
  const path = pathOf(error);
  const words = Object.hasOwn(WORDS, error.code) ? WORDS[error.code as keyof typeof WORDS] : undefined;
  // Without a system call the error was made by waxseal, in words that say more.
  if (words === undefined || (error.syscall === undefined && path === undefined)) return inOptionWords(error.message);
  if (path === undefined) return words;
  if (!TEMPORARY_NAME.test(basename(path))) return `${path === '' ? '""' : path}: ${words}`;
  return `${dirname(path)}: ${error.code === 'ENOENT' ? 'no such directory' : words}`;
}

/** Whether the description tells a path. */
export function namesPath(error: SystemError): boolean {
  return pathOf(error) !== undefined;
}

function pathOf(error: SystemError): string | undefined {
  return 'dest' in error && typeof error.dest === 'string' ? error.dest : error.path;
}

/** Whether a write failed because nobody reads any more, as behind `| head`. */
export function isReaderGone(error: unknown): boolean {
  return isSystemError(error) && error.code === 'EPIPE';
}

/** An error of the operating system's kind, for what was noticed before the system had to say it. */
export function systemError(code: keyof typeof WORDS, path: string): SystemError {
  return Object.assign(new Error(`${code}: ${WORDS[code]}`), { code, path });
}
