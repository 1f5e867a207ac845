// One encryption under way, for every kind of stream: from the materials to the last byte, or to its abandonment.

import { toBytes } from '../bytes.ts';
import type { MessageHeader } from '../format/message-header.ts';
import type { Keyring } from '../materials/keyring.ts';
import type { MaterialsManager } from '../materials/materials-manager.ts';
import { checkEncryptOptions, type EncryptStreamOptions } from '../message-options.ts';
import { type Deferred, deferred } from './deferred.ts';
import type { MessageSealer } from './message-sealer.ts';
import { startSealing } from './start-sealing.ts';

/**
 * The state machine behind the encrypting streams.
 *
 * `start` once and first; then `push`, any number of times; then `finish`. `close` in any case, with the error if there
 * was one: it settles `header`, stops a pending request for materials and ends the lease of the keys.
 */
export class MessageEncryption {
  readonly #keys: Keyring | MaterialsManager;
  readonly #options: EncryptStreamOptions;
  readonly #abort = new AbortController();
  readonly #header: Deferred<MessageHeader> = deferred();
  #sealer: MessageSealer | undefined;
  #closed = false;

  constructor(keys: Keyring | MaterialsManager, options: EncryptStreamOptions) {
    checkEncryptOptions(options);
    this.#keys = keys;
    this.#options = options;
  }

  /** Settles as soon as the header is made, or when the encryption fails before. */
  get header(): Promise<MessageHeader> {
    return this.#header.promise;
  }

  /** Asks for materials. @returns The header's bytes. */
  async start(): Promise<readonly Uint8Array[]> {
    const { signal } = this.#options;
    const settings = checkEncryptOptions(this.#options);
    const combined = signal === undefined ? this.#abort.signal : AbortSignal.any([signal, this.#abort.signal]);
    const sealer = await startSealing(this.#keys, { ...settings, signal: combined }, 'incremental');
    if (this.#closed) {
      sealer.close();
      throw new Error('the stream was closed');
    }
    this.#sealer = sealer;
    this.#header.resolve(sealer.header);
    return sealer.headerBytes;
  }

  /** Takes plaintext; puts out the frames that are full. */
  push(chunk: unknown, output: Uint8Array[]): void {
    this.#started().push(toBytes(chunk, 'plaintext'), output);
  }

  /** Puts out the rest of the message. */
  async finish(output: Uint8Array[]): Promise<void> {
    await this.#started().finish(new Uint8Array(0), output);
    this.close();
  }

  /** May be called again; only the first error counts. */
  close(error?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    const reason = error ?? new Error('the stream was closed before its header was made');
    this.#header.reject(reason);
    this.#abort.abort(reason);
    this.#sealer?.close();
  }

  #started(): MessageSealer {
    if (this.#sealer === undefined) throw new Error('not started');
    return this.#sealer;
  }
}
