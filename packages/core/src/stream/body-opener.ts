// The body of a message whose header is authentic: verifies each piece before any of its plaintext goes out.

import { wipe } from '../bytes.ts';
import type { Aead, Verifier } from '../crypto/crypto-engine.ts';
import { DecryptionFailedError, LimitExceededError, MalformedMessageError } from '../errors.ts';
import { BodyAad, type BodyPiece } from '../format/body-aad.ts';
import {
  FINAL_FRAME_HEAD_LENGTH,
  FINAL_FRAME_MARKER,
  FOOTER_HEAD_LENGTH,
  FRAME_HEAD_LENGTH,
  NON_FRAMED_HEAD_LENGTH,
} from '../format/frame-layout.ts';
import type { MessageHeader } from '../format/message-header.ts';
import { IV_LENGTH, MAX_NON_FRAMED_LENGTH, TAG_LENGTH } from '../limits.ts';
import { type AuthenticatedHeader, frameTooLong } from './authenticate-header.ts';
import { PieceCollector } from './piece-collector.ts';

/** Bounds on a body that is read, in bytes; `Infinity` for none. */
export type BodyLimits = { readonly maxFrameLength: number; readonly maxPlaintextLength: number };

/** One frame, or the whole of a non-framed body. */
type Piece = {
  readonly kind: BodyPiece;
  readonly sequenceNumber: number;
  readonly iv: Uint8Array;
  readonly contentLength: number;
};

type Stage = 'head' | 'content' | 'footerHead' | 'footer' | 'end';

/**
 * Opens the body and footer of one message.
 *
 * Call `push` any number of times, then `finish` once; `close` in any case. Plaintext put out is verified, fresh, and
 * belongs to the receiver; that of a signed message's final frame comes out of `finish`, after its signature.
 */
export class BodyOpener {
  readonly #header: MessageHeader;
  readonly #aead: Aead;
  readonly #aad: BodyAad;
  readonly #verifier: Verifier | undefined;
  readonly #limits: BodyLimits;
  readonly #collector = new PieceCollector();
  #stage: Stage = 'head';
  #piece: Piece | undefined;
  #sequenceNumber = 0;
  #plaintextLength = 0;
  #withheld: Uint8Array[] = [];
  #signature: Uint8Array | undefined;

  constructor(message: AuthenticatedHeader, limits: BodyLimits) {
    this.#header = message.header;
    this.#aead = message.aead;
    this.#aad = new BodyAad(message.header.messageId);
    this.#verifier = message.verifier;
    this.#limits = limits;
    this.#expect('head', message.header.contentType === 'framed' ? 4 : NON_FRAMED_HEAD_LENGTH);
  }

  /**
   * Takes message bytes; puts out the plaintext of each frame that is now whole and verified.
   *
   * @throws DecryptionFailedError, MalformedMessageError (bytes after the end), LimitExceededError
   */
  push(chunk: Uint8Array, output: Uint8Array[]): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#stage === 'end') throw new MalformedMessageError('bytes follow the end of the message');
      const taken = this.#collector.take(rest);
      rest = rest.subarray(taken);
      if (!this.#collector.isWhole) return;
      this.#step(output);
    }
  }

  /**
   * Says that the input has ended; puts out what waited for the signature.
   *
   * @throws MalformedMessageError when the message is not whole; DecryptionFailedError
   */
  async finish(output: Uint8Array[]): Promise<void> {
    if (this.#stage !== 'end') throw new MalformedMessageError('the message ends inside its body or footer');
    if (this.#verifier === undefined) return;
    if (!(await this.#verifier.verify(this.#signature ?? new Uint8Array(0)))) throw new DecryptionFailedError();
    output.push(...this.#withheld);
    this.#withheld = [];
  }

  /** Forgets what was held back. May be called again. */
  close(): void {
    for (const bytes of this.#withheld) wipe(bytes);
    this.#withheld = [];
    this.#collector.close();
  }

  #expect(stage: Stage, length: number): void {
    this.#stage = stage;
    this.#collector.start(length);
  }

  #step(output: Uint8Array[]): void {
    if (this.#stage === 'head') this.#readHead();
    else if (this.#stage === 'content') this.#openPiece(output);
    else if (this.#stage === 'footerHead') this.#readFooterHead();
    else this.#readFooter();
  }

  #readHead(): void {
    if (this.#header.contentType === 'framed') this.#readFrameHead();
    else this.#readNonFramedHead();
  }

  /** The first four bytes tell a regular frame from the final one, and so the length of the head. */
  #readFrameHead(): void {
    const head = this.#collector.copy();
    const view = new DataView(head.buffer, head.byteOffset, head.length);
    const isFinal = view.getUint32(0) === FINAL_FRAME_MARKER;
    const headLength = isFinal ? FINAL_FRAME_HEAD_LENGTH : FRAME_HEAD_LENGTH;
    if (head.length < headLength) {
      this.#collector.extend(headLength);
      return;
    }
    const numberAt = isFinal ? 4 : 0;
    const contentLength = isFinal ? view.getUint32(headLength - 4) : this.#header.frameLength;
    if (contentLength > this.#header.frameLength) throw new DecryptionFailedError();
    this.#startPiece({
      kind: isFinal ? 'finalFrame' : 'frame',
      sequenceNumber: view.getUint32(numberAt),
      iv: head.subarray(numberAt + 4, numberAt + 4 + IV_LENGTH),
      contentLength,
    });
  }

  #readNonFramedHead(): void {
    const head = this.#collector.copy();
    const view = new DataView(head.buffer, head.byteOffset, head.length);
    // Far beyond 2^53 the sum is inexact and still beyond the limit.
    const contentLength = view.getUint32(IV_LENGTH) * 2 ** 32 + view.getUint32(IV_LENGTH + 4);
    if (contentLength > MAX_NON_FRAMED_LENGTH)
      throw new MalformedMessageError('the content length is beyond the format');
    if (contentLength > this.#limits.maxFrameLength) throw frameTooLong(this.#limits.maxFrameLength);
    this.#startPiece({ kind: 'nonFramed', sequenceNumber: 1, iv: head.subarray(0, IV_LENGTH), contentLength });
  }

  /** Order and bounds are checked before a byte is decrypted or kept. */
  #startPiece(piece: Piece): void {
    this.#sequenceNumber += 1;
    if (piece.sequenceNumber !== this.#sequenceNumber) throw new DecryptionFailedError();
    this.#plaintextLength += piece.contentLength;
    const { maxPlaintextLength } = this.#limits;
    if (this.#plaintextLength > maxPlaintextLength) throw plaintextTooLong(maxPlaintextLength);
    this.#verifier?.update(this.#collector.copy());
    this.#piece = piece;
    this.#expect('content', piece.contentLength + TAG_LENGTH);
  }

  #openPiece(output: Uint8Array[]): void {
    const { kind, sequenceNumber, iv, contentLength } = this.#currentPiece();
    const bytes = this.#collector.bytes;
    const isLast = kind !== 'frame';
    const target = isLast && this.#verifier !== undefined ? this.#withheld : output;
    const aad = this.#aad.encode(kind, sequenceNumber, contentLength);
    const content = bytes.subarray(0, contentLength);
    if (!this.#aead.open(iv, aad, [content], bytes.subarray(contentLength), target)) throw new DecryptionFailedError();
    this.#verifier?.update(bytes);
    this.#piece = undefined;
    if (!isLast) this.#expect('head', 4);
    else if (this.#verifier !== undefined) this.#expect('footerHead', FOOTER_HEAD_LENGTH);
    else this.#stage = 'end';
  }

  #currentPiece(): Piece {
    if (this.#piece === undefined) throw new Error('no frame under way');
    return this.#piece;
  }

  #readFooterHead(): void {
    const [high = 0, low = 0] = this.#collector.bytes;
    const length = high * 2 ** 8 + low;
    if (length === 0) throw new DecryptionFailedError();
    this.#expect('footer', length);
  }

  #readFooter(): void {
    this.#signature = this.#collector.copy();
    this.#stage = 'end';
  }
}

/** The error for plaintext over the caller's limit. */
export function plaintextTooLong(limit: number): LimitExceededError {
  return new LimitExceededError(`the plaintext is longer than maxPlaintextLength, ${limit} bytes`, limit);
}
