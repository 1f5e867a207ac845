// Messages that are all in memory: sealed and opened from one array into another, with nothing copied in between.

import { engine } from '#engine';
import { wipe } from '../bytes.ts';
import { MAX_POOL_MESSAGE_LENGTH } from '../crypto/crypto-engine.ts';
import { DecryptionFailedError, MalformedMessageError } from '../errors.ts';
import { BodyAad } from '../format/body-aad.ts';
import { encodeFooter } from '../format/footer.ts';
import {
  type FrameHead,
  HEAD_START_LENGTH,
  headLength,
  MAX_HEAD_LENGTH,
  readFrameHead,
  viewOf,
} from '../format/frame-head.ts';
import { FOOTER_HEAD_LENGTH } from '../format/frame-layout.ts';
import type { MessageHeader } from '../format/message-header.ts';
import { IV_LENGTH, TAG_LENGTH } from '../limits.ts';
import { type AuthenticatedHeader, frameTooLong } from './authenticate-header.ts';
import { layoutOf } from './body-layout.ts';
import { type BodyLimits, plaintextTooLong } from './body-opener.ts';
import type { MessageParts } from './start-message.ts';

/** Makes all of a message. @returns A fresh array. */
export async function sealWhole(message: MessageParts, plaintext: Uint8Array): Promise<Uint8Array> {
  const { header, frames, signingKey } = message;
  const layout = layoutOf(header, plaintext.length);
  const signatureLength = header.algorithmSuite.signature?.signatureLength ?? 0;
  const footerLength = signingKey === undefined ? 0 : FOOTER_HEAD_LENGTH + signatureLength;
  const whole = new Uint8Array(layout.bodyEnd + footerLength);
  let position = 0;
  for (const piece of message.headerBytes) {
    whole.set(piece, position);
    position += piece.length;
  }
  for (let index = 0; index <= layout.finalIndex; index++) {
    const start = index * layout.frameLength;
    const frame = plaintext.subarray(start, start + layout.frameLength);
    position = frames.sealInto(index === layout.finalIndex, [frame], frame.length, whole, position);
  }
  if (signingKey !== undefined) {
    const signed = whole.subarray(0, layout.bodyEnd);
    whole.set(encodeFooter(await engine.signWhole(signingKey, [signed], signatureLength)), layout.bodyEnd);
  }
  return whole;
}

/**
 * Opens all of a message whose header is authentic.
 *
 * @param bytes - The whole message; must not change before the promise settles.
 * @returns The plaintext, all of it verified, in a fresh array.
 * @throws MalformedMessageError, LimitExceededError, DecryptionFailedError
 */
export async function openWhole(
  message: AuthenticatedHeader,
  bytes: Uint8Array,
  limits: BodyLimits,
): Promise<Uint8Array> {
  const { header, verificationKey } = message;
  const view = viewOf(bytes);
  const { plaintextLength, bodyEnd } = measureBody(header, view, limits);
  const footer = bytes.subarray(bodyEnd);
  assertFooterEnds(footer, verificationKey !== undefined);
  const plaintext = new Uint8Array(plaintextLength);
  const { signature } = header.algorithmSuite;
  if (signature === undefined || verificationKey === undefined) {
    openFrames(message, bytes, view, plaintext);
    return plaintext;
  }
  const signed = bytes.subarray(0, bodyEnd);
  const verify = (): Promise<boolean> =>
    engine.verifyWhole(signature.curve, verificationKey, [signed], footer.subarray(FOOTER_HEAD_LENGTH));
  // Beside the frames only where the thread pool does it: a longer message would be hashed on here after a frame has failed.
  const verifying = bodyEnd <= MAX_POOL_MESSAGE_LENGTH ? verify() : undefined;
  // When a frame fails first, nobody asks for the outcome.
  verifying?.catch(() => {});
  openFrames(message, bytes, view, plaintext);
  if (await (verifying ?? verify())) return plaintext;
  wipe(plaintext);
  throw new DecryptionFailedError();
}

/** Walks over the heads of all frames: nothing is decrypted, or allocated, before order and lengths are right. */
function measureBody(
  header: MessageHeader,
  view: DataView,
  limits: BodyLimits,
): { readonly plaintextLength: number; readonly bodyEnd: number } {
  let position = header.headerLength;
  let plaintextLength = 0;
  for (let number = 1; ; number++) {
    const head = headAt(header, view, position);
    if (head.contentLength > limits.maxFrameLength) throw frameTooLong(limits.maxFrameLength);
    if (head.sequenceNumber !== number) throw new DecryptionFailedError();
    plaintextLength += head.contentLength;
    if (plaintextLength > limits.maxPlaintextLength) throw plaintextTooLong(limits.maxPlaintextLength);
    position = head.contentStart + head.contentLength + TAG_LENGTH;
    if (position > view.byteLength) throw endsTooEarly();
    if (head.kind !== 'frame') return { plaintextLength, bodyEnd: position };
  }
}

function headAt(header: MessageHeader, view: DataView, position: number): FrameHead {
  const available = view.byteLength - position;
  if (available < MAX_HEAD_LENGTH) {
    if (available < HEAD_START_LENGTH || available < headLength(header, view, position)) throw endsTooEarly();
  }
  return readFrameHead(header, view, position);
}

function openFrames(
  { header, aead }: AuthenticatedHeader,
  bytes: Uint8Array,
  view: DataView,
  plaintext: Uint8Array,
): void {
  const aad = new BodyAad(header.messageId);
  let position = header.headerLength;
  let written = 0;
  for (let isLast = false; !isLast; ) {
    const { kind, sequenceNumber, ivStart, contentStart, contentLength } = readFrameHead(header, view, position);
    const contentEnd = contentStart + contentLength;
    const iv = bytes.subarray(ivStart, ivStart + IV_LENGTH);
    const frame = [bytes.subarray(contentStart, contentEnd)];
    const tag = bytes.subarray(contentEnd, contentEnd + TAG_LENGTH);
    if (!aead.openInto(iv, aad.encode(kind, sequenceNumber, contentLength), frame, tag, plaintext, written)) {
      wipe(plaintext);
      throw new DecryptionFailedError();
    }
    written += contentLength;
    position = contentEnd + TAG_LENGTH;
    isLast = kind !== 'frame';
  }
}

function assertFooterEnds(footer: Uint8Array, isSigned: boolean): void {
  if (!isSigned) {
    if (footer.length > 0) throw bytesFollow();
    return;
  }
  if (footer.length < FOOTER_HEAD_LENGTH) throw endsTooEarly();
  const length = viewOf(footer).getUint16(0);
  if (length === 0) throw new DecryptionFailedError();
  if (footer.length < FOOTER_HEAD_LENGTH + length) throw endsTooEarly();
  if (footer.length > FOOTER_HEAD_LENGTH + length) throw bytesFollow();
}

function endsTooEarly(): MalformedMessageError {
  return new MalformedMessageError('the message ends inside its body or footer');
}

function bytesFollow(): MalformedMessageError {
  return new MalformedMessageError('bytes follow the end of the message');
}
