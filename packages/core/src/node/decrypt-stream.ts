import type { Transform } from 'node:stream';
import type { EncryptionContext } from '../encryption-context.ts';
import type { MessageHeader } from '../format/message-header.ts';
import type { Keyring } from '../materials/keyring.ts';
import type { MaterialsManager } from '../materials/materials-manager.ts';
import type { DecryptOptions } from '../message-options.ts';
import { MessageDecryption } from '../stream/message-decryption.ts';
import { type CreateVerifyingSink, createLocalVerifyingSink } from '../stream/signature-sink.ts';
import { createMessageTransform } from './message-transform.ts';
import { createVerifyingThread, usesSignatureThread } from './signature-thread.ts';
import { checkParallelism, type StreamOptions } from './stream-options.ts';

/** Options of `decryptStream`. */
export type NodeDecryptStreamOptions = DecryptOptions & StreamOptions;

/** A stream that takes one message and gives its plaintext. */
export type DecryptStream = Transform & {
  /** How many threads work: 2 once a signature is hashed beside the decryption, else 1. */
  readonly parallelism: number;
  /** Settles when the header is authentic, or with the error that came before; never an unhandled rejection. */
  readonly header: Promise<MessageHeader>;
  /** Everything that was authenticated; settles with `header`. */
  readonly encryptionContext: Promise<EncryptionContext>;
};

/**
 * Decrypts the message that is written.
 *
 * Each frame comes out once it is verified; the final frame of a signed message only after its signature. An error can
 * come after frames came out: treat them as unfinished until the stream ends.
 *
 * @throws TypeError, RangeError for wrong options; later failures are the stream's `error`.
 */
export function decryptStream(keys: Keyring | MaterialsManager, options: NodeDecryptStreamOptions = {}): DecryptStream {
  const inThread = usesSignatureThread(checkParallelism(options.parallelism), undefined);
  let threads = 1;
  const createVerifier: CreateVerifyingSink = (message) => {
    if (!inThread || message.verificationKey === undefined) return createLocalVerifyingSink(message);
    threads = 2;
    return createVerifyingThread(message);
  };
  const { stream, machine } = createMessageTransform(
    (onFailure) => new MessageDecryption(keys, options, onFailure, createVerifier),
  );
  return Object.defineProperties(stream, {
    header: { get: () => machine.header },
    parallelism: { get: () => threads },
    encryptionContext: { get: () => machine.encryptionContext },
  }) as DecryptStream;
}
