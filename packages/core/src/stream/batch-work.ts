// What is done with one batch of frames that lies in memory, in whichever thread.

import type { FrameBatches } from './frame-batches.ts';
import type { FrameOpener } from './frame-opener.ts';
import type { FrameSealer } from './frame-sealer.ts';

/**
 * Seals a batch.
 *
 * @param plaintext - Starts with the batch's plaintext.
 * @param target - Receives its frames from the start on.
 */
export function sealBatch(
  frames: FrameSealer,
  batches: FrameBatches,
  batch: number,
  plaintext: Uint8Array,
  target: Uint8Array,
): void {
  const { layout } = batches;
  const first = batches.firstFrame(batch);
  frames.skipTo(first);
  for (let index = first; index <= batches.lastFrame(batch); index++) {
    const start = (index - first) * layout.frameLength;
    const length = layout.contentLength(index);
    const offset = layout.frameStart(index) - layout.frameStart(first);
    frames.sealInto(index === layout.finalIndex, [plaintext.subarray(start, start + length)], length, target, offset);
  }
}

/**
 * Opens a batch.
 *
 * @param sealed - Starts with the batch's frames.
 * @param target - Receives its plaintext from the start on.
 * @throws DecryptionFailedError
 */
export function openBatch(
  frames: FrameOpener,
  batches: FrameBatches,
  batch: number,
  sealed: Uint8Array,
  target: Uint8Array,
): void {
  const { layout } = batches;
  const first = batches.firstFrame(batch);
  for (let index = first; index <= batches.lastFrame(batch); index++) {
    const offset = layout.frameStart(index) - layout.frameStart(first);
    frames.openInto(index, sealed, offset, target, (index - first) * layout.frameLength);
  }
}
