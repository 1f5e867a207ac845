import type { Duplex } from 'node:stream';

/** What the consumer of a stream saw. */
export type StreamOutcome = {
  /** Every byte that came out, also before an error. */
  readonly seen: Uint8Array;
  /** Undefined when the stream ended. */
  readonly error: unknown;
};

/**
 * Writes bytes into a stream in chunks, and collects what comes out until it ends or fails.
 *
 * @param chunkLength - Bytes of each chunk, or a list of lengths that is gone through again and again.
 */
export async function collectStream(
  stream: Duplex,
  bytes: Uint8Array,
  chunkLength: number | readonly number[],
): Promise<StreamOutcome> {
  const seen: Uint8Array[] = [];
  const finished = new Promise<unknown>((resolve) => {
    stream.on('data', (chunk: Uint8Array) => seen.push(chunk));
    stream.on('end', () => resolve(undefined));
    stream.on('error', resolve);
    stream.on('close', () => resolve(new Error('the stream was closed without end or error')));
  });
  await writeChunks(stream, bytes, chunkLength);
  const error = await finished;
  return { seen: new Uint8Array(Buffer.concat(seen)), error };
}

async function writeChunks(stream: Duplex, bytes: Uint8Array, chunkLength: number | readonly number[]): Promise<void> {
  for (const chunk of chunksOf(bytes, chunkLength)) {
    if (stream.destroyed) return;
    if (!stream.write(chunk)) await drained(stream);
  }
  if (!stream.destroyed) stream.end();
}

/** Cuts bytes into views. */
export function* chunksOf(bytes: Uint8Array, chunkLength: number | readonly number[]): Generator<Uint8Array> {
  const lengths = typeof chunkLength === 'number' ? [chunkLength] : chunkLength;
  let start = 0;
  for (let index = 0; start < bytes.length; index++) {
    const end = start + (lengths[index % lengths.length] ?? 1);
    yield bytes.subarray(start, end);
    start = end;
  }
}

function drained(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.once('drain', done);
    stream.once('close', done);
  });
}
