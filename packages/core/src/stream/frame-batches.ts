import type { BodyLayout } from './body-layout.ts';

/** What one batch aims at, in bytes of plaintext: enough to make reading, AES and writing cheap per call. */
const BATCH_LENGTH = 1_048_576;

/** Most frames of one batch, which is worked off in one go: about 10 ms of very short ones. */
const MAX_FRAMES = 1024;

/** The frames of a message in groups that are read, sealed or opened, and written together. */
export class FrameBatches {
  readonly layout: BodyLayout;
  readonly framesPerBatch: number;
  /** How many batches there are: at least one. */
  readonly count: number;

  constructor(layout: BodyLayout) {
    this.layout = layout;
    this.framesPerBatch = Math.min(MAX_FRAMES, Math.max(1, Math.floor(BATCH_LENGTH / layout.frameLength)));
    this.count = Math.ceil((layout.finalIndex + 1) / this.framesPerBatch);
  }

  /** Index of the batch's first frame. */
  firstFrame(batch: number): number {
    return batch * this.framesPerBatch;
  }

  /** Index of the batch's last frame. */
  lastFrame(batch: number): number {
    return Math.min(this.firstFrame(batch + 1) - 1, this.layout.finalIndex);
  }

  /** Where the batch's plaintext starts; for `count`, where all of it ends. */
  plaintextStart(batch: number): number {
    return Math.min(this.firstFrame(batch) * this.layout.frameLength, this.layout.plaintextLength);
  }

  /** Where the batch's frames start in the message; for `count`, where the last one ends. */
  messageStart(batch: number): number {
    return batch < this.count ? this.layout.frameStart(this.firstFrame(batch)) : this.layout.bodyEnd;
  }

  /** Bytes of plaintext in the batch. */
  plaintextLength(batch: number): number {
    return this.plaintextStart(batch + 1) - this.plaintextStart(batch);
  }

  /** Bytes of message in the batch. */
  messageLength(batch: number): number {
    return this.messageStart(batch + 1) - this.messageStart(batch);
  }

  /** Most bytes of plaintext in a batch. */
  get maxPlaintextLength(): number {
    return Math.min(this.layout.plaintextLength, this.framesPerBatch * this.layout.frameLength);
  }

  /** Most bytes of message in a batch. */
  get maxMessageLength(): number {
    return Math.max(this.messageLength(0), this.messageLength(this.count - 1));
  }
}
