// Errors on their way from one thread to another.

import { DecryptionFailedError } from '../errors.ts';
import type { ThreadFailure } from './thread-task.ts';

/** What the file system adds to its errors. */
const DETAILS = ['code', 'errno', 'syscall', 'path'] as const;

/** In the thread that failed. */
export function encodeThreadFailure(error: unknown): ThreadFailure {
  const isAuthentication = error instanceof DecryptionFailedError;
  if (!(error instanceof Error)) return { isAuthentication, message: String(error), details: {} };
  const details: Record<string, string | number> = {};
  for (const name of DETAILS) {
    const value = (error as Error & { readonly [name: string]: unknown })[name];
    if (typeof value === 'string' || typeof value === 'number') details[name] = value;
  }
  return { isAuthentication, message: error.message, details };
}

/** @returns The error for the caller. */
export function decodeThreadFailure({ isAuthentication, message, details }: ThreadFailure): Error {
  return isAuthentication ? new DecryptionFailedError() : Object.assign(new Error(message), details);
}
