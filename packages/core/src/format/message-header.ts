import type { EncryptionContext } from '../encryption-context.ts';
import type { AlgorithmSuite } from './algorithm-suites.ts';
import type { EncryptedDataKey } from './encrypted-data-key.ts';

/**
 * The header of a message, decoded.
 *
 * @see AWS Encryption SDK specification, data-format/message-header.md
 */
export type MessageHeader = {
  /** Version of the message format. */
  readonly version: 1 | 2;
  readonly algorithmSuite: AlgorithmSuite;
  /** Random: 16 bytes in version 1, 32 in version 2. */
  readonly messageId: Uint8Array;
  /** The stored pairs. Required context is authenticated without being stored, and so is not here. */
  readonly encryptionContext: EncryptionContext;
  readonly encryptedDataKeys: readonly EncryptedDataKey[];
  /** New messages are always framed; non-framed ones can be read. */
  readonly contentType: 'framed' | 'nonFramed';
  /** Bytes of plaintext in each frame but the last; 0 in a non-framed message. */
  readonly frameLength: number;
  /** Bytes of the header with its authentication: the body starts here. */
  readonly headerLength: number;
  /** The key commitment, 32 bytes; version 2 only. */
  readonly commitment?: Uint8Array | undefined;
  /** Whether the header was authenticated under the data key. `parseMessageHeader` gives false: nobody vouches for it. */
  readonly verified: boolean;
};

/** Length of a message id. */
export function messageIdLength(version: 1 | 2): 16 | 32 {
  return version === 1 ? 16 : 32;
}
