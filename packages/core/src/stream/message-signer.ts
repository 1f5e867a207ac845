// Signatures over messages that are made bit by bit.

import { engine } from '#engine';
import type { Signer } from '../crypto/crypto-engine.ts';
import { FOOTER_HEAD_LENGTH } from '../format/frame-layout.ts';
import type { MessageHeader } from '../format/message-header.ts';
import type { MessageParts } from './start-message.ts';

/** @returns A signer that has taken the header; undefined when the suite does not sign. */
export function createMessageSigner({ signingKey, headerBytes }: MessageParts): Signer | undefined {
  if (signingKey === undefined) return undefined;
  const signer = engine.createSigner(signingKey);
  for (const piece of headerBytes) signer.update(piece);
  return signer;
}

/**
 * Ends a signature.
 *
 * @param signer - Has taken everything before the footer.
 * @returns The footer.
 */
export async function makeFooter(header: MessageHeader, signer: Signer): Promise<Uint8Array> {
  return encodeFooter(await signer.sign(header.algorithmSuite.signature?.signatureLength ?? 0));
}

/**
 *   signature length (2 B) ‖ signature (DER)
 *
 * @see AWS Encryption SDK specification, data-format/message-footer.md
 */
export function encodeFooter(signature: Uint8Array): Uint8Array {
  const footer = new Uint8Array(FOOTER_HEAD_LENGTH + signature.length);
  new DataView(footer.buffer).setUint16(0, signature.length);
  footer.set(signature, FOOTER_HEAD_LENGTH);
  return footer;
}
