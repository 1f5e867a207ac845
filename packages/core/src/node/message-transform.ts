import { Transform, type TransformCallback } from 'node:stream';
import { markAsUntransferable } from 'node:worker_threads';
import { toBytes } from '../bytes.ts';
import type { MessageMachine, OnFailure } from '../stream/message-machine.ts';

/** Most bytes of one chunk that are worked off before the reader is asked whether it wants more. */
const SLICE_LENGTH = 1_048_576;

/**
 * A node:stream Transform around one message.
 *
 * Chunks of any size respect backpressure, since a long one is worked off in slices. A failure destroys the stream with that
 * error; one that comes before anybody listens (while the keys are being fetched) waits for the first use of the stream or the
 * first listener, so that `await stream.header` alone can't end the process.
 *
 * @param create - Makes the machine, given what it calls when it fails by itself.
 */
export function createMessageTransform<Machine extends MessageMachine>(
  create: (onFailure: OnFailure) => Machine,
): { readonly stream: Transform; readonly machine: Machine } {
  let failure: Error | undefined;
  let resume: (() => void) | undefined;
  const machine = create((error) => {
    failure = toError(error);
    if (stream.listenerCount('error') > 0) stream.destroy(failure);
    else destroyOnceHeard(stream, failure);
  });
  const put = createOutlet();
  const stream: Transform = new Transform({
    decodeStrings: false,
    read(this: Transform, size: number): void {
      if (failure !== undefined) this.destroy(failure);
      else if (resume !== undefined) resume();
      else Transform.prototype._read.call(this, size);
    },
    transform(this: Transform, chunk: unknown, _encoding: string, callback: TransformCallback): void {
      const onRoom = (next: (() => void) | undefined): void => {
        resume = next;
      };
      try {
        transformInSlices(this, machine, toBytes(chunk, machine.inputName), { put, onRoom }, callback);
      } catch (error) {
        callback(toError(error));
      }
    },
    flush(this: Transform, callback: TransformCallback): void {
      const output: Uint8Array[] = [];
      machine.finish(output).then(
        () => {
          put(this, output);
          callback();
        },
        (error) => callback(toError(error)),
      );
    },
    destroy(error: Error | null, callback: (error: Error | null) => void): void {
      machine.close(error ?? undefined);
      callback(error);
    },
  });
  return { stream, machine };
}

function transformInSlices(
  stream: Transform,
  machine: MessageMachine,
  bytes: Uint8Array,
  { put, onRoom }: { readonly put: Outlet; readonly onRoom: (next: (() => void) | undefined) => void },
  callback: TransformCallback,
): void {
  let position = 0;
  const advance = (): void => {
    onRoom(undefined);
    const output: Uint8Array[] = [];
    const proceed = (): void => {
      const hasRoom = put(stream, output);
      if (position >= bytes.length) callback();
      else if (hasRoom) advance();
      else onRoom(advance);
    };
    const fail = (error: unknown): void => {
      put(stream, output);
      callback(toError(error));
    };
    const slice = bytes.length <= SLICE_LENGTH ? bytes : bytes.subarray(position, position + SLICE_LENGTH);
    position += SLICE_LENGTH;
    try {
      const pending = machine.push(slice, output);
      if (pending !== undefined) {
        pending.then(proceed, fail);
        return;
      }
    } catch (error) {
      fail(error);
      return;
    }
    proceed();
  };
  advance();
}

/** Fails a stream once somebody listens for errors: what waits for bytes reads on only when there are some. */
function destroyOnceHeard(stream: Transform, failure: Error): void {
  const onListener = (event: string | symbol): void => {
    if (event !== 'error') return;
    stream.off('newListener', onListener);
    process.nextTick(() => stream.destroy(failure));
  };
  stream.on('newListener', onListener);
}

/** Puts pieces out. @returns Whether the reader wants more. */
type Outlet = (stream: Transform, output: readonly Uint8Array[]) => boolean;

/**
 * Small pieces share memory, as those of Node's own buffer pool do, and like these it must not be transferred to a thread with
 * one of them.
 */
function createOutlet(): Outlet {
  let marked: ArrayBufferLike | undefined;
  return (stream, output) => {
    let hasRoom = true;
    for (const piece of output) {
      const { buffer } = piece;
      if (buffer !== marked && piece.length < buffer.byteLength) {
        markAsUntransferable(buffer);
        marked = buffer;
      }
      hasRoom = stream.push(piece);
    }
    return hasRoom;
  };
}

/** Streams want an Error; an abort's reason can be anything. */
function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('the operation was aborted', { cause: reason });
}
