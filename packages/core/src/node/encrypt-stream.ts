import { Transform, type TransformCallback } from 'node:stream';
import type { MessageHeader } from '../format/message-header.ts';
import type { Keyring } from '../materials/keyring.ts';
import type { MaterialsManager } from '../materials/materials-manager.ts';
import type { EncryptStreamOptions } from '../message-options.ts';
import { MessageEncryption } from '../stream/message-encryption.ts';

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
  const encryption = new MessageEncryption(keys, options);
  const stream = new Transform({
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    construct(this: Transform, callback: (error?: Error | null) => void): void {
      const start = async (): Promise<void> => {
        for (const piece of await encryption.start()) this.push(piece);
      };
      start().then(() => callback(), callback);
    },
    transform(this: Transform, chunk: unknown, _encoding: string, callback: TransformCallback): void {
      try {
        const output: Uint8Array[] = [];
        encryption.push(chunk, output);
        for (const piece of output) this.push(piece);
        callback();
      } catch (error) {
        callback(error as Error);
      }
    },
    flush(this: Transform, callback: TransformCallback): void {
      const output: Uint8Array[] = [];
      const finish = async (): Promise<void> => {
        await encryption.finish(output);
        for (const piece of output) this.push(piece);
      };
      finish().then(() => callback(), callback);
    },
    destroy(error: Error | null, callback: (error: Error | null) => void): void {
      encryption.close(error ?? undefined);
      callback(error);
    },
  });
  return Object.defineProperty(stream, 'header', { get: () => encryption.header }) as EncryptStream;
}
