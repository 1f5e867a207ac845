// Where the frames of a message lie, told from its header and its size alone.

import { ecdsaCurves } from '../crypto/ecdsa-curves.ts';
import { MalformedMessageError } from '../errors.ts';
import {
  FINAL_FRAME_MARKER,
  FINAL_FRAME_OVERHEAD,
  FOOTER_HEAD_LENGTH,
  FRAME_OVERHEAD,
  frameCount,
} from '../format/frame-layout.ts';
import type { MessageHeader } from '../format/message-header.ts';
import { MAX_FRAMES } from '../limits.ts';

/** Shortest DER form of any signature: 30 06 02 01 r 02 01 s. */
const MIN_SIGNATURE_LENGTH = 8;

/** The places of the frames of one message; frames are counted from 0, their sequence numbers from 1. */
export class BodyLayout {
  readonly headerLength: number;
  /** Bytes of plaintext in each frame but the final one. */
  readonly frameLength: number;
  /** How many frames come before the final one: also its index. */
  readonly finalIndex: number;
  /** Bytes of plaintext in the final frame: 0 to `frameLength`. */
  readonly finalLength: number;

  constructor(headerLength: number, frameLength: number, finalIndex: number, finalLength: number) {
    this.headerLength = headerLength;
    this.frameLength = frameLength;
    this.finalIndex = finalIndex;
    this.finalLength = finalLength;
  }

  get plaintextLength(): number {
    return this.finalIndex * this.frameLength + this.finalLength;
  }

  /** Where the footer of a signed message starts, and an unsigned one ends. */
  get bodyEnd(): number {
    return this.frameEnd(this.finalIndex);
  }

  frameStart(index: number): number {
    return this.headerLength + index * (this.frameLength + FRAME_OVERHEAD);
  }

  frameEnd(index: number): number {
    return index < this.finalIndex
      ? this.frameStart(index + 1)
      : this.frameStart(index) + this.finalLength + FINAL_FRAME_OVERHEAD;
  }

  /** Bytes of plaintext in one frame. */
  contentLength(index: number): number {
    return index < this.finalIndex ? this.frameLength : this.finalLength;
  }
}

/** @returns Where the frames of a message lie that waxseal writes. */
export function layoutOf(header: MessageHeader, plaintextLength: number): BodyLayout {
  const { headerLength, frameLength } = header;
  const finalIndex = frameCount(plaintextLength, frameLength) - 1;
  return new BodyLayout(headerLength, frameLength, finalIndex, plaintextLength - finalIndex * frameLength);
}

/** What precedes the end of a message: enough to hold its final frame, wherever that starts exactly. */
export type TailBounds = {
  /** First byte of the tail. */
  readonly start: number;
  /** Lowest and highest index that the final frame can have. */
  readonly lowestIndex: number;
  readonly highestIndex: number;
};

/**
 * Bounds where the final frame can lie. An unsigned message has one place for it; the length of a signature varies, so a
 * signed message with short frames has a few.
 *
 * @param size - Bytes of the whole message.
 * @throws MalformedMessageError when no message of this header has that size.
 */
export function boundTail(header: MessageHeader, size: number): TailBounds {
  const { shortest, longest } = footerBounds(header);
  const frameSize = header.frameLength + FRAME_OVERHEAD;
  const bodyLength = size - header.headerLength - FINAL_FRAME_OVERHEAD;
  const lowestIndex = Math.max(0, Math.ceil((bodyLength - longest - header.frameLength) / frameSize));
  const highestIndex = Math.floor((bodyLength - shortest) / frameSize);
  if (highestIndex < lowestIndex || highestIndex >= MAX_FRAMES) throw wrongSize();
  return { start: header.headerLength + lowestIndex * frameSize, lowestIndex, highestIndex };
}

/**
 * Finds the final frame in the tail of a message.
 *
 * @param tail - The bytes from `bounds.start` to the end.
 * @param size - Bytes of the whole message.
 * @throws MalformedMessageError when the message does not end where its final frame, and its footer, say.
 */
export function findFinalFrame(header: MessageHeader, bounds: TailBounds, tail: Uint8Array, size: number): BodyLayout {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.length);
  const frameSize = header.frameLength + FRAME_OVERHEAD;
  for (let index = bounds.lowestIndex; index <= bounds.highestIndex; index++) {
    const start = (index - bounds.lowestIndex) * frameSize;
    if (start + FINAL_FRAME_OVERHEAD > tail.length || view.getUint32(start) !== FINAL_FRAME_MARKER) continue;
    const contentLength = view.getUint32(start + 20);
    if (contentLength > header.frameLength) throw wrongSize();
    const layout = new BodyLayout(header.headerLength, header.frameLength, index, contentLength);
    if (!endsWell(header, layout, view, start, size)) throw wrongSize();
    return layout;
  }
  throw wrongSize();
}

function endsWell(
  header: MessageHeader,
  layout: BodyLayout,
  tail: DataView,
  finalFrameStart: number,
  size: number,
): boolean {
  const footerLength = size - layout.bodyEnd;
  const { shortest, longest } = footerBounds(header);
  if (footerLength < shortest || footerLength > longest) return false;
  if (footerLength === 0) return true;
  const footerStart = finalFrameStart + FINAL_FRAME_OVERHEAD + layout.finalLength;
  return tail.getUint16(footerStart) === footerLength - FOOTER_HEAD_LENGTH;
}

/** The shortest and the longest footer: DER signatures have no more bytes than two integers with a leading zero. */
function footerBounds({ algorithmSuite: { signature } }: MessageHeader): {
  readonly shortest: number;
  readonly longest: number;
} {
  if (signature === undefined) return { shortest: 0, longest: 0 };
  const { coordinateLength } = ecdsaCurves[signature.curve];
  return {
    shortest: FOOTER_HEAD_LENGTH + MIN_SIGNATURE_LENGTH,
    longest: FOOTER_HEAD_LENGTH + 2 + 2 * (2 + 1 + coordinateLength),
  };
}

function wrongSize(): MalformedMessageError {
  return new MalformedMessageError('the message does not end where its frames say: it was cut, or more was appended');
}
