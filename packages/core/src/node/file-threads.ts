// The side of a file operation that lends its batches to threads and waits.

import { KeyObject } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Aead } from '../crypto/crypto-engine.ts';
import type { FrameBatches } from '../stream/frame-batches.ts';
import { listenForAbort } from '../stream/listen-for-abort.ts';
import { decodeThreadFailure } from './thread-failure.ts';
import { LEAST_LENGTH_FOR_THREADS, Thread } from './thread-pool.ts';
import { CursorSlot, type FileTask } from './thread-task.ts';

/** One file operation for several threads. */
export type FileThreadsWork = {
  readonly kind: 'seal' | 'open';
  readonly aead: Aead;
  readonly messageId: Uint8Array;
  readonly batches: FrameBatches;
  readonly source: FileHandle;
  readonly target: FileHandle;
  /** Gets the bytes of the source that were worked off, batch by batch. */
  readonly onBatch: (bytes: number) => void;
  readonly signal: AbortSignal | undefined;
};

/**
 * Decides how many threads work on the frames of a file.
 *
 * @param aead - Only keys of node:crypto can be handed to a thread.
 * @param parallelism - The most that the caller wants.
 * @returns 1 where threads don't pay.
 */
export function countFileThreads(aead: Aead, batches: FrameBatches, parallelism: number): number {
  if (keyOf(aead) === undefined || batches.layout.plaintextLength < LEAST_LENGTH_FOR_THREADS) return 1;
  return Math.min(parallelism, batches.count);
}

/**
 * Seals or opens all batches in `count` threads. Settles only when no thread uses the files any more; a lost thread, like any
 * other failure, fails all of it.
 */
export async function runInFileThreads(work: FileThreadsWork, count: number): Promise<void> {
  const key = keyOf(work.aead);
  if (key === undefined) throw new TypeError('only keys of node:crypto can be handed to a thread');
  const cursor = new SharedArrayBuffer(8);
  const { batches } = work;
  const { headerLength, frameLength, finalIndex, finalLength } = batches.layout;
  const task: FileTask = {
    kind: work.kind,
    source: work.source.fd,
    target: work.target.fd,
    key,
    messageId: work.messageId,
    layout: { headerLength, frameLength, finalIndex, finalLength },
    cursor,
  };
  let failure: unknown;
  let worked = 0;
  const fail = (error: unknown): void => {
    failure ??= error;
    Atomics.store(new Int32Array(cursor), CursorSlot.stop, 1);
  };
  const onBatch = (bytes: number): void => {
    worked += 1;
    try {
      if (failure === undefined) work.onBatch(bytes);
    } catch (error) {
      fail(error);
    }
  };
  const stopListening = listenForAbort(work.signal, fail);
  await Promise.all(Array.from({ length: count }, () => runOne(task, onBatch, fail)));
  stopListening();
  if (failure !== undefined) throw failure;
  if (worked !== batches.count) throw new Error('a worker thread left frames undone');
}

/** The key of an Aead of the Node engine; other engines keep bytes, and those never leave this thread. */
function keyOf(aead: Aead): KeyObject | undefined {
  const { key } = aead as { readonly key?: unknown };
  return key instanceof KeyObject ? key : undefined;
}

/** Never rejects, or nobody would wait for the other threads: they would go on writing to files that are closed by then. */
function runOne(task: FileTask, onBatch: (bytes: number) => void, fail: (error: unknown) => void): Promise<void> {
  const thread = borrowThread(fail);
  if (thread === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    thread.awaited(true);
    thread.run(task, (answer) => {
      if (answer.kind === 'batch') onBatch(answer.bytes);
      if (answer.kind === 'failed') fail(decodeThreadFailure(answer.failure));
      if (answer.kind === 'done' || answer.kind === 'failed') resolve();
    });
  });
}

/** @returns undefined when the system allows no more threads, which fails the operation. */
function borrowThread(fail: (error: unknown) => void): Thread | undefined {
  try {
    return Thread.borrow();
  } catch (error) {
    fail(error);
    return undefined;
  }
}
