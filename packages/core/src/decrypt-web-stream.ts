import type { EncryptionContext } from './encryption-context.ts';
import type { MessageHeader } from './format/message-header.ts';
import type { Keyring } from './materials/keyring.ts';
import type { MaterialsManager } from './materials/materials-manager.ts';
import type { DecryptOptions } from './message-options.ts';
import { MessageDecryption } from './stream/message-decryption.ts';
import { createWebTransform } from './stream/web-transform.ts';

/** A pair of web streams that takes one message and gives its plaintext. */
export type DecryptWebStream = TransformStream<Uint8Array, Uint8Array> & {
  /** Settles when the header is authentic, or with the error that came before; never an unhandled rejection. */
  readonly header: Promise<MessageHeader>;
  /** Everything that was authenticated; settles with `header`. */
  readonly encryptionContext: Promise<EncryptionContext>;
};

/**
 * Decrypts the message that is written: `readable.pipeThrough(decryptWebStream(keys))`.
 *
 * Each frame comes out once it is verified; the final frame of a signed message only after its signature. An error can
 * come after frames came out: treat them as unfinished until the stream ends. Not an `instanceof TransformStream`, but
 * everything that takes `{ readable, writable }` takes it.
 *
 * @throws TypeError, RangeError for wrong options; later failures come from both ends.
 */
export function decryptWebStream(keys: Keyring | MaterialsManager, options: DecryptOptions = {}): DecryptWebStream {
  const { stream, machine } = createWebTransform((onFailure) => new MessageDecryption(keys, options, onFailure));
  return {
    readable: stream.readable,
    writable: stream.writable,
    header: machine.header,
    encryptionContext: machine.encryptionContext,
  };
}
