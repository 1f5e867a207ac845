import { Transform, type TransformCallback } from 'node:stream';
import type { EncryptionContext } from '../encryption-context.ts';
import type { MessageHeader } from '../format/message-header.ts';
import type { Keyring } from '../materials/keyring.ts';
import type { MaterialsManager } from '../materials/materials-manager.ts';
import type { DecryptOptions } from '../message-options.ts';
import { MessageDecryption } from '../stream/message-decryption.ts';

/** A stream that takes one message and gives its plaintext. */
export type DecryptStream = Transform & {
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
export function decryptStream(keys: Keyring | MaterialsManager, options: DecryptOptions = {}): DecryptStream {
  const decryption = new MessageDecryption(keys, options);
  const stream = new Transform({
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    transform(this: Transform, chunk: unknown, _encoding: string, callback: TransformCallback): void {
      const output: Uint8Array[] = [];
      const put = (): void => {
        for (const piece of output) this.push(piece);
        callback();
      };
      try {
        const pending = decryption.push(chunk, output);
        if (pending === undefined) put();
        else pending.then(put, callback);
      } catch (error) {
        for (const piece of output) this.push(piece);
        callback(error as Error);
      }
    },
    flush(this: Transform, callback: TransformCallback): void {
      const output: Uint8Array[] = [];
      const finish = async (): Promise<void> => {
        await decryption.finish(output);
        for (const piece of output) this.push(piece);
      };
      finish().then(() => callback(), callback);
    },
    destroy(error: Error | null, callback: (error: Error | null) => void): void {
      decryption.close(error ?? undefined);
      callback(error);
    },
  });
  return Object.defineProperties(stream, {
    header: { get: () => decryption.header },
    encryptionContext: { get: () => decryption.encryptionContext },
  }) as DecryptStream;
}
