import { Transform, type TransformCallback } from 'node:stream';
import { toBytes } from '../bytes.ts';
import type { MessageMachine, OnFailure } from '../stream/message-machine.ts';

/** Most bytes of one chunk that are worked off before the reader is asked whether it wants more. */
const SLICE_LENGTH = 1_048_576;

/**
 * A node:stream Transform around one message.
 *
 * Chunks of any size respect backpressure, since a long one is worked off in slices. A failure destroys the stream with that
 * error; one that comes before anybody listens (while the keys are being fetched) waits for the first use of the stream,
 * so that `await stream.header` alone can't end the process.
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
  });
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
        transformInSlices(this, machine, toBytes(chunk, machine.inputName), onRoom, callback);
      } catch (error) {
        callback(toError(error));
      }
    },
    flush(this: Transform, callback: TransformCallback): void {
      const output: Uint8Array[] = [];
      machine.finish(output).then(
        () => {
          putAll(this, output);
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
  onRoom: (next: (() => void) | undefined) => void,
  callback: TransformCallback,
): void {
  let position = 0;
  const advance = (): void => {
    onRoom(undefined);
    const output: Uint8Array[] = [];
    const proceed = (): void => {
      const hasRoom = putAll(stream, output);
      if (position >= bytes.length) callback();
      else if (hasRoom) advance();
      else onRoom(advance);
    };
    const fail = (error: unknown): void => {
      putAll(stream, output);
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

function putAll(stream: Transform, output: readonly Uint8Array[]): boolean {
  let hasRoom = true;
  for (const piece of output) hasRoom = stream.push(piece);
  return hasRoom;
}

/** Streams want an Error; an abort's reason can be anything. */
function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('the operation was aborted', { cause: reason });
}
