// The ends of a pipeline: standard output, standard output held back, and a file.

import { Writable } from 'node:stream';
import { STANDARD } from './input-files.ts';
import { PartialOutputError } from './partial-output-error.ts';
import { PendingOutput } from './pending-output.ts';
import type { Terminal } from './terminal.ts';

/** Where bytes go. Ends with `commit` or `abandon`. */
export type ByteSink = {
  readonly stream: Writable;
  /** All was written, and all of it may be kept. */
  commit(): Promise<void>;
  /** @returns The error to report: a `PartialOutputError` when something was put out that can't be taken back. */
  abandon(error: unknown): Promise<unknown>;
};

/** How the output is treated. */
export type SinkOptions = {
  readonly overwrite?: boolean | undefined;
  /** Holds standard output back, in memory, until `commit`. */
  readonly buffer?: boolean | undefined;
  /** Permission bits of a file. */
  readonly mode?: number | undefined;
};

/** @param target - A path, or `-`. */
export async function openSink(target: string, terminal: Terminal, options: SinkOptions): Promise<ByteSink> {
  if (target !== STANDARD) return openFileSink(target, options);
  return options.buffer ? bufferedSink(terminal.stdout) : stdoutSink(terminal.stdout);
}

/** A write that failed may have put out a part, so that the first attempt counts. */
function stdoutSink(stdout: Writable): ByteSink {
  const forward = forwardTo(stdout);
  return {
    stream: forward.stream,
    commit: async () => {},
    abandon: async (error) => (forward.hasWritten() ? new PartialOutputError(error) : error),
  };
}

/** Passes bytes on without ever ending the stream behind it; a failure there is a failure here. */
function forwardTo(target: Writable): { readonly stream: Writable; hasWritten(): boolean } {
  let hasWritten = false;
  // The failure reaches the callback of the write; unheard, the event would end the process.
  target.on('error', () => {});
  const stream = new Writable({
    highWaterMark: 1_048_576,
    write(chunk: Uint8Array, _encoding, callback): void {
      if (chunk.length > 0) hasWritten = true;
      target.write(chunk, (error) => callback(error ?? null));
    },
  });
  return { stream, hasWritten: () => hasWritten };
}

function bufferedSink(stdout: Writable): ByteSink {
  const chunks: Uint8Array[] = [];
  let forward: ReturnType<typeof forwardTo> | undefined;
  const stream = new Writable({
    write(chunk: Uint8Array, _encoding, callback): void {
      chunks.push(chunk);
      callback();
    },
  });
  return {
    stream,
    async commit(): Promise<void> {
      forward = forwardTo(stdout);
      // Each failure reaches the callback of its write.
      forward.stream.on('error', () => {});
      for (const chunk of chunks) await writeTo(forward.stream, chunk);
    },
    abandon: async (error) => (forward?.hasWritten() ? new PartialOutputError(error) : error),
  };
}

function writeTo(stream: Writable, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}

async function openFileSink(target: string, { overwrite = false, mode }: SinkOptions): Promise<ByteSink> {
  const pending = await PendingOutput.create(target, overwrite, mode);
  // `createWriteStream` of the handle would close it, and with it the way to flush it to the disk.
  const stream = new Writable({
    highWaterMark: 1_048_576,
    write(chunk: Uint8Array, _encoding, callback): void {
      writeAll(pending, chunk).then(() => callback(), callback);
    },
  });
  return {
    stream,
    commit: () => pending.publish(),
    async abandon(error): Promise<unknown> {
      await pending.discard();
      return error;
    },
  };
}

async function writeAll({ file }: PendingOutput, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, done, chunk.length - done);
    done += bytesWritten;
  }
}
