import { createVerify } from 'node:crypto';
import { compressedKeyToSpki } from './compressed-key.ts';
import { readMessageLayout } from './message-layout.ts';

/**
 * Checks the signature of a message by node:crypto alone: it needs the public key of the header and no data key.
 *
 * @param publicKey - Base64 of the compressed point, as in the context pair `aws-crypto-public-key`.
 */
export function verifySignature(message: Uint8Array, publicKey: string): boolean {
  const { footer } = readMessageLayout(message);
  if (footer === undefined) return false;
  const point = Buffer.from(publicKey, 'base64');
  const verify = createVerify(point.length === 33 ? 'sha256' : 'sha384');
  verify.update(message.subarray(0, footer.length.start));
  const key = compressedKeyToSpki(point);
  return verify.verify(
    { key, format: 'der', type: 'spki' },
    message.subarray(footer.signature.start, footer.signature.end),
  );
}
