import type { Aead } from '../crypto/crypto-engine.ts';
import { DecryptionFailedError } from '../errors.ts';
import { BodyAad } from '../format/body-aad.ts';
import { FINAL_FRAME_HEAD_LENGTH, FINAL_FRAME_MARKER, FRAME_HEAD_LENGTH } from '../format/frame-layout.ts';
import { IV_LENGTH, TAG_LENGTH } from '../limits.ts';
import type { BodyLayout } from './body-layout.ts';

/** A frame's parts as they lie in the message. */
type SealedFrame = {
  readonly iv: Uint8Array;
  readonly aad: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
};

/**
 * Opens single frames of a message whose layout is known, in any order.
 *
 * Each frame proves its place: sequence number, length and whether it is the final one are what the layout says, and are
 * authenticated.
 */
export class FrameOpener {
  readonly layout: BodyLayout;
  readonly #aead: Aead;
  readonly #aad: BodyAad;

  constructor(aead: Aead, messageId: Uint8Array, layout: BodyLayout) {
    this.layout = layout;
    this.#aead = aead;
    this.#aad = new BodyAad(messageId);
  }

  /**
   * Opens a frame into fresh buffers.
   *
   * @param index - From 0.
   * @param bytes - Holds the whole frame from `offset` on.
   * @param output - Receives the plaintext.
   * @throws DecryptionFailedError
   */
  open(index: number, bytes: Uint8Array, offset: number, output: Uint8Array[]): void {
    const { iv, aad, ciphertext, tag } = this.#parse(index, bytes, offset);
    if (!this.#aead.open(iv, aad, [ciphertext], tag, output)) throw new DecryptionFailedError();
  }

  /**
   * Opens a frame into a buffer that may be used again and again.
   *
   * @param target - Receives the plaintext from `targetOffset` on; unchanged on failure.
   * @throws DecryptionFailedError
   */
  openInto(index: number, bytes: Uint8Array, offset: number, target: Uint8Array, targetOffset: number): void {
    const { iv, aad, ciphertext, tag } = this.#parse(index, bytes, offset);
    if (!this.#aead.openInto(iv, aad, [ciphertext], tag, target, targetOffset)) throw new DecryptionFailedError();
  }

  #parse(index: number, bytes: Uint8Array, offset: number): SealedFrame {
    const { finalIndex } = this.layout;
    const contentLength = this.layout.contentLength(index);
    const isFinal = index === finalIndex;
    const headLength = isFinal ? FINAL_FRAME_HEAD_LENGTH : FRAME_HEAD_LENGTH;
    const head = new DataView(bytes.buffer, bytes.byteOffset + offset, headLength);
    const numberAt = isFinal ? 4 : 0;
    const fits =
      head.getUint32(numberAt) === index + 1 &&
      (!isFinal || (head.getUint32(0) === FINAL_FRAME_MARKER && head.getUint32(headLength - 4) === contentLength));
    if (!fits) throw new DecryptionFailedError();
    const contentAt = offset + headLength;
    return {
      iv: bytes.subarray(offset + numberAt + 4, offset + numberAt + 4 + IV_LENGTH),
      aad: this.#aad.encode(isFinal ? 'finalFrame' : 'frame', index + 1, contentLength),
      ciphertext: bytes.subarray(contentAt, contentAt + contentLength),
      tag: bytes.subarray(contentAt + contentLength, contentAt + contentLength + TAG_LENGTH),
    };
  }
}
