import type { Aead } from '../crypto/crypto-engine.ts';
import { LimitExceededError } from '../errors.ts';
import { BodyAad, writeFrameIv } from '../format/body-aad.ts';
import { FINAL_FRAME_HEAD_LENGTH, FINAL_FRAME_MARKER, FRAME_HEAD_LENGTH } from '../format/frame-layout.ts';
import { IV_LENGTH, MAX_FRAMES, TAG_LENGTH } from '../limits.ts';

/** Seals the frames of one message in order. The only place that hands out sequence numbers, so no IV occurs twice. */
export class FrameSealer {
  readonly #aead: Aead;
  readonly #aad: BodyAad;
  readonly #iv = new DataView(new ArrayBuffer(IV_LENGTH));
  readonly #ivBytes = new Uint8Array(this.#iv.buffer);
  #sequenceNumber = 0;
  #tag: Uint8Array | undefined;

  constructor(aead: Aead, messageId: Uint8Array) {
    this.#aead = aead;
    this.#aad = new BodyAad(messageId);
  }

  /**
   * Seals a frame that others follow.
   *
   *   sequence number (4 B) ‖ IV (12 B) ‖ ciphertext ‖ tag (16 B)
   *
   * @param parts - The frame's plaintext, `length` bytes together; not kept.
   * @param output - Receives the frame; its tag may come with the next frame, at the latest with `flush`.
   * @throws LimitExceededError when the sequence numbers are spent.
   */
  seal(parts: readonly Uint8Array[], length: number, output: Uint8Array[]): void {
    if (this.#sequenceNumber >= MAX_FRAMES - 1) throw tooManyFrames();
    const head = this.#startHead(FRAME_HEAD_LENGTH, output);
    head.setUint32(0, this.#sequenceNumber);
    writeFrameIv(head, 4, this.#sequenceNumber);
    this.#tag = this.#aead.seal(this.#ivBytes, this.#aad.encode('frame', this.#sequenceNumber, length), parts, output);
  }

  /**
   * Seals the final frame.
   *
   *   FFFFFFFF ‖ sequence number (4 B) ‖ IV (12 B) ‖ content length (4 B) ‖ ciphertext ‖ tag (16 B)
   */
  sealFinal(parts: readonly Uint8Array[], length: number, output: Uint8Array[]): void {
    const head = this.#startHead(FINAL_FRAME_HEAD_LENGTH, output);
    head.setUint32(0, FINAL_FRAME_MARKER);
    head.setUint32(4, this.#sequenceNumber);
    writeFrameIv(head, 8, this.#sequenceNumber);
    head.setUint32(8 + IV_LENGTH, length);
    this.#tag = this.#aead.seal(
      this.#ivBytes,
      this.#aad.encode('finalFrame', this.#sequenceNumber, length),
      parts,
      output,
    );
    this.flush(output);
  }

  /** Puts out the tag of the last frame sealed. */
  flush(output: Uint8Array[]): void {
    if (this.#tag !== undefined) output.push(this.#tag);
    this.#tag = undefined;
  }

  /** Takes the next sequence number, and puts one piece for the last tag and the new head: half as many pieces. */
  #startHead(length: number, output: Uint8Array[]): DataView {
    const tagLength = this.#tag === undefined ? 0 : TAG_LENGTH;
    const piece = new Uint8Array(tagLength + length);
    if (this.#tag !== undefined) piece.set(this.#tag);
    output.push(piece);
    this.#sequenceNumber += 1;
    writeFrameIv(this.#iv, 0, this.#sequenceNumber);
    return new DataView(piece.buffer, tagLength, length);
  }
}

function tooManyFrames(): LimitExceededError {
  return new LimitExceededError(`a message has at most ${MAX_FRAMES} frames; choose a greater frameLength`, MAX_FRAMES);
}
