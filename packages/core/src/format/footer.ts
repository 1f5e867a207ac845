import { FOOTER_HEAD_LENGTH } from './frame-layout.ts';

/**
 * Encodes the footer of a signed message.
 *
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
