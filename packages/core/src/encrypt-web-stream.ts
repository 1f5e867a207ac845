import type { MessageHeader } from './format/message-header.ts';
import type { Keyring } from './materials/keyring.ts';
import type { MaterialsManager } from './materials/materials-manager.ts';
import type { EncryptStreamOptions } from './message-options.ts';
import { MessageEncryption } from './stream/message-encryption.ts';
import { createWebTransform } from './stream/web-transform.ts';

/** A pair of web streams that takes plaintext and gives one message. */
export type EncryptWebStream = TransformStream<Uint8Array, Uint8Array> & {
  /** Settles when the header is made, or with the error that came before; never an unhandled rejection. */
  readonly header: Promise<MessageHeader>;
};

/**
 * Encrypts what is written into one message: `readable.pipeThrough(encryptWebStream(keys))`.
 *
 * Asks for its materials at once. Any failure, abort and cancel end the lease of the keys. Not an `instanceof
 * TransformStream`, but everything that takes `{ readable, writable }` takes it.
 *
 * @throws TypeError, RangeError for wrong options; later failures come from both ends.
 */
export function encryptWebStream(
  keys: Keyring | MaterialsManager,
  options: EncryptStreamOptions = {},
): EncryptWebStream {
  const { stream, machine } = createWebTransform((onFailure) => new MessageEncryption(keys, options, onFailure));
  return { readable: stream.readable, writable: stream.writable, header: machine.header };
}
