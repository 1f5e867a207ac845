import type { Readable, Writable } from 'node:stream';

/** Where a command reads and writes: the process's own streams, or those of a test. */
export type Terminal = {
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined };
  /** Data, and the answers that a command was asked for. Never ended by a command. */
  readonly stdout: Writable & { readonly isTTY?: boolean | undefined };
  /** Everything that is said beside the answer. */
  readonly stderr: Writable & { readonly isTTY?: boolean | undefined };
  readonly env: Readonly<Record<string, string | undefined>>;
};
