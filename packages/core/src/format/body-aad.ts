// What is authenticated with each piece of the body, and the IVs that waxseal writes.

import { IV_LENGTH } from '../limits.ts';

/** The kinds of body pieces; each has its own text in the authenticated data, so that none passes for another. */
const CONTENT_TEXT = {
  frame: 'AWSKMSEncryptionClient Frame',
  finalFrame: 'AWSKMSEncryptionClient Final Frame',
  nonFramed: 'AWSKMSEncryptionClient Single Block',
} as const;

/** A kind of body piece: a frame, the final one, or the whole of a non-framed body. */
export type BodyPiece = keyof typeof CONTENT_TEXT;

const CONTENT_BYTES: Readonly<Record<BodyPiece, Uint8Array>> = {
  frame: new TextEncoder().encode(CONTENT_TEXT.frame),
  finalFrame: new TextEncoder().encode(CONTENT_TEXT.finalFrame),
  nonFramed: new TextEncoder().encode(CONTENT_TEXT.nonFramed),
};

/**
 * Builds the additional authenticated data of body pieces in buffers that are used again: valid until the next call.
 *
 *   message id (16 or 32 B) ‖ content text (ASCII) ‖ sequence number (4 B) ‖ plaintext length (8 B)
 *
 * @see AWS Encryption SDK specification, data-format/message-body-aad.md
 */
export class BodyAad {
  readonly #messageId: Uint8Array;
  readonly #templates: { [Piece in BodyPiece]?: AadTemplate } = {};

  /** @param messageId - Copied: callers see the same bytes in the header, and may write on them. */
  constructor(messageId: Uint8Array) {
    this.#messageId = messageId.slice();
  }

  /** @param plaintextLength - Bytes of plaintext in this piece, at most 2^36 − 32. */
  encode(piece: BodyPiece, sequenceNumber: number, plaintextLength: number): Uint8Array {
    const template = this.#templates[piece] ?? this.#prepare(piece);
    const { bytes, view, numbersAt } = template;
    view.setUint32(numbersAt, sequenceNumber);
    view.setUint32(numbersAt + 4, Math.floor(plaintextLength / 2 ** 32));
    view.setUint32(numbersAt + 8, plaintextLength % 2 ** 32);
    return bytes;
  }

  #prepare(piece: BodyPiece): AadTemplate {
    const template = aadTemplate(this.#messageId, CONTENT_BYTES[piece]);
    this.#templates[piece] = template;
    return template;
  }
}

type AadTemplate = { readonly bytes: Uint8Array; readonly view: DataView; readonly numbersAt: number };

function aadTemplate(messageId: Uint8Array, text: Uint8Array): AadTemplate {
  const numbersAt = messageId.length + text.length;
  const bytes = new Uint8Array(numbersAt + 12);
  bytes.set(messageId);
  bytes.set(text, messageId.length);
  return { bytes, view: new DataView(bytes.buffer), numbersAt };
}

/** Writes the IV of a frame: eight zero bytes and the sequence number. No two frames of a message share one. */
export function writeFrameIv(iv: DataView, offset: number, sequenceNumber: number): void {
  iv.setUint32(offset, 0);
  iv.setUint32(offset + 4, 0);
  iv.setUint32(offset + IV_LENGTH - 4, sequenceNumber);
}
