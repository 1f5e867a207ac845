// One decryption under way, for every kind of stream: from the first byte to the last, or to its abandonment.

import { toBytes } from '../bytes.ts';
import type { EncryptionContext } from '../encryption-context.ts';
import { HeaderCollector } from '../format/header-collector.ts';
import type { MessageHeader } from '../format/message-header.ts';
import { DEFAULT_MAX_STREAM_FRAME_LENGTH } from '../limits.ts';
import type { Keyring } from '../materials/keyring.ts';
import type { MaterialsManager } from '../materials/materials-manager.ts';
import { checkDecryptOptions, type DecryptOptions, type DecryptSettings } from '../message-options.ts';
import { authenticateHeader } from './authenticate-header.ts';
import { BodyOpener } from './body-opener.ts';
import { type Deferred, deferred } from './deferred.ts';

/**
 * The state machine behind the decrypting streams.
 *
 * `push` any number of times, then `finish`; `close` in any case, with the error if there was one: it settles `header` and
 * `encryptionContext`, stops a pending request for materials and forgets what was held back.
 */
export class MessageDecryption {
  readonly #keys: Keyring | MaterialsManager;
  readonly #settings: DecryptSettings;
  readonly #abort = new AbortController();
  readonly #header: Deferred<MessageHeader> = deferred();
  readonly #encryptionContext: Deferred<EncryptionContext> = deferred();
  readonly #collector: HeaderCollector;
  #body: BodyOpener | undefined;
  #closed = false;

  constructor(keys: Keyring | MaterialsManager, options: DecryptOptions) {
    const settings = checkDecryptOptions(options, DEFAULT_MAX_STREAM_FRAME_LENGTH);
    const signal =
      settings.signal === undefined ? this.#abort.signal : AbortSignal.any([settings.signal, this.#abort.signal]);
    this.#keys = keys;
    this.#settings = { ...settings, signal };
    this.#collector = new HeaderCollector(settings);
  }

  /** Settles as soon as the header is authentic, or when the decryption fails before. */
  get header(): Promise<MessageHeader> {
    return this.#header.promise;
  }

  /** Everything that was authenticated; settles with the header. */
  get encryptionContext(): Promise<EncryptionContext> {
    return this.#encryptionContext.promise;
  }

  /**
   * Takes message bytes; puts out plaintext that is verified.
   *
   * @returns A promise only while the header is being authenticated, so that frames cost none.
   */
  push(chunk: unknown, output: Uint8Array[]): Promise<void> | undefined {
    const bytes = toBytes(chunk, 'message');
    if (this.#body !== undefined) {
      this.#body.push(bytes, output);
      return undefined;
    }
    const collected = this.#collector.push(bytes);
    if (collected === undefined) return undefined;
    return authenticateHeader(collected.decoded, this.#keys, this.#settings).then((message) => {
      if (this.#closed) throw this.#abort.signal.reason;
      this.#header.resolve(message.header);
      this.#encryptionContext.resolve(message.encryptionContext);
      this.#body = new BodyOpener(message, this.#settings);
      this.#body.push(collected.rest, output);
    });
  }

  /** Says that the input has ended; puts out what waited for the signature. */
  async finish(output: Uint8Array[]): Promise<void> {
    if (this.#body === undefined) throw this.#collector.endError();
    await this.#body.finish(output);
    this.close();
  }

  /** May be called again; only the first error counts. */
  close(error?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    const reason = error ?? new Error('the stream was closed before its header was verified');
    this.#header.reject(reason);
    this.#encryptionContext.reject(reason);
    this.#abort.abort(reason);
    this.#body?.close();
  }
}
