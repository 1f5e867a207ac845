import { ByteWriter } from './byte-writer.ts';
import type { EncryptedDataKey } from './encrypted-data-key.ts';

const encoder = new TextEncoder();

/**
 * Encodes one entry of the header's list of encrypted data keys.
 *
 * @returns A fresh array; its layout is that of `EncryptedDataKey`.
 * @throws RangeError when a field is longer than 65,535 bytes.
 */
export function encodeEncryptedDataKey(key: EncryptedDataKey): Uint8Array {
  const providerId = encoder.encode(key.providerId);
  const writer = new ByteWriter(6 + providerId.length + key.providerInfo.length + key.ciphertext.length);
  writer.writeField(providerId);
  writer.writeField(key.providerInfo);
  writer.writeField(key.ciphertext);
  return writer.bytes;
}
