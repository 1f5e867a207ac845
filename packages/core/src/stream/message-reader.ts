// Random access to a message that was opened by open-message.ts: only frames that are needed, each verified.

import type { EncryptionContext } from '../encryption-context.ts';
import { FRAME_OVERHEAD } from '../format/frame-layout.ts';
import type { MessageHeader } from '../format/message-header.ts';
import type { FrameOpener } from './frame-opener.ts';
import { listenForAbort } from './listen-for-abort.ts';
import { type RangedSource, readExactly } from './message-source.ts';

/** Most message bytes that a stream reads at a time, unless one frame has more. */
export const MAX_BATCH_LENGTH = 1_048_576;
/** What the final frame has more than others. */
const FINAL_FRAME_EXTRA = 8;

/** A part of the plaintext in bytes; `end` is exclusive. */
export type PlaintextRange = {
  /** 0 unless given. */
  readonly start?: number | undefined;
  /** The end of the plaintext unless given. */
  readonly end?: number | undefined;
};

/** Reads parts of a message's plaintext, each verified before it is given out. Several reads may run at once. */
export interface MessageReader extends AsyncDisposable {
  /** Bytes of the whole plaintext; authenticated. */
  readonly plaintextLength: number;
  readonly header: MessageHeader;
  /** Everything that was authenticated with the header. */
  readonly encryptionContext: EncryptionContext;
  /**
   * What is known of the signature: `none` when the suite does not sign; `unchecked` when it does, since a signature covers
   * the whole message and ranges are not checked against it. Whoever has the data key could have written their frames.
   */
  readonly signature: 'none' | 'unchecked';
  /**
   * Reads a part of the plaintext with one read of the source.
   *
   * @param end - Exclusive, at most `plaintextLength`.
   * @returns A fresh array of `end - start` bytes.
   * @throws RangeError; DecryptionFailedError; MalformedMessageError when the source answers short; the signal's reason.
   */
  read(start: number, end: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<Uint8Array>;
  /**
   * Streams a part of the plaintext: one read of the source for each batch of frames, of at most 1 MiB, when the stream's
   * reader asks for it. Cancelling stops the read under way.
   *
   * @throws RangeError
   */
  stream(range?: PlaintextRange): ReadableStream<Uint8Array>;
  /** Fails what is under way and frees the source. May be called again. */
  close(): Promise<void>;
}

/** What a reader is made of; all of it is authenticated. */
export type MessageReaderParts = {
  readonly header: MessageHeader;
  readonly encryptionContext: EncryptionContext;
  readonly frames: FrameOpener;
  readonly source: RangedSource;
  /** Governs every read until `close`. */
  readonly signal: AbortSignal | undefined;
  /** Called once, by `close`. */
  readonly onClose: () => Promise<void>;
};

/** The reader of a framed message whose header and final frame were verified. */
export class FramedMessageReader implements MessageReader {
  readonly plaintextLength: number;
  readonly header: MessageHeader;
  readonly encryptionContext: EncryptionContext;
  readonly signature: 'none' | 'unchecked';
  readonly #frames: FrameOpener;
  readonly #source: RangedSource;
  readonly #running = new Set<AbortController>();
  readonly #stopListening: () => void;
  readonly #onClose: () => Promise<void>;
  #closed = false;
  #reason: unknown;
  #closing: Promise<void> | undefined;

  constructor(parts: MessageReaderParts) {
    this.header = parts.header;
    this.encryptionContext = parts.encryptionContext;
    this.plaintextLength = parts.frames.layout.plaintextLength;
    this.signature = parts.header.algorithmSuite.signature === undefined ? 'none' : 'unchecked';
    this.#frames = parts.frames;
    this.#source = parts.source;
    this.#onClose = parts.onClose;
    this.#stopListening = listenForAbort(parts.signal, (reason) => this.#stop(reason));
  }

  async read(
    start: number,
    end: number,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Uint8Array> {
    this.#checkRange(start, end);
    if (this.#closed) throw this.#reason;
    signal?.throwIfAborted();
    // A controller of its own for each read: hundreds may run, and each of them listens.
    const abort = new AbortController();
    const stopListening = listenForAbort(signal, (reason) => abort.abort(reason));
    this.#running.add(abort);
    try {
      return await this.#read(start, end, abort.signal);
    } finally {
      this.#running.delete(abort);
      stopListening();
    }
  }

  stream({ start = 0, end = this.plaintextLength }: PlaintextRange = {}): ReadableStream<Uint8Array> {
    this.#checkRange(start, end);
    const cancelled = new AbortController();
    let position = start;
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const batchEnd = Math.min(end, this.#batchEnd(position));
          if (position < end) {
            controller.enqueue(await this.read(position, batchEnd, { signal: cancelled.signal }));
            position = batchEnd;
          }
          if (position >= end) controller.close();
        },
        cancel: (reason) => cancelled.abort(reason),
      },
      { highWaterMark: 0 },
    );
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#stop(new Error('the message reader is closed'));
    await this.#onClose();
  }

  #stop(reason: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reason = reason;
    this.#stopListening();
    for (const abort of this.#running) abort.abort(reason);
  }

  #checkRange(start: number, end: number): void {
    if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || start > end || end > this.plaintextLength) {
      throw new RangeError(`the range ${start} to ${end} is not within the ${this.plaintextLength} bytes of plaintext`);
    }
  }

  /** Where the plaintext of the batch that holds `position` ends, in whole frames. */
  #batchEnd(position: number): number {
    const { frameLength } = this.header;
    const frames = Math.max(1, Math.floor((MAX_BATCH_LENGTH - FINAL_FRAME_EXTRA) / (frameLength + FRAME_OVERHEAD)));
    return (Math.floor(position / frameLength) + frames) * frameLength;
  }

  async #read(start: number, end: number, signal: AbortSignal): Promise<Uint8Array> {
    if (start === end) return new Uint8Array(0);
    const { layout } = this.#frames;
    const first = Math.floor(start / layout.frameLength);
    const last = Math.floor((end - 1) / layout.frameLength);
    const bytes = await readExactly(this.#source, layout.frameStart(first), layout.frameEnd(last), signal);
    const target = new Uint8Array(end - start);
    for (let index = first; index <= last; index++) this.#openPart(index, first, bytes, target, start);
    return target;
  }

  /** Opens one frame of the range; a frame that is needed whole goes straight into the target. */
  #openPart(index: number, first: number, bytes: Uint8Array, target: Uint8Array, start: number): void {
    const { layout } = this.#frames;
    const offset = layout.frameStart(index) - layout.frameStart(first);
    const targetOffset = index * layout.frameLength - start;
    const contentLength = layout.contentLength(index);
    if (targetOffset >= 0 && targetOffset + contentLength <= target.length) {
      this.#frames.openInto(index, bytes, offset, target, targetOffset);
      return;
    }
    const pieces: Uint8Array[] = [];
    this.#frames.open(index, bytes, offset, pieces);
    let position = targetOffset;
    for (const piece of pieces) {
      const part = piece.subarray(Math.max(0, -position), Math.max(0, target.length - position));
      if (part.length > 0) target.set(part, Math.max(0, position));
      position += piece.length;
    }
  }
}
