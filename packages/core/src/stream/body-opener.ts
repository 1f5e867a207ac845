// The body of a message whose header is authentic: verifies each piece before any of its plaintext goes out.

import { wipe } from '../bytes.ts';
import type { Aead, FrameOpening } from '../crypto/crypto-engine.ts';
import { DecryptionFailedError, LimitExceededError, MalformedMessageError } from '../errors.ts';
import { BodyAad } from '../format/body-aad.ts';
import {
  type FrameHead,
  HEAD_START_LENGTH,
  headLength,
  MAX_HEAD_LENGTH,
  readFrameHead,
  viewOf,
} from '../format/frame-head.ts';
import { FOOTER_HEAD_LENGTH, FRAME_OVERHEAD } from '../format/frame-layout.ts';
import type { MessageHeader } from '../format/message-header.ts';
import { IV_LENGTH, TAG_LENGTH } from '../limits.ts';
import { type AuthenticatedHeader, frameTooLong } from './authenticate-header.ts';
import { createOutputBatch, type OutputBatch } from './output-batch.ts';
import type { VerifyingSink } from './signature-sink.ts';

/** Bounds on a body that is read, in bytes; `Infinity` for none. */
export type BodyLimits = { readonly maxFrameLength: number; readonly maxPlaintextLength: number };

type Stage = 'head' | 'content' | 'footerHead' | 'footer' | 'end';

/**
 * Opens the body and footer of one message.
 *
 * Call `push` any number of times, then `finish` once; `close` in any case. Plaintext put out is verified, fresh, and
 * belongs to the receiver; that of a signed message's final frame comes out of `finish`, after its signature. A frame
 * that lies whole in one chunk is opened where it lies; any other is decrypted as it arrives.
 */
export class BodyOpener {
  readonly #header: MessageHeader;
  readonly #aead: Aead;
  readonly #aad: BodyAad;
  readonly #verifier: VerifyingSink | undefined;
  readonly #limits: BodyLimits;
  readonly #batch: OutputBatch | undefined;
  readonly #iv = new Uint8Array(IV_LENGTH);
  readonly #ivView = viewOf(this.#iv);
  #stage: Stage = 'head';
  /** What is gathered of a head, a tag or a footer. */
  #gathered = new Uint8Array(MAX_HEAD_LENGTH);
  #gatheredLength = 0;
  #head: FrameHead | undefined;
  #opening: FrameOpening | undefined;
  /** Bytes of the frame's ciphertext that its opening still lacks. */
  #missingContent = 0;
  #sequenceNumber = 0;
  #plaintextLength = 0;
  #withheld: Uint8Array[] = [];

  /** @param verifier - Exactly when the suite signs; has taken the header, and is closed with the opener. */
  constructor(message: AuthenticatedHeader, verifier: VerifyingSink | undefined, limits: BodyLimits) {
    this.#header = message.header;
    this.#aead = message.aead;
    this.#aad = new BodyAad(message.header.messageId);
    this.#verifier = verifier;
    this.#limits = limits;
    const { contentType, frameLength } = message.header;
    this.#batch = contentType === 'framed' ? createOutputBatch(frameLength, message.aead) : undefined;
  }

  /**
   * Takes message bytes; puts out the plaintext of each frame that is now whole and verified.
   *
   * @param chunk - Not kept beyond the promise.
   * @returns A promise when a verifier in another thread has not taken everything yet.
   * @throws DecryptionFailedError, MalformedMessageError (bytes after the end), LimitExceededError
   */
  push(chunk: Uint8Array, output: Uint8Array[]): Promise<void> | undefined {
    const view = viewOf(chunk);
    let position = 0;
    try {
      while (position < chunk.length && (this.#stage === 'head' || this.#stage === 'content')) {
        const takesHead = this.#stage === 'head';
        position = takesHead ? this.#takeHead(chunk, view, position) : this.#takeContent(chunk, position, output);
      }
    } finally {
      this.#batch?.flush(output);
    }
    // All of the body that this chunk holds goes into the hash at once.
    if (position > 0) this.#verifier?.update(chunk.subarray(0, position));
    while (position < chunk.length) position = this.#takeFooter(chunk, position);
    return this.#verifier?.ready();
  }

  /**
   * Says that the input has ended; puts out what waited for the signature.
   *
   * @throws MalformedMessageError when the message is not whole; DecryptionFailedError
   */
  async finish(output: Uint8Array[]): Promise<void> {
    if (this.#stage !== 'end') throw new MalformedMessageError('the message ends inside its body or footer');
    if (this.#verifier === undefined) return;
    if (!(await this.#verifier.verify(this.#gathered))) throw new DecryptionFailedError();
    output.push(...this.#withheld);
    this.#withheld = [];
  }

  /** Forgets what was held back. May be called again. */
  close(): void {
    for (const bytes of this.#withheld) wipe(bytes);
    this.#withheld = [];
    this.#verifier?.close();
    this.#opening?.abandon();
    this.#opening = undefined;
  }

  #takeHead(chunk: Uint8Array, view: DataView, position: number): number {
    if (this.#gatheredLength === 0 && chunk.length - position >= MAX_HEAD_LENGTH) {
      return this.#startPiece(view, position);
    }
    const gatheredView = viewOf(this.#gathered);
    const needed =
      this.#gatheredLength < HEAD_START_LENGTH ? HEAD_START_LENGTH : headLength(this.#header, gatheredView, 0);
    const end = this.#gather(chunk, position, needed);
    const isWhole =
      this.#gatheredLength >= HEAD_START_LENGTH && this.#gatheredLength === headLength(this.#header, gatheredView, 0);
    if (isWhole) {
      this.#startPiece(gatheredView, 0);
      this.#gatheredLength = 0;
    }
    return end;
  }

  /** Order and bounds are checked before a byte is decrypted or kept. @returns Where the content starts. */
  #startPiece(view: DataView, offset: number): number {
    const head = readFrameHead(this.#header, view, offset);
    const { maxFrameLength, maxPlaintextLength } = this.#limits;
    if (head.contentLength > maxFrameLength) throw frameTooLong(maxFrameLength);
    this.#sequenceNumber += 1;
    if (head.sequenceNumber !== this.#sequenceNumber) throw new DecryptionFailedError();
    this.#plaintextLength += head.contentLength;
    if (this.#plaintextLength > maxPlaintextLength) throw plaintextTooLong(maxPlaintextLength);
    copyIv(view, head.ivStart, this.#ivView);
    this.#head = head;
    this.#stage = 'content';
    return head.contentStart;
  }

  #takeContent(chunk: Uint8Array, position: number, output: Uint8Array[]): number {
    const head = this.#currentHead();
    const available = chunk.length - position;
    if (this.#opening === undefined) {
      if (available >= head.contentLength + TAG_LENGTH) return this.#openWhole(head, chunk, position, output);
      this.#opening = this.#aead.beginOpening(this.#iv, this.#encodeAad(head));
      this.#missingContent = head.contentLength;
    }
    let end = position;
    if (this.#missingContent > 0) {
      end += Math.min(available, this.#missingContent);
      this.#opening.update(chunk.subarray(position, end));
      this.#missingContent -= end - position;
      if (this.#missingContent > 0) return end;
    }
    end = this.#gather(chunk, end, TAG_LENGTH);
    if (this.#gatheredLength < TAG_LENGTH) return end;
    const target = this.#isWithheld(head) ? this.#withheld : output;
    this.#batch?.flush(output);
    if (!this.#opening.finish(this.#gathered.subarray(0, TAG_LENGTH), target)) throw new DecryptionFailedError();
    this.#endPiece(head);
    return end;
  }

  /** Opens a frame that lies whole in the chunk. @returns Where it ends. */
  #openWhole(head: FrameHead, chunk: Uint8Array, position: number, output: Uint8Array[]): number {
    const contentEnd = position + head.contentLength;
    const parts = [chunk.subarray(position, contentEnd)];
    const tag = chunk.subarray(contentEnd, contentEnd + TAG_LENGTH);
    const aad = this.#encodeAad(head);
    const batch = this.#isWithheld(head) ? undefined : this.#batch;
    if (batch === undefined) {
      const target = this.#isWithheld(head) ? this.#withheld : output;
      if (!this.#aead.open(this.#iv, aad, parts, tag, target)) throw new DecryptionFailedError();
    } else {
      const target = batch.reserve(head.contentLength, this.#plaintextAtMost(chunk.length - position), output);
      if (!this.#aead.openInto(this.#iv, aad, parts, tag, target, batch.length)) throw new DecryptionFailedError();
      batch.advance(head.contentLength);
    }
    this.#endPiece(head);
    return contentEnd + TAG_LENGTH;
  }

  /** @param available - Bytes of the chunk from a frame's content on. @returns Plaintext in the frames that start there. */
  #plaintextAtMost(available: number): number {
    const { frameLength } = this.#header;
    return Math.min(available, Math.ceil(available / (frameLength + FRAME_OVERHEAD)) * frameLength);
  }

  /** The final frame of a signed message waits for the signature. */
  #isWithheld(head: FrameHead): boolean {
    return head.kind !== 'frame' && this.#verifier !== undefined;
  }

  #endPiece(head: FrameHead): void {
    this.#head = undefined;
    this.#opening = undefined;
    this.#gatheredLength = 0;
    if (head.kind === 'frame') this.#stage = 'head';
    else this.#stage = this.#verifier === undefined ? 'end' : 'footerHead';
  }

  #takeFooter(chunk: Uint8Array, position: number): number {
    if (this.#stage === 'end') throw new MalformedMessageError('bytes follow the end of the message');
    const needed = this.#stage === 'footerHead' ? FOOTER_HEAD_LENGTH : this.#gathered.length;
    const end = this.#gather(chunk, position, needed);
    if (this.#gatheredLength < needed) return end;
    if (this.#stage === 'footer') {
      this.#stage = 'end';
      return end;
    }
    const length = viewOf(this.#gathered).getUint16(0);
    if (length === 0) throw new DecryptionFailedError();
    this.#gathered = new Uint8Array(length);
    this.#gatheredLength = 0;
    this.#stage = 'footer';
    return end;
  }

  /** Takes what is still missing of `needed` bytes. @returns Where the rest of the chunk starts. */
  #gather(chunk: Uint8Array, position: number, needed: number): number {
    const part = chunk.subarray(position, position + needed - this.#gatheredLength);
    this.#gathered.set(part, this.#gatheredLength);
    this.#gatheredLength += part.length;
    return position + part.length;
  }

  #encodeAad({ kind, sequenceNumber, contentLength }: FrameHead): Uint8Array {
    return this.#aad.encode(kind, sequenceNumber, contentLength);
  }

  #currentHead(): FrameHead {
    if (this.#head === undefined) throw new Error('no frame under way');
    return this.#head;
  }
}

/** Three words: a subarray for each frame would cost more than the copy. */
function copyIv(from: DataView, start: number, to: DataView): void {
  to.setUint32(0, from.getUint32(start));
  to.setUint32(4, from.getUint32(start + 4));
  to.setUint32(8, from.getUint32(start + 8));
}

/** The error for plaintext over the caller's limit. */
export function plaintextTooLong(limit: number): LimitExceededError {
  return new LimitExceededError(`the plaintext is longer than maxPlaintextLength, ${limit} bytes`, limit);
}
