// Standard input and output, as the fastest stream that is safe for what is behind them.

import { createReadStream, createWriteStream, fstatSync } from 'node:fs';
import type { Terminal } from './terminal.ts';

const CHUNK = { highWaterMark: 1_048_576, autoClose: false };

/** A file is read in long pieces; a pipe by the event loop, so that an interruption need not wait for its writer. */
export function openStandardInput(): Terminal['stdin'] {
  return isFile(0) ? createReadStream('', { ...CHUNK, fd: 0 }) : process.stdin;
}

/** `process.stdout` loses what a file takes only in part, as one on a full disk does; this writes all or fails. */
export function openStandardOutput(): Terminal['stdout'] {
  return isFile(1) ? createWriteStream('', { ...CHUNK, fd: 1 }) : process.stdout;
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}
