// How long the parts of a message in a file are, and whether they fit together. Nothing of this is authenticated.

import type { FileHandle } from 'node:fs/promises';
import type { MessageHeader } from 'waxseal';

/** The parts of a message, in bytes. */
export type MessageSize = {
  readonly messageLength: number;
  readonly headerLength: number;
  readonly frames: number;
  readonly plaintextLength: number;
  /** The footer of a signing suite; 0 elsewhere. */
  readonly footerLength: number;
};

/** sequence number (4) ‖ IV (12) … tag (16) around each frame; the final one has 8 bytes more. */
const FRAME_OVERHEAD = 32;
const FINAL_HEAD_LENGTH = 24;
const FINAL_OVERHEAD = 40;
const FINAL_MARKER = 0xffffffff;
/** A non-framed body: IV (12) ‖ length (8) ‖ content ‖ tag (16). */
const NON_FRAMED_OVERHEAD = 36;
/** The longest ECDSA signature in DER (P-384: two integers of 49 bytes), with its length field and room. */
const MAX_FOOTER_LENGTH = 2 + 112;

/**
 * Measures a message by its header and a look at its end.
 *
 * @returns undefined when the parts don't fit: the message was cut or lengthened, or is still being written.
 */
export async function measureMessage(
  file: FileHandle,
  messageLength: number,
  header: MessageHeader,
): Promise<MessageSize | undefined> {
  const tailStart = Math.max(header.headerLength, messageLength - MAX_FOOTER_LENGTH);
  const tail = await readAt(file, tailStart, messageLength);
  for (const footerLength of footerLengths(header, tail)) {
    const size = await fitBody(file, messageLength, header, footerLength);
    if (size !== undefined) return size;
  }
  return undefined;
}

/** Every length that the footer may have, by its length field and the first byte of a DER signature. */
function footerLengths({ algorithmSuite }: MessageHeader, tail: Buffer): number[] {
  if (algorithmSuite.signature === undefined) return [0];
  const lengths = [];
  for (let start = 0; start + 3 <= tail.length; start++) {
    const length = tail.length - start;
    if (tail.readUInt16BE(start) === length - 2 && tail[start + 2] === 0x30) lengths.push(length);
  }
  return lengths;
}

async function fitBody(
  file: FileHandle,
  messageLength: number,
  header: MessageHeader,
  footerLength: number,
): Promise<MessageSize | undefined> {
  const { headerLength, frameLength } = header;
  const bodyLength = messageLength - headerLength - footerLength;
  const common = { messageLength, headerLength, footerLength };
  if (header.contentType === 'nonFramed') {
    const plaintextLength = bodyLength - NON_FRAMED_OVERHEAD;
    return plaintextLength < 0 ? undefined : { ...common, frames: 1, plaintextLength };
  }
  const regular = Math.floor((bodyLength - FINAL_OVERHEAD) / (frameLength + FRAME_OVERHEAD));
  if (regular < 0) return undefined;
  const finalStart = headerLength + regular * (frameLength + FRAME_OVERHEAD);
  const finalLength = messageLength - footerLength - finalStart - FINAL_OVERHEAD;
  const head = await readAt(file, finalStart, finalStart + FINAL_HEAD_LENGTH);
  if (!isFinalHead(head, regular + 1, finalLength)) return undefined;
  return { ...common, frames: regular + 1, plaintextLength: regular * frameLength + finalLength };
}

function isFinalHead(head: Buffer, sequenceNumber: number, length: number): boolean {
  if (head.length < FINAL_HEAD_LENGTH) return false;
  const fields = [head.readUInt32BE(0), head.readUInt32BE(4), head.readUInt32BE(20)];
  return fields[0] === FINAL_MARKER && fields[1] === sequenceNumber && fields[2] === length;
}

async function readAt(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.max(0, end - start));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
  return buffer.subarray(0, bytesRead);
}
