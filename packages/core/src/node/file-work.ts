// The frames of a file in this thread: read, sealed or opened, written, one batch beside the other.

import type { FileHandle } from 'node:fs/promises';
import { wipe } from '../bytes.ts';
import { openBatch, sealBatch } from '../stream/batch-work.ts';
import type { FrameBatches } from '../stream/frame-batches.ts';
import type { FrameOpener } from '../stream/frame-opener.ts';
import type { FrameSealer } from '../stream/frame-sealer.ts';
import type { SignatureSink } from '../stream/signature-sink.ts';
import { readUpTo, writeAll } from './file-source.ts';
import { sourceChanged } from './regular-file.ts';
import { type BatchWork, runBatches } from './run-batches.ts';

/** What both directions work with. */
export type FileWork = {
  readonly batches: FrameBatches;
  readonly source: FileHandle;
  readonly target: FileHandle;
  /** Takes the sealed bytes in order. */
  readonly sink: SignatureSink | undefined;
  /** Gets the bytes of the source that were worked off, batch by batch. */
  readonly onBatch: (bytes: number) => void;
  readonly signal: AbortSignal | undefined;
};

/** Seals all batches. */
export async function sealFileHere(frames: FrameSealer, work: FileWork): Promise<void> {
  const { batches, source, target, sink, onBatch } = work;
  const plaintext = twoBuffers(batches.maxPlaintextLength);
  const sealed = twoBuffers(batches.maxMessageLength);
  const read = (batch: number, slot: 0 | 1): Promise<void> =>
    readExactly(source, plaintext[slot].subarray(0, batches.plaintextLength(batch)), batches.plaintextStart(batch));
  const process = (batch: number, slot: 0 | 1): Promise<void> | undefined => {
    sealBatch(frames, batches, batch, plaintext[slot], sealed[slot]);
    sink?.update(sealed[slot].subarray(0, batches.messageLength(batch)));
    return sink?.ready();
  };
  const write = async (batch: number, slot: 0 | 1): Promise<void> => {
    await writeAll(target, sealed[slot].subarray(0, batches.messageLength(batch)), batches.messageStart(batch));
    onBatch(batches.plaintextLength(batch));
  };
  await runAndWipe({ count: batches.count, read, process, write }, work.signal, plaintext);
}

/** Opens all batches. @throws DecryptionFailedError */
export async function openFileHere(frames: FrameOpener, work: FileWork): Promise<void> {
  const { batches, source, target, sink, onBatch } = work;
  const sealed = twoBuffers(batches.maxMessageLength);
  const plaintext = twoBuffers(batches.maxPlaintextLength);
  const read = (batch: number, slot: 0 | 1): Promise<void> =>
    readExactly(source, sealed[slot].subarray(0, batches.messageLength(batch)), batches.messageStart(batch));
  const process = (batch: number, slot: 0 | 1): Promise<void> | undefined => {
    openBatch(frames, batches, batch, sealed[slot], plaintext[slot]);
    sink?.update(sealed[slot].subarray(0, batches.messageLength(batch)));
    return sink?.ready();
  };
  const write = async (batch: number, slot: 0 | 1): Promise<void> => {
    await writeAll(target, plaintext[slot].subarray(0, batches.plaintextLength(batch)), batches.plaintextStart(batch));
    onBatch(batches.messageLength(batch));
  };
  await runAndWipe({ count: batches.count, read, process, write }, work.signal, plaintext);
}

async function runAndWipe(
  work: BatchWork,
  signal: AbortSignal | undefined,
  plaintext: readonly Uint8Array[],
): Promise<void> {
  try {
    await runBatches(work, signal);
  } finally {
    for (const buffer of plaintext) wipe(buffer);
  }
}

function twoBuffers(length: number): readonly [Uint8Array, Uint8Array] {
  return [new Uint8Array(length), new Uint8Array(length)];
}

async function readExactly(file: FileHandle, target: Uint8Array, position: number): Promise<void> {
  if ((await readUpTo(file, target, position)) === target.length) return;
  throw sourceChanged('the source became shorter while it was read');
}
