// The two kinds of streams behind one face, so that every test runs on both.

import { Readable, type Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  type DecryptOptions,
  decryptWebStream,
  type EncryptionContext,
  type EncryptStreamOptions,
  encryptWebStream,
  type Keyring,
  type MaterialsManager,
  type MessageHeader,
} from '../../src/index.ts';
import { decryptStream, encryptStream } from '../../src/node/index.ts';

export type Keys = Keyring | MaterialsManager;
export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** One stream under test, whatever its kind. */
export type StreamUnderTest = {
  readonly header: Promise<MessageHeader>;
  readonly encryptionContext?: Promise<EncryptionContext>;
  /** Runs all of the source through the stream; `onOutput` may throw, to be a sink that fails. */
  run(source: Chunks, onOutput: (chunk: Uint8Array) => void | Promise<void>): Promise<void>;
  /** Gives the stream up from outside. */
  destroy(error?: Error): void;
};

export type StreamKind = {
  readonly name: string;
  encrypt(keys: Keys, options?: EncryptStreamOptions): StreamUnderTest;
  decrypt(keys: Keys, options?: DecryptOptions): StreamUnderTest;
};

function nodeStream(
  stream: Transform & { header: Promise<MessageHeader>; encryptionContext?: Promise<EncryptionContext> },
) {
  return {
    header: stream.header,
    ...(stream.encryptionContext === undefined ? {} : { encryptionContext: stream.encryptionContext }),
    async run(source: Chunks, onOutput: (chunk: Uint8Array) => void | Promise<void>) {
      const sink = new Writable({
        write(chunk: Uint8Array, _encoding, callback) {
          (async () => onOutput(chunk))().then(() => callback(), callback);
        },
      });
      await pipeline(Readable.from(source, { objectMode: false }), stream, sink);
    },
    destroy: (error?: Error) => void stream.destroy(error),
  };
}

function webStream(
  stream: TransformStream<Uint8Array, Uint8Array> & {
    header: Promise<MessageHeader>;
    encryptionContext?: Promise<EncryptionContext>;
  },
) {
  const abort = new AbortController();
  return {
    header: stream.header,
    ...(stream.encryptionContext === undefined ? {} : { encryptionContext: stream.encryptionContext }),
    async run(source: Chunks, onOutput: (chunk: Uint8Array) => void | Promise<void>) {
      const readable = iterableToWeb(source).pipeThrough(stream);
      await readable.pipeTo(new WritableStream({ write: onOutput }), { signal: abort.signal });
    },
    destroy: (error?: Error) => abort.abort(error),
  };
}

/** `ReadableStream.from`, which TypeScript's DOM library lacks. */
export function iterableToWeb(source: Chunks): ReadableStream<Uint8Array> {
  return (ReadableStream as unknown as { from(source: Chunks): ReadableStream<Uint8Array> }).from(source);
}

export const streamKinds: readonly StreamKind[] = [
  {
    name: 'node',
    encrypt: (keys, options) => nodeStream(encryptStream(keys, options)),
    decrypt: (keys, options) => nodeStream(decryptStream(keys, options)),
  },
  {
    name: 'web',
    encrypt: (keys, options) => webStream(encryptWebStream(keys, options)),
    decrypt: (keys, options) => webStream(decryptWebStream(keys, options)),
  },
];

/** Runs bytes through a stream and gives what came out; with `error` when it failed. */
export async function collect(
  stream: StreamUnderTest,
  source: Chunks,
): Promise<{ readonly output: Buffer; readonly error: unknown }> {
  const pieces: Uint8Array[] = [];
  const error = await stream
    .run(source, (chunk) => void pieces.push(Uint8Array.from(chunk)))
    .then(
      () => undefined,
      (reason: unknown) => reason,
    );
  return { output: Buffer.concat(pieces), error };
}

/** Cuts bytes into chunks. */
export function* chunksOf(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let position = 0; position < bytes.length; position += length) yield bytes.subarray(position, position + length);
}

/** A promise's end, or 'pending' after a while. */
export function outcome(promise: Promise<unknown>): Promise<'fulfilled' | 'rejected' | 'pending'> {
  return Promise.race([
    promise.then(
      () => 'fulfilled' as const,
      () => 'rejected' as const,
    ),
    new Promise<'pending'>((resolve) => setTimeout(resolve, 2000, 'pending').unref()),
  ]);
}
