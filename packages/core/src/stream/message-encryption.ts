// One encryption under way, for every kind of stream: from the materials to the last byte, or to its abandonment.

import type { MessageHeader } from '../format/message-header.ts';
import { asMaterialsManager } from '../materials/as-materials-manager.ts';
import type { Keyring } from '../materials/keyring.ts';
import type { MaterialsManager } from '../materials/materials-manager.ts';
import { checkEncryptOptions, type EncryptSettings, type EncryptStreamOptions } from '../message-options.ts';
import { type Deferred, deferred } from './deferred.ts';
import { listenForAbort } from './listen-for-abort.ts';
import type { MessageMachine, OnFailure } from './message-machine.ts';
import { MessageSealer } from './message-sealer.ts';
import { type CreateSigningSink, createLocalSigningSink } from './signature-sink.ts';
import { type MessageParts, startMessage } from './start-message.ts';

/** The state machine behind the encrypting streams. Asks for its materials at once, not at the first byte. */
export class MessageEncryption implements MessageMachine {
  readonly inputName = 'plaintext';
  readonly #abort = new AbortController();
  readonly #header: Deferred<MessageHeader> = deferred();
  readonly #starting: Promise<void>;
  readonly #stopListening: () => void;
  #sealer: MessageSealer | undefined;
  #headerBytes: readonly Uint8Array[] = [];
  #closed = false;
  #reason: unknown;

  /**
   * @param onFailure - Called when it fails by itself.
   * @param createSigner - Where the message is hashed: in this thread unless given.
   * @throws TypeError, RangeError for wrong keys or options.
   */
  constructor(
    keys: Keyring | MaterialsManager,
    options: EncryptStreamOptions,
    onFailure: OnFailure,
    createSigner: CreateSigningSink = createLocalSigningSink,
  ) {
    const manager = asMaterialsManager(keys);
    const settings = checkEncryptOptions(options);
    const fail = (error: unknown): void => {
      this.close(error);
      onFailure(error);
    };
    if (settings.signal?.aborted) this.#abort.abort(settings.signal.reason);
    this.#stopListening = listenForAbort(settings.signal, fail);
    this.#starting = this.#start(manager, { ...settings, signal: this.#abort.signal }, createSigner);
    this.#starting.catch(fail);
  }

  /** Settles as soon as the header is made, or when the encryption fails before. */
  get header(): Promise<MessageHeader> {
    return this.#header.promise;
  }

  push(chunk: Uint8Array, output: Uint8Array[]): Promise<void> | undefined {
    if (this.#sealer === undefined) return this.#starting.then(() => this.#push(chunk, output));
    return this.#push(chunk, output);
  }

  async finish(output: Uint8Array[]): Promise<void> {
    await this.#starting;
    const sealer = this.#openSealer(output);
    await sealer.finish(output);
    if (this.#closed) throw this.#reason;
    sealer.close();
  }

  close(error?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reason = error ?? new Error('the stream was closed');
    this.#stopListening();
    this.#header.reject(this.#reason);
    this.#abort.abort(this.#reason);
    this.#sealer?.close();
  }

  async #start(manager: MaterialsManager, settings: EncryptSettings, createSigner: CreateSigningSink): Promise<void> {
    const sealer = startSealing(await startMessage(manager, settings), createSigner);
    if (this.#closed) {
      sealer.close();
      throw this.#reason;
    }
    this.#sealer = sealer;
    this.#headerBytes = sealer.headerBytes;
    this.#header.resolve(sealer.header);
  }

  #push(chunk: Uint8Array, output: Uint8Array[]): Promise<void> | undefined {
    return this.#openSealer(output).push(chunk, output);
  }

  /** The header goes out with the first bytes of the body. */
  #openSealer(output: Uint8Array[]): MessageSealer {
    if (this.#closed || this.#sealer === undefined) throw this.#reason;
    if (this.#headerBytes.length > 0) output.push(...this.#headerBytes);
    this.#headerBytes = [];
    return this.#sealer;
  }
}

/** A signing key that the engine refuses must not cost the lease. */
function startSealing(message: MessageParts, createSigner: CreateSigningSink): MessageSealer {
  try {
    return new MessageSealer(message, createSigner(message));
  } catch (error) {
    message.lease.release();
    throw error;
  }
}
