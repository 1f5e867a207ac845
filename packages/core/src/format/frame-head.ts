// The heads of body pieces, as they are read.

import { DecryptionFailedError, MalformedMessageError } from '../errors.ts';
import { IV_LENGTH, MAX_NON_FRAMED_LENGTH } from '../limits.ts';
import type { BodyPiece } from './body-aad.ts';
import {
  FINAL_FRAME_HEAD_LENGTH,
  FINAL_FRAME_MARKER,
  FRAME_HEAD_LENGTH,
  NON_FRAMED_HEAD_LENGTH,
} from './frame-layout.ts';
import type { MessageHeader } from './message-header.ts';

/** Bytes that tell how long a head is. */
export const HEAD_START_LENGTH = 4;
/** Longest head of all. */
export const MAX_HEAD_LENGTH: number = FINAL_FRAME_HEAD_LENGTH;

/** What the head of one frame, or of a non-framed body, says; not authentic before its tag is verified. */
export type FrameHead = {
  readonly kind: BodyPiece;
  readonly sequenceNumber: number;
  /** Where the IV lies. */
  readonly ivStart: number;
  /** Where the ciphertext starts. */
  readonly contentStart: number;
  /** Bytes of ciphertext, which is as long as its plaintext. */
  readonly contentLength: number;
};

/** @param view - Holds `HEAD_START_LENGTH` bytes of a head from `offset` on. @returns The length of the head. */
export function headLength(header: MessageHeader, view: DataView, offset: number): number {
  if (header.contentType === 'nonFramed') return NON_FRAMED_HEAD_LENGTH;
  return view.getUint32(offset) === FINAL_FRAME_MARKER ? FINAL_FRAME_HEAD_LENGTH : FRAME_HEAD_LENGTH;
}

/**
 * Reads a head.
 *
 * @param view - Holds the whole head from `offset` on.
 * @throws DecryptionFailedError for a frame that is longer than the header says; MalformedMessageError for a non-framed
 *   body beyond the format.
 */
export function readFrameHead(header: MessageHeader, view: DataView, offset: number): FrameHead {
  if (header.contentType === 'nonFramed') return readNonFramedHead(view, offset);
  const first = view.getUint32(offset);
  if (first !== FINAL_FRAME_MARKER) {
    return {
      kind: 'frame',
      sequenceNumber: first,
      ivStart: offset + 4,
      contentStart: offset + FRAME_HEAD_LENGTH,
      contentLength: header.frameLength,
    };
  }
  const contentLength = view.getUint32(offset + FINAL_FRAME_HEAD_LENGTH - 4);
  if (contentLength > header.frameLength) throw new DecryptionFailedError();
  return {
    kind: 'finalFrame',
    sequenceNumber: view.getUint32(offset + 4),
    ivStart: offset + 8,
    contentStart: offset + FINAL_FRAME_HEAD_LENGTH,
    contentLength,
  };
}

function readNonFramedHead(view: DataView, offset: number): FrameHead {
  // Far beyond 2^53 the sum is inexact and still beyond the limit.
  const contentLength = view.getUint32(offset + IV_LENGTH) * 2 ** 32 + view.getUint32(offset + IV_LENGTH + 4);
  if (contentLength > MAX_NON_FRAMED_LENGTH) throw new MalformedMessageError('the content length is beyond the format');
  return {
    kind: 'nonFramed',
    sequenceNumber: 1,
    ivStart: offset,
    contentStart: offset + NON_FRAMED_HEAD_LENGTH,
    contentLength,
  };
}

/** A view of all of the bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
