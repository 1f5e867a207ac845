// AES-GCM by @noble/ciphers.

import { gcm } from '@noble/ciphers/aes.js';
import { concatBytes, totalLength } from '../bytes.ts';
import { TAG_LENGTH } from '../limits.ts';
import { checkIv, checkKeyLength, checkRoom } from './aead-checks.ts';
import type { Aead } from './crypto-engine.ts';

/** One AES key. noble takes a frame in one piece and verifies its tag before it decrypts anything. */
export class PortableAead implements Aead {
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
