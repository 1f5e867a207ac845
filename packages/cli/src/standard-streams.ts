// Standard input and output, as the fastest stream that is safe for what is behind them.

import { createReadStream, createWriteStream, fstatSync, type Stats } from 'node:fs';
import type { Terminal } from './terminal.ts';

const CHUNK = { highWaterMark: 1_048_576, autoClose: false };

/**
 * A file is read in long pieces; a pipe by the event loop, so that an interruption need not wait for its writer.
 * `process.stdin` takes a directory for the end of the input; a file stream says what it is.
 */
export function openStandardInput(): Terminal['stdin'] {
  const stats = statsOf(0);
  return stats?.isFile() || stats?.isDirectory() ? createReadStream('', { ...CHUNK, fd: 0 }) : process.stdin;
}

/** `process.stdout` loses what a file takes only in part, as one on a full disk does; this writes all or fails. */
export function openStandardOutput(): Terminal['stdout'] {
  return statsOf(1)?.isFile() ? createWriteStream('', { ...CHUNK, fd: 1 }) : process.stdout;
}

function statsOf(fd: number): Stats | undefined {
  try {
    return fstatSync(fd);
  } catch {
    return undefined;
  }
}
