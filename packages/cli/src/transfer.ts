// Bytes from an input through streams to an output, with progress.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ByteSink, openSink, type SinkOptions } from './byte-sink.ts';
import { STANDARD } from './input-files.ts';
import type { Session } from './session.ts';
import { systemError } from './system-error.ts';

const CHUNK = { highWaterMark: 1_048_576 };

/** An input to be read, once. */
export type ByteSource = {
  readonly name: string;
  /** Bytes; undefined where only reading tells: standard input, pipes, devices, and the files of /proc, which claim 0. */
  readonly size: number | undefined;
  /** To be called in the turn in which the stream is used: nobody would hear before that that it can't be opened. */
  open(): Readable;
};

/** @param path - A path, or `-`. @throws The file system's error. */
export async function openSource(path: string, { terminal }: Session): Promise<ByteSource> {
  if (path === STANDARD) return { name: 'standard input', size: undefined, open: () => terminal.stdin };
  const stats = await stat(path);
  if (stats.isDirectory()) throw systemError('EISDIR', path);
  const size = stats.isFile() && stats.size > 0 ? stats.size : undefined;
  return { name: path, size, open: () => createReadStream(path, CHUNK) };
}

/** Where the bytes of a transfer go. */
export type Destination = SinkOptions & { readonly target: string };

/** Bytes read and written. */
export type TransferResult = { readonly bytesRead: number; readonly bytesWritten: number };

/**
 * Sends an input through a stage to an output, which is kept only if all of it succeeds.
 *
 * @param makeStage - Called once the output is open, so that no key is asked for in vain.
 * @throws `PartialOutputError` when a part had been put out; else whatever failed.
 */
export async function transfer<Stage extends Duplex>(
  source: ByteSource,
  makeStage: () => Stage,
  destination: Destination,
  session: Session,
): Promise<TransferResult & { readonly stage: Stage }> {
  return throughSink(destination, session, async (sink) => {
    const stage = makeStage();
    const stream = source.open();
    const bytesRead = countBytes(stream, session.reporter.progress(source.name, source.size));
    const bytesWritten = countBytes(stage);
    await pipeline([stream, stage, sink.stream], { signal: session.signal });
    return { bytesRead: bytesRead(), bytesWritten: bytesWritten(), stage };
  });
}

/** Opens the output, and keeps it or gives it up by how the work ends. */
export async function throughSink<Result>(
  { target, ...options }: Destination,
  session: Session,
  work: (sink: ByteSink) => Promise<Result>,
): Promise<Result> {
  const sink = await openSink(target, session.terminal, options);
  try {
    const result = await work(sink);
    session.signal.throwIfAborted();
    await sink.commit();
    return result;
  } catch (error) {
    throw await sink.abandon(session.signal.aborted ? session.signal.reason : error);
  }
}

/**
 * Counts the bytes that a stream gives to the stream it is about to be piped to. Costs nothing, as a stage in between would.
 *
 * To be called in the same turn as the piping: the listener alone would set the stream flowing.
 *
 * @returns What tells the count so far.
 */
export function countBytes(stream: Readable, onBytes: (total: number) => void = () => {}): () => number {
  let total = 0;
  stream.on('data', (chunk: Uint8Array) => {
    total += chunk.length;
    onBytes(total);
  });
  return () => total;
}
