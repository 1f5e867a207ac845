import { u32 } from '../messages/context-bytes.ts';
import { headerField, readMessageLayout } from '../messages/message-layout.ts';
import { blockOf, elementOf } from './gf128.ts';
import { ghashPolynomial } from './ghash.ts';
import { evaluate } from './polynomial.ts';

const CONTENT_TEXT = {
  frame: 'AWSKMSEncryptionClient Frame',
  finalFrame: 'AWSKMSEncryptionClient Final Frame',
  nonFramed: 'AWSKMSEncryptionClient Single Block',
} as const;

/**
 * Replaces the plaintext of one frame, given the hash key and no other key.
 *
 * GCM encrypts by XOR, so that a known plaintext becomes any other of its length; the mask of the frame's tag is the old tag
 * plus the old GHASH.
 *
 * @param frame - Index of the frame, from 0.
 * @param known - The frame's plaintext.
 * @param wanted - As long as `known`.
 */
export function forgeFrame(
  message: Uint8Array,
  hashKey: bigint,
  frame: number,
  known: Uint8Array,
  wanted: Uint8Array,
): Uint8Array {
  const layout = readMessageLayout(message);
  const piece = layout.pieces[frame];
  if (piece === undefined) throw new RangeError('no such frame');
  const id = headerField(layout, 'messageId');
  const aad = Buffer.concat([
    message.subarray(id.start, id.end),
    Buffer.from(CONTENT_TEXT[piece.kind]),
    u32(piece.sequenceNumber),
    u32(0),
    u32(known.length),
  ]);
  const old = message.subarray(piece.content.start, piece.content.end);
  const ciphertext = old.map((byte, at) => byte ^ (known[at] ?? 0) ^ (wanted[at] ?? 0));
  const hash = (bytes: Uint8Array): bigint => evaluate(ghashPolynomial(aad, bytes), hashKey);
  const mask = elementOf(message.subarray(piece.tag.start, piece.tag.end)) ^ hash(old);
  const forged = Uint8Array.from(message);
  forged.set(ciphertext, piece.content.start);
  forged.set(blockOf(mask ^ hash(ciphertext)), piece.tag.start);
  return forged;
}
