// Plaintext in, message out: cuts it into frames, seals them, signs the whole. Synchronous but for the signature.

import { wipe } from '../bytes.ts';
import type { Aead, Signer } from '../crypto/crypto-engine.ts';
import { LimitExceededError } from '../errors.ts';
import { FOOTER_HEAD_LENGTH } from '../format/frame-layout.ts';
import type { MessageHeader } from '../format/message-header.ts';
import type { EncryptionMaterials, MaterialsLease } from '../materials/materials-manager.ts';
import type { FrameSealer } from './frame-sealer.ts';

/** What a message under way consists of; made by `startMessage`. */
export type MessageParts = {
  readonly header: MessageHeader;
  /** The header as it goes out, authentication included. */
  readonly headerBytes: readonly Uint8Array[];
  /** Seals under the message's key. */
  readonly aead: Aead;
  readonly frames: FrameSealer;
  readonly signer: Signer | undefined;
  readonly lease: MaterialsLease<EncryptionMaterials>;
  /** Exact bytes of plaintext, where known. */
  readonly plaintextLength: number | undefined;
  readonly maxPlaintextLength: number | undefined;
};

/**
 * Makes the body and footer of one message.
 *
 * Call `push` any number of times, then `finish` once; `close` in any case. Output pieces are fresh and belong to the
 * receiver. After an error only `close` may follow.
 */
export class MessageSealer {
  readonly header: MessageHeader;
  readonly headerBytes: readonly Uint8Array[];
  readonly #frameLength: number;
  readonly #frames: FrameSealer;
  readonly #signer: Signer | undefined;
  readonly #lease: MaterialsLease<EncryptionMaterials>;
  readonly #exactLength: number | undefined;
  readonly #maxLength: number;
  readonly #reserves: boolean;
  #plaintextLength = 0;
  /** Plaintext short of a frame. Copied: a caller may use its buffer again once a chunk was taken. */
  #held = new Uint8Array(0);
  #heldLength = 0;

  constructor(parts: MessageParts) {
    this.header = parts.header;
    this.headerBytes = parts.headerBytes;
    this.#frameLength = parts.header.frameLength;
    this.#frames = parts.frames;
    this.#signer = parts.signer;
    this.#lease = parts.lease;
    this.#exactLength = parts.plaintextLength;
    this.#maxLength = parts.plaintextLength ?? parts.maxPlaintextLength ?? Number.POSITIVE_INFINITY;
    this.#reserves = this.#maxLength === Number.POSITIVE_INFINITY;
  }

  /**
   * Takes plaintext; puts out the frames that are full and not the last.
   *
   * @throws LimitExceededError beyond the announced length.
   */
  push(chunk: Uint8Array, output: Uint8Array[]): void {
    this.#count(chunk);
    const firstPiece = output.length;
    const rest = this.#sealFullFrames(chunk, output);
    this.#frames.flush(output);
    this.#hold(rest);
    this.#sign(output, firstPiece);
  }

  /**
   * Takes the last plaintext (which may be all of it, or none) and puts out the rest of the message.
   *
   * @throws RangeError when less plaintext came than `plaintextLength` announced.
   */
  async finish(chunk: Uint8Array, output: Uint8Array[]): Promise<void> {
    this.#count(chunk);
    if (this.#exactLength !== undefined && this.#plaintextLength < this.#exactLength) {
      throw new RangeError(
        `the plaintext ended after ${this.#plaintextLength} bytes, plaintextLength is ${this.#exactLength}`,
      );
    }
    const firstPiece = output.length;
    const rest = this.#sealFullFrames(chunk, output);
    this.#frames.sealFinal([this.#heldBytes(), rest], this.#heldLength + rest.length, output);
    this.#sign(output, firstPiece);
    if (this.#signer !== undefined) output.push(await makeFooter(this.header, this.#signer));
  }

  /** Wipes held plaintext and ends the lease of the keys. May be called again. */
  close(): void {
    wipe(this.#held);
    this.#lease.release();
  }

  #count(chunk: Uint8Array): void {
    this.#plaintextLength += chunk.length;
    if (this.#plaintextLength > this.#maxLength) {
      const name = this.#exactLength === undefined ? 'maxPlaintextLength' : 'plaintextLength';
      throw new LimitExceededError(`the plaintext is longer than ${name}, ${this.#maxLength} bytes`, this.#maxLength);
    }
    if (this.#reserves) this.#lease.reserve(chunk.length);
  }

  /** @returns What is left of the chunk: with the held bytes at most a frame, and never less than the last frame needs. */
  #sealFullFrames(chunk: Uint8Array, output: Uint8Array[]): Uint8Array {
    const frameLength = this.#frameLength;
    let position = 0;
    while (this.#isFullFrame(this.#heldLength + chunk.length - position)) {
      const end = position + frameLength - this.#heldLength;
      const part = chunk.subarray(position, end);
      this.#frames.seal(this.#heldLength === 0 ? [part] : [this.#heldBytes(), part], frameLength, output);
      this.#heldLength = 0;
      position = end;
    }
    return chunk.subarray(position);
  }

  /** A frame may be sealed once it is known not to be the last. */
  #isFullFrame(available: number): boolean {
    if (available > this.#frameLength) return true;
    return (
      available === this.#frameLength && this.#exactLength !== undefined && this.#plaintextLength < this.#exactLength
    );
  }

  #heldBytes(): Uint8Array {
    return this.#held.subarray(0, this.#heldLength);
  }

  #hold(rest: Uint8Array): void {
    const length = this.#heldLength + rest.length;
    if (length > this.#held.length) {
      const grown = new Uint8Array(Math.min(this.#frameLength, Math.max(length, 2 * this.#held.length)));
      grown.set(this.#heldBytes());
      wipe(this.#held);
      this.#held = grown;
    }
    this.#held.set(rest, this.#heldLength);
    this.#heldLength = length;
  }

  #sign(output: readonly Uint8Array[], firstPiece: number): void {
    if (this.#signer === undefined) return;
    for (let index = firstPiece; index < output.length; index++) {
      const piece = output[index];
      if (piece !== undefined) this.#signer.update(piece);
    }
  }
}

/**
 * Ends a signature.
 *
 *   signature length (2 B) ‖ signature (DER)
 *
 * @param signer - Has taken everything before the footer.
 */
export async function makeFooter(header: MessageHeader, signer: Signer): Promise<Uint8Array> {
  const signature = await signer.sign(header.algorithmSuite.signature?.signatureLength ?? 0);
  const footer = new Uint8Array(FOOTER_HEAD_LENGTH + signature.length);
  new DataView(footer.buffer).setUint16(0, signature.length);
  footer.set(signature, FOOTER_HEAD_LENGTH);
  return footer;
}
