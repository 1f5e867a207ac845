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

/** An input that is being read. */
export type ByteSource = {
  readonly name: string;
  readonly stream: Readable;
  /** Bytes; undefined for standard input, pipes and devices. */
  readonly size: number | undefined;
};

/** @param path - A path, or `-`. @throws The file system's error. */
export async function openSource(path: string, { terminal }: Session): Promise<ByteSource> {
  if (path === STANDARD) return { name: 'standard input', stream: terminal.stdin, size: undefined };
  const stats = await stat(path);
  if (stats.isDirectory()) throw systemError('EISDIR', path);
  return { name: path, stream: createReadStream(path, CHUNK), size: stats.isFile() ? stats.size : undefined };
}

/** Where the bytes of a transfer go. */
export type Destination = SinkOptions & { readonly target: string };

/** Bytes read and written. */
export type TransferResult = { readonly bytesRead: number; readonly bytesWritten: number };

/**
 * Sends an input through a stage to an output, which is kept only if all of it succeeds.
 *
 * @throws `PartialOutputError` when a part had been put out; else whatever failed.
 */
export async function transfer(
  source: ByteSource,
  stage: Duplex,
  destination: Destination,
  session: Session,
): Promise<TransferResult> {
  return throughSink(destination, session, async (sink) => {
    const bytesRead = countBytes(source.stream, session.reporter.progress(source.name, source.size));
    const bytesWritten = countBytes(stage);
    await pipeline([source.stream, stage, sink.stream], { signal: session.signal });
    return { bytesRead: bytesRead(), bytesWritten: bytesWritten() };
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
