// AES-GCM by @noble/ciphers.

import { gcm } from '@noble/ciphers/aes.js';
import { concatBytes, totalLength } from '../bytes.ts';
import { TAG_LENGTH } from '../limits.ts';
import { checkIv, checkKeyLength, checkRoom } from './aead-checks.ts';
import type { Aead, FrameOpening } from './crypto-engine.ts';

/** One AES key. noble takes a frame in one piece and verifies its tag before it decrypts anything. */
export class PortableAead implements Aead {
  readonly releasesBuffers = false;
  readonly #key: Uint8Array;

  /** @param key - 16, 24 or 32 bytes; copied. @throws RangeError for any other length. */
  constructor(key: Uint8Array) {
    checkKeyLength(key.length);
    this.#key = Uint8Array.from(key);
  }

  seal(iv: Uint8Array, aad: Uint8Array, parts: readonly Uint8Array[], output: Uint8Array[]): Uint8Array {
    checkIv(iv);
    const sealed = gcm(this.#key, iv, aad).encrypt(concatBytes(parts));
    const length = sealed.length - TAG_LENGTH;
    if (length > 0) output.push(sealed.subarray(0, length));
    return sealed.slice(length);
  }

  open(iv: Uint8Array, aad: Uint8Array, parts: readonly Uint8Array[], tag: Uint8Array, output: Uint8Array[]): boolean {
    checkIv(iv);
    if (tag.length !== TAG_LENGTH) return false;
    const plaintext = openOrUndefined(this.#key, iv, aad, concatBytes([...parts, tag]));
    if (plaintext === undefined) return false;
    if (plaintext.length > 0) output.push(plaintext);
    return true;
  }

  sealInto(iv: Uint8Array, aad: Uint8Array, parts: readonly Uint8Array[], target: Uint8Array, offset: number): number {
    checkRoom(target, offset, totalLength(parts) + TAG_LENGTH);
    checkIv(iv);
    const sealed = gcm(this.#key, iv, aad).encrypt(concatBytes(parts));
    target.set(sealed, offset);
    return offset + sealed.length;
  }

  openInto(
    iv: Uint8Array,
    aad: Uint8Array,
    parts: readonly Uint8Array[],
    tag: Uint8Array,
    target: Uint8Array,
    offset: number,
  ): boolean {
    checkRoom(target, offset, totalLength(parts));
    const output: Uint8Array[] = [];
    if (!this.open(iv, aad, parts, tag, output)) return false;
    for (const plaintext of output) target.set(plaintext, offset);
    return true;
  }

  beginOpening(iv: Uint8Array, aad: Uint8Array): FrameOpening {
    checkIv(iv);
    return new PortableFrameOpening(this, iv.slice(), aad.slice());
  }
}

/** noble decrypts a frame in one piece, so its ciphertext is gathered. */
class PortableFrameOpening implements FrameOpening {
  readonly #aead: PortableAead;
  readonly #iv: Uint8Array;
  readonly #aad: Uint8Array;
  #ciphertext = new Uint8Array(1024);
  #length = 0;

  constructor(aead: PortableAead, iv: Uint8Array, aad: Uint8Array) {
    this.#aead = aead;
    this.#iv = iv;
    this.#aad = aad;
  }

  update(part: Uint8Array): void {
    const length = this.#length + part.length;
    if (length > this.#ciphertext.length) {
      const grown = new Uint8Array(Math.max(length, 2 * this.#ciphertext.length));
      grown.set(this.#ciphertext.subarray(0, this.#length));
      this.#ciphertext = grown;
    }
    this.#ciphertext.set(part, this.#length);
    this.#length = length;
  }

  finish(tag: Uint8Array, output: Uint8Array[]): boolean {
    return this.#aead.open(this.#iv, this.#aad, [this.#ciphertext.subarray(0, this.#length)], tag, output);
  }

  abandon(): void {
    this.#length = 0;
  }
}

/** With the lengths checked, noble throws for one reason only: the tag does not verify. */
function openOrUndefined(
  key: Uint8Array,
  iv: Uint8Array,
  aad: Uint8Array,
  ciphertextAndTag: Uint8Array,
): Uint8Array | undefined {
  try {
    return gcm(key, iv, aad).decrypt(ciphertextAndTag);
  } catch {
    return undefined;
  }
}
