import type { Aead } from '../crypto/crypto-engine.ts';
import { LimitExceededError } from '../errors.ts';
import { BodyAad, writeFrameIv } from '../format/body-aad.ts';
import { viewOf } from '../format/frame-head.ts';
import { FINAL_FRAME_HEAD_LENGTH, FINAL_FRAME_MARKER, FRAME_HEAD_LENGTH } from '../format/frame-layout.ts';
import { IV_LENGTH, MAX_FRAMES, TAG_LENGTH } from '../limits.ts';

/** Heads and tags of about 80 frames share one buffer: a small one of its own for each costs more than all else around them. */
const HEADS_LENGTH = 4096;

/** Seals the frames of one message in order. The only place that hands out sequence numbers, so no IV occurs twice. */
export class FrameSealer {
  readonly #aead: Aead;
  readonly #aad: BodyAad;
  readonly #iv = new DataView(new ArrayBuffer(IV_LENGTH));
  readonly #ivBytes = new Uint8Array(this.#iv.buffer);
  #sequenceNumber = 0;
  #tag: Uint8Array | undefined;
  #heads = new Uint8Array(0);
  #headsView = viewOf(this.#heads);
  #headsUsed = 0;

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
    const sequenceNumber = this.#putHead(false, length, output);
    this.#tag = this.#aead.seal(this.#ivBytes, this.#aad.encode('frame', sequenceNumber, length), parts, output);
  }

  /**
   * Seals the final frame.
   *
   *   FFFFFFFF ‖ sequence number (4 B) ‖ IV (12 B) ‖ content length (4 B) ‖ ciphertext ‖ tag (16 B)
   */
  sealFinal(parts: readonly Uint8Array[], length: number, output: Uint8Array[]): void {
    const sequenceNumber = this.#putHead(true, length, output);
    this.#tag = this.#aead.seal(this.#ivBytes, this.#aad.encode('finalFrame', sequenceNumber, length), parts, output);
    this.flush(output);
  }

  /**
   * Seals a frame into a buffer that may be used again and again.
   *
   * @param isFinal - Whether it is the final frame; none may follow then.
   * @param parts - The frame's plaintext, `length` bytes together; not kept.
   * @param target - Receives the frame from `offset` on.
   * @returns Where the frame ends in `target`.
   * @throws LimitExceededError when the sequence numbers are spent; RangeError when the frame does not fit.
   */
  sealInto(isFinal: boolean, parts: readonly Uint8Array[], length: number, target: Uint8Array, offset: number): number {
    const sequenceNumber = this.#nextNumber(isFinal);
    const contentStart = writeHead(viewOf(target), offset, isFinal, sequenceNumber, length);
    const aad = this.#aad.encode(isFinal ? 'finalFrame' : 'frame', sequenceNumber, length);
    return this.#aead.sealInto(this.#ivBytes, aad, parts, target, contentStart);
  }

  /** Puts out the tag of the last frame sealed. */
  flush(output: Uint8Array[]): void {
    if (this.#tag !== undefined) output.push(this.#tag);
    this.#tag = undefined;
  }

  /**
   * Leaves out frames that another sealer of this message has taken. Never goes back, so no sequence number comes twice.
   *
   * @param index - The next frame to seal here, from 0.
   * @throws RangeError when a frame at or behind it was sealed here already.
   */
  skipTo(index: number): void {
    if (index < this.#sequenceNumber) throw new RangeError('a frame is never sealed twice');
    this.#sequenceNumber = index;
  }

  /** Takes the next sequence number and its IV: the only place that does. */
  #nextNumber(isFinal: boolean): number {
    if (!isFinal && this.#sequenceNumber >= MAX_FRAMES - 1) throw tooManyFrames();
    this.#sequenceNumber += 1;
    writeFrameIv(this.#iv, 0, this.#sequenceNumber);
    return this.#sequenceNumber;
  }

  /** Puts one piece for the last tag and the new head: half as many pieces. */
  #putHead(isFinal: boolean, length: number, output: Uint8Array[]): number {
    const sequenceNumber = this.#nextNumber(isFinal);
    const tagLength = this.#tag === undefined ? 0 : TAG_LENGTH;
    const pieceLength = tagLength + (isFinal ? FINAL_FRAME_HEAD_LENGTH : FRAME_HEAD_LENGTH);
    const start = this.#takeHeadRoom(pieceLength);
    if (this.#tag !== undefined) this.#heads.set(this.#tag, start);
    writeHead(this.#headsView, start + tagLength, isFinal, sequenceNumber, length);
    output.push(this.#heads.subarray(start, start + pieceLength));
    return sequenceNumber;
  }

  #takeHeadRoom(length: number): number {
    if (this.#headsUsed + length > this.#heads.length) {
      this.#heads = new Uint8Array(HEADS_LENGTH);
      this.#headsView = viewOf(this.#heads);
      this.#headsUsed = 0;
    }
    const start = this.#headsUsed;
    this.#headsUsed += length;
    return start;
  }
}

/** @returns Where the head ends. */
function writeHead(
  view: DataView,
  offset: number,
  isFinal: boolean,
  sequenceNumber: number,
  contentLength: number,
): number {
  let position = offset;
  if (isFinal) {
    view.setUint32(position, FINAL_FRAME_MARKER);
    position += 4;
  }
  view.setUint32(position, sequenceNumber);
  writeFrameIv(view, position + 4, sequenceNumber);
  position += 4 + IV_LENGTH;
  if (!isFinal) return position;
  view.setUint32(position, contentLength);
  return position + 4;
}

function tooManyFrames(): LimitExceededError {
  return new LimitExceededError(`a message has at most ${MAX_FRAMES} frames; choose a greater frameLength`, MAX_FRAMES);
}
