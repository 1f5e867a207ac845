// Plaintext in, message out: cuts it into frames, seals them, signs the whole. Synchronous but for the signature.

import { wipe } from '../bytes.ts';
import { LimitExceededError } from '../errors.ts';
import { encodeFooter } from '../format/footer.ts';
import { FINAL_FRAME_OVERHEAD, FRAME_OVERHEAD } from '../format/frame-layout.ts';
import type { MessageHeader } from '../format/message-header.ts';
import type { EncryptionMaterials, MaterialsLease } from '../materials/materials-manager.ts';
import type { FrameSealer } from './frame-sealer.ts';
import { createOutputBatch, type OutputBatch } from './output-batch.ts';
import type { SigningSink } from './signature-sink.ts';
import type { MessageParts } from './start-message.ts';

/**
 * Makes the body and footer of one message.
 *
 * Call `push` any number of times, then `finish` once; `close` in any case. Output pieces are fresh and belong to the
 * receiver. After an error only `close` may follow.
 */
export class MessageSealer {
  readonly header: MessageHeader;
  readonly headerBytes: readonly Uint8Array[];
  readonly #frameLength: number;
  readonly #frames: FrameSealer;
  readonly #batch: OutputBatch | undefined;
  readonly #signer: SigningSink | undefined;
  readonly #lease: MaterialsLease<EncryptionMaterials>;
  readonly #exactLength: number | undefined;
  readonly #maxLength: number;
  readonly #reserves: boolean;
  #plaintextLength = 0;
  /** Plaintext short of a frame. Copied: a caller may use its buffer again once a chunk was taken. */
  #held = new Uint8Array(0);
  #heldLength = 0;
  #isClosed = false;

  /** @param signer - Exactly when the suite signs; has taken the header, and is closed with the sealer. */
  constructor(parts: MessageParts, signer: SigningSink | undefined) {
    this.header = parts.header;
    this.headerBytes = parts.headerBytes;
    this.#frameLength = parts.header.frameLength;
    this.#frames = parts.frames;
    this.#batch = createOutputBatch(this.#frameLength, parts.aead);
    this.#signer = signer;
    this.#lease = parts.lease;
    this.#exactLength = parts.plaintextLength;
    this.#maxLength = parts.plaintextLength ?? parts.maxPlaintextLength ?? Number.POSITIVE_INFINITY;
    this.#reserves = this.#maxLength === Number.POSITIVE_INFINITY;
  }

  /**
   * Takes plaintext; puts out the frames that are full and not the last.
   *
   * @returns A promise when the output must wait for a signer in another thread.
   * @throws LimitExceededError beyond the announced length.
   */
  push(chunk: Uint8Array, output: Uint8Array[]): Promise<void> | undefined {
    this.#count(chunk);
    const firstPiece = output.length;
    const rest = this.#sealFullFrames(chunk, output);
    this.#flush(output);
    this.#hold(rest);
    this.#sign(output, firstPiece);
    return this.#signer?.ready();
  }

  /**
   * Ends the plaintext; puts out the rest of the message.
   *
   * @throws RangeError when less plaintext came than `plaintextLength` announced.
   */
  async finish(output: Uint8Array[]): Promise<void> {
    if (this.#exactLength !== undefined && this.#plaintextLength < this.#exactLength) {
      throw new RangeError(
        `the plaintext ended after ${this.#plaintextLength} bytes, plaintextLength is ${this.#exactLength}`,
      );
    }
    const firstPiece = output.length;
    this.#seal(true, [this.#heldBytes()], this.#heldLength, 0, output);
    this.#flush(output);
    this.#sign(output, firstPiece);
    if (this.#signer === undefined) return;
    const preferredLength = this.header.algorithmSuite.signature?.signatureLength ?? 0;
    output.push(encodeFooter(await this.#signer.sign(preferredLength)));
  }

  /** Wipes held plaintext and ends the lease of the keys. May be called again. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    wipe(this.#held);
    this.#signer?.close();
    this.#lease.release();
  }

  #count(chunk: Uint8Array): void {
    this.#plaintextLength += chunk.length;
    if (this.#plaintextLength > this.#maxLength) {
      const name = this.#exactLength === undefined ? 'maxPlaintextLength' : 'plaintextLength';
      throw new LimitExceededError(`the plaintext is longer than ${name}, ${this.#maxLength} bytes`, this.#maxLength);
    }
    if (this.#reserves) this.#lease.reserve(chunk.length);
  }

  /** @returns What is left of the chunk: with the held bytes at most a frame, and never less than the last frame needs. */
  #sealFullFrames(chunk: Uint8Array, output: Uint8Array[]): Uint8Array {
    const frameLength = this.#frameLength;
    let position = 0;
    let available = this.#heldLength + chunk.length;
    while (this.#isFullFrame(available)) {
      const end = position + frameLength - this.#heldLength;
      const part = chunk.subarray(position, end);
      const parts = this.#heldLength === 0 ? [part] : [this.#heldBytes(), part];
      this.#seal(false, parts, frameLength, available, output);
      this.#heldLength = 0;
      position = end;
      available -= frameLength;
    }
    return chunk.subarray(position);
  }

  /** @param available - Bytes of plaintext in hand, this frame's included: tells how many frames come at once. */
  #seal(isFinal: boolean, parts: readonly Uint8Array[], length: number, available: number, output: Uint8Array[]): void {
    if (this.#batch === undefined) {
      if (isFinal) this.#frames.sealFinal(parts, length, output);
      else this.#frames.seal(parts, length, output);
      return;
    }
    const sealedLength = length + (isFinal ? FINAL_FRAME_OVERHEAD : FRAME_OVERHEAD);
    const atOnce = this.#countFullFrames(available) * (this.#frameLength + FRAME_OVERHEAD);
    const target = this.#batch.reserve(sealedLength, atOnce, output);
    this.#frames.sealInto(isFinal, parts, length, target, this.#batch.length);
    this.#batch.advance(sealedLength);
  }

  #flush(output: Uint8Array[]): void {
    if (this.#batch === undefined) this.#frames.flush(output);
    else this.#batch.flush(output);
  }

  /** A frame may be sealed once it is known not to be the last. */
  #isFullFrame(available: number): boolean {
    return available > this.#frameLength || (available === this.#frameLength && this.#moreIsAnnounced());
  }

  #countFullFrames(available: number): number {
    return Math.floor((available - (this.#moreIsAnnounced() ? 0 : 1)) / this.#frameLength);
  }

  #moreIsAnnounced(): boolean {
    return this.#exactLength !== undefined && this.#plaintextLength < this.#exactLength;
  }

  #heldBytes(): Uint8Array {
    return this.#held.subarray(0, this.#heldLength);
  }

  #hold(rest: Uint8Array): void {
    const length = this.#heldLength + rest.length;
    if (length > this.#held.length) {
      const grown = new Uint8Array(Math.min(this.#frameLength, Math.max(length, 2 * this.#held.length)));
      grown.set(this.#heldBytes());
      wipe(this.#held);
      this.#held = grown;
    }
    this.#held.set(rest, this.#heldLength);
    this.#heldLength = length;
  }

  #sign(output: readonly Uint8Array[], firstPiece: number): void {
    if (this.#signer === undefined) return;
    for (let index = firstPiece; index < output.length; index++) {
      const piece = output[index];
      if (piece !== undefined) this.#signer.update(piece);
    }
  }
}
