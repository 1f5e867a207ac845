// AES-GCM by @noble/ciphers.

import { gcm } from '@noble/ciphers/aes.js';
import { concatenate } from './concatenate.ts';
import type { Aead } from './crypto-engine.ts';

const IV_LENGTH = 12;
const TAG_LENGTH = 16;

/** One AES key. noble takes a frame in one piece and verifies its tag before it decrypts anything. */
export class PortableAead implements Aead {
  readonly #key: Uint8Array;

  /** @param key - 16, 24 or 32 bytes; copied. @throws RangeError for any other length. */
  constructor(key: Uint8Array) {
    if (key.length !== 16 && key.length !== 24 && key.length !== 32) {
      throw new RangeError('an AES key has 16, 24 or 32 bytes');
    }
    this.#key = Uint8Array.from(key);
  }

  seal(iv: Uint8Array, aad: Uint8Array, parts: readonly Uint8Array[], output: Uint8Array[]): Uint8Array {
    checkIv(iv);
    const sealed = gcm(this.#key, iv, aad).encrypt(concatenate(parts));
    const length = sealed.length - TAG_LENGTH;
    if (length > 0) output.push(sealed.subarray(0, length));
    return sealed.slice(length);
  }

  open(iv: Uint8Array, aad: Uint8Array, parts: readonly Uint8Array[], tag: Uint8Array, output: Uint8Array[]): boolean {
    checkIv(iv);
    if (tag.length !== TAG_LENGTH) return false;
    const plaintext = openOrUndefined(this.#key, iv, aad, concatenate([...parts, tag]));
    if (plaintext === undefined) return false;
    if (plaintext.length > 0) output.push(plaintext);
    return true;
  }
}

function checkIv(iv: Uint8Array): void {
  if (iv.length !== IV_LENGTH) throw new RangeError('an IV has 12 bytes');
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
