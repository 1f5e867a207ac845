// A pair of web streams around one message. Not a native TransformStream: on Node 20 that one tells nobody when its
// reader cancels, and an abort waits for a write that waits for a reader.

import { toBytes } from '../bytes.ts';
import { type Deferred, deferred } from './deferred.ts';
import type { MessageMachine, OnFailure } from './message-machine.ts';

/** Most bytes of one chunk that are worked off before the reader is asked whether it wants more. */
const SLICE_LENGTH = 1_048_576;

/**
 * Makes the two ends of a web transform.
 *
 * Works only while a reader waits, so that nothing piles up; chunks longer than 1 MiB are worked off in slices. Abort,
 * cancel and any failure end the machine at once and fail both ends.
 *
 * @param create - Makes the machine, given what it calls when it fails by itself.
 */
export function createWebTransform<Machine extends MessageMachine>(
  create: (onFailure: OnFailure) => Machine,
): { readonly stream: TransformStream<Uint8Array, Uint8Array>; readonly machine: Machine } {
  const readableEnd = new ReadableEnd();
  let fail: OnFailure = () => {};
  const machine = create((error) => fail(error));
  const readable = readableEnd.open((reason) => fail(reason));
  const writable = new WritableStream<Uint8Array>(
    {
      start(controller): void {
        const end = (error: unknown): void => {
          machine.close(error);
          readableEnd.fail(error);
        };
        fail = (error) => {
          end(error);
          controller.error(error);
        };
        // An abort waits for the write under way, and that one for a reader: so end it at once. Node 20 fails an
        // assertion when the controller is put in error from here; the abort does that anyway.
        controller.signal.addEventListener('abort', () => end(controller.signal.reason), { once: true });
      },
      write: (chunk) => guarded(() => write(machine, readableEnd, chunk), fail),
      close: () => guarded(() => finish(machine, readableEnd), fail),
      abort: (reason) => fail(reason),
    },
    { highWaterMark: 1 },
  );
  return { stream: { readable, writable }, machine };
}

async function guarded(work: () => Promise<void>, fail: OnFailure): Promise<void> {
  try {
    await work();
  } catch (error) {
    fail(error);
    throw error;
  }
}

async function write(machine: MessageMachine, readableEnd: ReadableEnd, chunk: unknown): Promise<void> {
  const bytes = toBytes(chunk, machine.inputName);
  for (let position = 0; position === 0 || position < bytes.length; position += SLICE_LENGTH) {
    if (!readableEnd.isWanted) await readableEnd.wanted();
    const output: Uint8Array[] = [];
    const pending = machine.push(bytes.subarray(position, position + SLICE_LENGTH), output);
    if (pending !== undefined) await pending;
    readableEnd.put(output);
  }
}

async function finish(machine: MessageMachine, readableEnd: ReadableEnd): Promise<void> {
  const output: Uint8Array[] = [];
  await machine.finish(output);
  readableEnd.put(output);
  readableEnd.close(() => machine.close());
}

/** The end that gives bytes, and whether somebody waits there. */
class ReadableEnd {
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #isWanted = false;
  #demand: Deferred<void> = deferred();
  #onDrained: (() => void) | undefined;
  #ended = false;

  open(onCancel: OnFailure): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          this.#isWanted = true;
          this.#demand.resolve();
          this.#onDrained?.();
        },
        cancel: (reason) => {
          this.#end(reason);
          onCancel(reason);
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** Whether a reader waits for bytes. */
  get isWanted(): boolean {
    return this.#isWanted;
  }

  /** Settles when a reader waits; rejects when there never will be one. */
  wanted(): Promise<void> {
    return this.#demand.promise;
  }

  put(output: readonly Uint8Array[]): void {
    if (this.#ended || output.length === 0) return;
    this.#isWanted = false;
    this.#demand = deferred();
    for (const piece of output) this.#controller?.enqueue(ownMemory(piece));
  }

  /** Ends it as soon as everything was read; until then it can still fail. */
  close(onDrained: () => void): void {
    if (this.#ended) return;
    this.#onDrained = () => {
      this.#ended = true;
      this.#controller?.close();
      onDrained();
    };
    if (this.#isWanted) this.#onDrained();
  }

  fail(error: unknown): void {
    if (this.#ended) return;
    this.#end(error);
    this.#controller?.error(error);
  }

  #end(reason: unknown): void {
    this.#ended = true;
    this.#demand.reject(reason);
  }
}

/** A piece that shares memory with others could not be transferred, which readers of bytes do and threads ask for. */
function ownMemory(piece: Uint8Array): Uint8Array {
  return piece.length === piece.buffer.byteLength ? piece : piece.slice();
}
