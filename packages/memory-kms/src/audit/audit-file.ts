import { closeSync, openSync, writeSync } from 'node:fs';
import type { AuditOutput } from './audit-log.ts';

/**
 * Appends records to a file as JSON lines. Each line is handed to the system before the call is answered, so it
 * survives the end of the process (not a power cut).
 *
 * @param path - Created with mode 0600 where it is missing: encryption contexts are in clear.
 * @returns The output, with `close()` for the file.
 * @throws The system's error where the file can't be opened.
 */
export function auditFile(path: string): AuditOutput & { close(): void } {
  const descriptor = openSync(path, 'a', 0o600);
  const write: AuditOutput = (record) => {
    writeSync(descriptor, `${JSON.stringify(record)}\n`);
  };
  return Object.assign(write, { close: () => closeSync(descriptor) });
}
