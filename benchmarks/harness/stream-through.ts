import { type Duplex, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** @returns Pipes bytes through a stream and tells the length of the plaintext, which both directions are measured by. */
export function createThrough(plaintextLength: number, chunkLength: number) {
  return async (bytes: Uint8Array, stream: Duplex): Promise<number> => {
    await streamThrough(bytes, chunkLength, stream);
    return plaintextLength;
  };
}

/** Pipes bytes through a stream in chunks, into a sink that drops them. @returns The bytes that came out. */
export async function streamThrough(input: Uint8Array, chunkLength: number, ...streams: Duplex[]): Promise<number> {
  let position = 0;
  let length = 0;
  const source = new Readable({
    highWaterMark: chunkLength,
    read() {
      this.push(position < input.length ? input.subarray(position, position + chunkLength) : null);
      position += chunkLength;
    },
  });
  const sink = new Writable({
    highWaterMark: chunkLength,
    write(chunk: Uint8Array, _encoding, callback) {
      length += chunk.length;
      callback();
    },
    writev(chunks, callback) {
      for (const { chunk } of chunks) length += chunk.length;
      callback();
    },
  });
  await pipeline([source, ...streams, sink]);
  return length;
}
