// Lengths of body pieces, for those who write them and those who must know a message's length beforehand.

import { IV_LENGTH, TAG_LENGTH } from '../limits.ts';
import type { MessageHeader } from './message-header.ts';

/** Marks the final frame; so no regular frame has this sequence number. */
export const FINAL_FRAME_MARKER = 0xffffffff;
/** sequence number (4 B) ‖ IV (12 B), before the ciphertext of a regular frame. */
export const FRAME_HEAD_LENGTH: number = 4 + IV_LENGTH;
/** marker (4 B) ‖ sequence number (4 B) ‖ IV (12 B) ‖ content length (4 B), before the ciphertext of the final frame. */
export const FINAL_FRAME_HEAD_LENGTH: number = 8 + IV_LENGTH + 4;
/** IV (12 B) ‖ content length (8 B), before the ciphertext of a non-framed body. */
export const NON_FRAMED_HEAD_LENGTH: number = IV_LENGTH + 8;
/** What a regular frame adds to its plaintext. */
export const FRAME_OVERHEAD: number = FRAME_HEAD_LENGTH + TAG_LENGTH;
/** What the final frame adds to its plaintext. */
export const FINAL_FRAME_OVERHEAD: number = FINAL_FRAME_HEAD_LENGTH + TAG_LENGTH;
/** The length field of a signature. */
export const FOOTER_HEAD_LENGTH = 2;

/** @returns How many frames waxseal writes: a plaintext that fills its frames exactly ends in a full final frame. */
export function frameCount(plaintextLength: number, frameLength: number): number {
  return Math.max(1, Math.ceil(plaintextLength / frameLength));
}

/**
 * Tells the exact length of a message that waxseal writes, before a byte of its body is made.
 *
 * A streamed signature is, in less than one message of a hundred, a byte or two shorter or longer than the length that
 * is aimed at; then so is the message. Unsigned messages and those of `encrypt` always have the length told here.
 *
 * @param header - The header of the message, as `encryptStream(…).header` gives it.
 * @param plaintextLength - In bytes.
 * @returns Bytes of header, body and footer together.
 * @throws RangeError when the length is not a whole number of bytes.
 */
export function messageLength(
  header: Pick<MessageHeader, 'algorithmSuite' | 'frameLength' | 'headerLength'>,
  plaintextLength: number,
): number {
  if (!Number.isSafeInteger(plaintextLength) || plaintextLength < 0) {
    throw new RangeError('plaintextLength must be a whole number of bytes, 0 or more');
  }
  const frames = frameCount(plaintextLength, header.frameLength);
  const body = plaintextLength + (frames - 1) * FRAME_OVERHEAD + FINAL_FRAME_OVERHEAD;
  const { signature } = header.algorithmSuite;
  const footer = signature === undefined ? 0 : FOOTER_HEAD_LENGTH + signature.signatureLength;
  return header.headerLength + body + footer;
}
