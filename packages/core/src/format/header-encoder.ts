import { totalLength } from '../bytes.ts';
import type { EncryptionContext } from '../encryption-context.ts';
import { IV_LENGTH, MAX_FIELD_LENGTH } from '../limits.ts';
import type { AlgorithmSuite } from './algorithm-suites.ts';
import { ByteWriter } from './byte-writer.ts';
import type { EncryptedDataKey } from './encrypted-data-key.ts';
import { encodeEncryptedDataKey } from './encrypted-data-key-codec.ts';
import { encodeEncryptionContext } from './encryption-context-codec.ts';

/** The type byte of version 1: customer authenticated encrypted data. */
export const MESSAGE_TYPE_V1 = 0x80;
/** The content type byte of a framed message. */
export const CONTENT_TYPE_FRAMED = 0x02;
/** The content type byte of a non-framed message, which is only read. */
export const CONTENT_TYPE_NON_FRAMED = 0x01;

/** What a header says; everything but its authentication. */
export type HeaderFields = {
  readonly algorithmSuite: AlgorithmSuite;
  readonly messageId: Uint8Array;
  readonly encryptionContext: EncryptionContext;
  readonly encryptedDataKeys: readonly EncryptedDataKey[];
  readonly frameLength: number;
  /** Exactly when the suite commits. */
  readonly commitment?: Uint8Array | undefined;
};

/**
 * Encodes the body of a framed message's header: all of it but the authentication. Encoded once per message; a header is
 * never written again under the same key, since its tag has a fixed IV.
 *
 *   version 1: 01 ‖ 80 ‖ suite id (2 B) ‖ message id (16 B) ‖ context ‖ data keys ‖ 02 ‖ 00000000 ‖ 0C ‖ frame length (4 B)
 *   version 2: 02 ‖ suite id (2 B) ‖ message id (32 B) ‖ context ‖ data keys ‖ 02 ‖ frame length (4 B) ‖ commitment (32 B)
 *
 * with context = length (2 B) ‖ encoded context, and data keys = count (2 B) ‖ entries.
 *
 * @returns A fresh array.
 * @throws RangeError when something does not fit its length field.
 * @see AWS Encryption SDK specification, data-format/message-header.md
 */
export function encodeHeaderBody(fields: HeaderFields): Uint8Array {
  const { algorithmSuite: suite, messageId, encryptedDataKeys } = fields;
  if (encryptedDataKeys.length > MAX_FIELD_LENGTH) {
    throw new RangeError(
      `${encryptedDataKeys.length} encrypted data keys do not fit: the format allows ${MAX_FIELD_LENGTH}`,
    );
  }
  const context = encodeEncryptionContext(fields.encryptionContext);
  const entries = encryptedDataKeys.map(encodeEncryptedDataKey);
  const fixedLength = suite.messageVersion === 1 ? 4 + 10 : 3 + 5;
  const commitment = fields.commitment ?? new Uint8Array(0);
  const variableLength = 2 + context.length + 2 + totalLength(entries);
  const writer = new ByteWriter(fixedLength + messageId.length + variableLength + commitment.length);
  writer.writeU8(suite.messageVersion);
  if (suite.messageVersion === 1) writer.writeU8(MESSAGE_TYPE_V1);
  writer.writeU16(suite.id);
  writer.writeBytes(messageId);
  writer.writeField(context);
  writer.writeU16(entries.length);
  for (const entry of entries) writer.writeBytes(entry);
  writer.writeU8(CONTENT_TYPE_FRAMED);
  if (suite.messageVersion === 1) {
    writer.writeU32(0);
    writer.writeU8(IV_LENGTH);
  }
  writer.writeU32(fields.frameLength);
  writer.writeBytes(commitment);
  return writer.bytes;
}
