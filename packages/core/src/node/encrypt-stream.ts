import type { Transform } from 'node:stream';
import type { MessageHeader } from '../format/message-header.ts';
import type { Keyring } from '../materials/keyring.ts';
import type { MaterialsManager } from '../materials/materials-manager.ts';
import type { EncryptStreamOptions } from '../message-options.ts';
import { MessageEncryption } from '../stream/message-encryption.ts';
import { createMessageTransform } from './message-transform.ts';

/** A stream that takes plaintext and gives one message. */
export type EncryptStream = Transform & {
  /** Settles when the header is made, or with the error that came before; never an unhandled rejection. */
  readonly header: Promise<MessageHeader>;
};

/**
 * Encrypts what is written into one message.
 *
 * Asks for its materials at once, not at the first byte. Any failure, and `destroy`, ends the lease of the keys.
 *
 * @throws TypeError, RangeError for wrong options; later failures are the stream's `error`.
 */
export function encryptStream(keys: Keyring | MaterialsManager, options: EncryptStreamOptions = {}): EncryptStream {
  const { stream, machine } = createMessageTransform((onFailure) => new MessageEncryption(keys, options, onFailure));
  return Object.defineProperty(stream, 'header', { get: () => machine.header }) as EncryptStream;
}
