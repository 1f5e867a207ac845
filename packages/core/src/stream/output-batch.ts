import type { Aead } from '../crypto/crypto-engine.ts';

/** Up to this length, copying a frame costs less than a chunk of its own on the way through a stream. */
const SHORT_FRAME_LENGTH = 16_384;

/** @returns A batch where it pays: for short frames, and results that are freed once copied. */
export function createOutputBatch(frameLength: number, aead: Aead): OutputBatch | undefined {
  return frameLength <= SHORT_FRAME_LENGTH && aead.releasesBuffers ? new OutputBatch() : undefined;
}

/** A buffer that takes the output of several frames, and goes out as one chunk. */
export class OutputBatch {
  #buffer = new Uint8Array(0);
  #length = 0;

  /**
   * Makes room for the next frame.
   *
   * @param length - Its length.
   * @param expected - How much is likely to come, this frame included, when a new buffer is needed.
   * @param output - Receives what the full buffer holds.
   * @returns The buffer; the frame goes to `length` before `advance` is called.
   */
  reserve(length: number, expected: number, output: Uint8Array[]): Uint8Array {
    if (this.#length + length > this.#buffer.length) {
      this.flush(output);
      this.#buffer = new Uint8Array(Math.max(length, expected));
    }
    return this.#buffer;
  }

  /** Bytes in the buffer. */
  get length(): number {
    return this.#length;
  }

  /** Says that a frame was written. */
  advance(length: number): void {
    this.#length += length;
  }

  /** Puts the buffer out and forgets it. */
  flush(output: Uint8Array[]): void {
    if (this.#length > 0) output.push(this.#buffer.subarray(0, this.#length));
    this.#buffer = new Uint8Array(0);
    this.#length = 0;
  }
}
