// One decryption under way, for every kind of stream: from the first byte to the last, or to its abandonment.

import type { EncryptionContext } from '../encryption-context.ts';
import { HeaderCollector } from '../format/header-collector.ts';
import type { DecodedHeader } from '../format/header-decoder.ts';
import type { MessageHeader } from '../format/message-header.ts';
import { DEFAULT_MAX_STREAM_FRAME_LENGTH } from '../limits.ts';
import { asMaterialsManager } from '../materials/as-materials-manager.ts';
import type { Keyring } from '../materials/keyring.ts';
import type { MaterialsManager } from '../materials/materials-manager.ts';
import { checkDecryptOptions, type DecryptOptions, type DecryptSettings } from '../message-options.ts';
import { authenticateHeader } from './authenticate-header.ts';
import { BodyOpener } from './body-opener.ts';
import { type Deferred, deferred } from './deferred.ts';
import { listenForAbort } from './listen-for-abort.ts';
import type { MessageMachine, OnFailure } from './message-machine.ts';
import { type CreateVerifyingSink, createLocalVerifyingSink } from './signature-sink.ts';

/** The state machine behind the decrypting streams. */
export class MessageDecryption implements MessageMachine {
  readonly inputName = 'message';
  readonly #manager: MaterialsManager;
  readonly #settings: DecryptSettings;
  readonly #createVerifier: CreateVerifyingSink;
  readonly #abort = new AbortController();
  readonly #header: Deferred<MessageHeader> = deferred();
  readonly #encryptionContext: Deferred<EncryptionContext> = deferred();
  readonly #collector: HeaderCollector;
  readonly #stopListening: () => void;
  #body: BodyOpener | undefined;
  #closed = false;
  #reason: unknown;

  /**
   * @param onFailure - Called when it fails by itself.
   * @param createVerifier - Where the message is hashed: in this thread unless given.
   * @throws TypeError, RangeError for wrong keys or options.
   */
  constructor(
    keys: Keyring | MaterialsManager,
    options: DecryptOptions,
    onFailure: OnFailure,
    createVerifier: CreateVerifyingSink = createLocalVerifyingSink,
  ) {
    this.#manager = asMaterialsManager(keys);
    const settings = checkDecryptOptions(options, DEFAULT_MAX_STREAM_FRAME_LENGTH);
    this.#createVerifier = createVerifier;
    this.#settings = { ...settings, signal: this.#abort.signal };
    this.#collector = new HeaderCollector(settings);
    if (settings.signal?.aborted) this.#abort.abort(settings.signal.reason);
    this.#stopListening = listenForAbort(settings.signal, (reason) => {
      this.close(reason);
      onFailure(reason);
    });
  }

  /** Settles as soon as the header is authentic, or when the decryption fails before. */
  get header(): Promise<MessageHeader> {
    return this.#header.promise;
  }

  /** Everything that was authenticated; settles with the header. */
  get encryptionContext(): Promise<EncryptionContext> {
    return this.#encryptionContext.promise;
  }

  push(chunk: Uint8Array, output: Uint8Array[]): Promise<void> | undefined {
    this.#assertOpen();
    if (this.#body !== undefined) {
      return this.#body.push(chunk, output);
    }
    const collected = this.#collector.push(chunk);
    return collected === undefined ? undefined : this.#openBody(collected.decoded, collected.rest, output);
  }

  async finish(output: Uint8Array[]): Promise<void> {
    this.#assertOpen();
    if (this.#body === undefined) throw this.#collector.endError();
    await this.#body.finish(output);
    this.#assertOpen();
    this.#body.close();
  }

  close(error?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reason = error ?? new Error('the stream was closed');
    this.#stopListening();
    this.#header.reject(this.#reason);
    this.#encryptionContext.reject(this.#reason);
    this.#abort.abort(this.#reason);
    this.#body?.close();
  }

  async #openBody(decoded: DecodedHeader, rest: Uint8Array, output: Uint8Array[]): Promise<void> {
    const message = await authenticateHeader(decoded, this.#manager, this.#settings);
    this.#assertOpen();
    this.#header.resolve(message.header);
    this.#encryptionContext.resolve(message.encryptionContext);
    this.#body = new BodyOpener(message, this.#createVerifier(message), this.#settings);
    await this.#body.push(rest, output);
  }

  #assertOpen(): void {
    if (this.#closed) throw this.#reason;
  }
}
