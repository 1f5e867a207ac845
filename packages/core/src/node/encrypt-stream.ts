import type { Transform } from 'node:stream';
import type { MessageHeader } from '../format/message-header.ts';
import type { Keyring } from '../materials/keyring.ts';
import type { MaterialsManager } from '../materials/materials-manager.ts';
import type { EncryptStreamOptions } from '../message-options.ts';
import { MessageEncryption } from '../stream/message-encryption.ts';
import { type CreateSigningSink, createLocalSigningSink } from '../stream/signature-sink.ts';
import { createMessageTransform } from './message-transform.ts';
import { createSigningThread, usesSignatureThread } from './signature-thread.ts';
import { checkParallelism, type StreamOptions } from './stream-options.ts';

/** Options of `encryptStream`. */
export type NodeEncryptStreamOptions = EncryptStreamOptions & StreamOptions;

/** A stream that takes plaintext and gives one message. */
export type EncryptStream = Transform & {
  /** How many threads work: 2 once a signature is hashed beside the encryption, else 1. */
  readonly parallelism: number;
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
export function encryptStream(keys: Keyring | MaterialsManager, options: NodeEncryptStreamOptions = {}): EncryptStream {
  const inThread = usesSignatureThread(
    checkParallelism(options.parallelism),
    options.plaintextLength ?? options.maxPlaintextLength,
  );
  let threads = 1;
  const createSigner: CreateSigningSink = (message) => {
    if (!inThread || message.signingKey === undefined) return createLocalSigningSink(message);
    threads = 2;
    return createSigningThread(message);
  };
  const { stream, machine } = createMessageTransform(
    (onFailure) => new MessageEncryption(keys, options, onFailure, createSigner),
  );
  return Object.defineProperties(stream, {
    header: { get: () => machine.header },
    parallelism: { get: () => threads },
  }) as EncryptStream;
}
