// What a thread does for a file: takes batches until none is left; reads, seals or opens, and writes each in its own
// buffers, so that no data crosses a thread.

import { readSync, writeSync } from 'node:fs';
import { wipe } from '../bytes.ts';
import { NodeAead } from '../crypto/node-aead.ts';
import { openBatch, sealBatch } from '../stream/batch-work.ts';
import { BodyLayout } from '../stream/body-layout.ts';
import { FrameBatches } from '../stream/frame-batches.ts';
import { FrameOpener } from '../stream/frame-opener.ts';
import { FrameSealer } from '../stream/frame-sealer.ts';
import { sourceChanged } from './regular-file.ts';
import { CursorSlot, type FileTask, type ThreadAnswer } from './thread-task.ts';

/** Works until all batches are taken, or the cursor says stop. */
export function runFileTask(task: FileTask, answer: (answer: ThreadAnswer) => void): void {
  const cursor = new Int32Array(task.cursor);
  const { headerLength, frameLength, finalIndex, finalLength } = task.layout;
  const layout = new BodyLayout(headerLength, frameLength, finalIndex, finalLength);
  const batches = new FrameBatches(layout);
  const plaintext = new Uint8Array(batches.maxPlaintextLength);
  const sealed = new Uint8Array(batches.maxMessageLength);
  const buffers = { plaintext, sealed };
  const work =
    task.kind === 'seal' ? createSealing(task, batches, buffers) : createOpening(task, layout, batches, buffers);
  try {
    while (Atomics.load(cursor, CursorSlot.stop) === 0) {
      const batch = Atomics.add(cursor, CursorSlot.nextBatch, 1);
      if (batch >= batches.count) return;
      answer({ kind: 'batch', bytes: work(batch) });
    }
  } finally {
    wipe(plaintext);
  }
}

/** One batch as plaintext and as it stands in the message; used for batch after batch. */
type Buffers = { readonly plaintext: Uint8Array; readonly sealed: Uint8Array };

/** @returns Works one batch off and tells how many bytes of the source it had. */
function createSealing(
  { key, messageId, source, target }: FileTask,
  batches: FrameBatches,
  { plaintext, sealed }: Buffers,
): (batch: number) => number {
  const frames = new FrameSealer(new NodeAead(key), messageId);
  return (batch) => {
    const length = batches.plaintextLength(batch);
    readExactlySync(source, plaintext.subarray(0, length), batches.plaintextStart(batch));
    sealBatch(frames, batches, batch, plaintext, sealed);
    writeAllSync(target, sealed.subarray(0, batches.messageLength(batch)), batches.messageStart(batch));
    return length;
  };
}

function createOpening(
  { key, messageId, source, target }: FileTask,
  layout: BodyLayout,
  batches: FrameBatches,
  { plaintext, sealed }: Buffers,
): (batch: number) => number {
  const frames = new FrameOpener(new NodeAead(key), messageId, layout);
  return (batch) => {
    const length = batches.messageLength(batch);
    readExactlySync(source, sealed.subarray(0, length), batches.messageStart(batch));
    openBatch(frames, batches, batch, sealed, plaintext);
    writeAllSync(target, plaintext.subarray(0, batches.plaintextLength(batch)), batches.plaintextStart(batch));
    return length;
  };
}

function readExactlySync(file: number, target: Uint8Array, position: number): void {
  let length = 0;
  while (length < target.length) {
    const count = readSync(file, target, length, target.length - length, position + length);
    if (count === 0) throw sourceChanged('the source became shorter while it was read');
    length += count;
  }
}

function writeAllSync(file: number, bytes: Uint8Array, position: number): void {
  let length = 0;
  while (length < bytes.length) {
    length += writeSync(file, bytes, length, bytes.length - length, position + length);
  }
}
