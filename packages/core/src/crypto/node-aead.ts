// AES-GCM by node:crypto. Everything here runs once per frame: no closures, no copies.

import {
  type CipherGCM,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type DecipherGCM,
  type KeyObject,
} from 'node:crypto';
import type { Aead } from './crypto-engine.ts';

type GcmName = 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm';

const IV_LENGTH = 12;
const TAG_LENGTH = 16;
/** Without it, OpenSSL would take a tag of 4 bytes as well. */
const GCM_OPTIONS = { authTagLength: TAG_LENGTH } as const;
/** `update` takes at most 2³¹ − 1 bytes at a time. */
const MAX_UPDATE_LENGTH = 0x4000_0000;

const NAME_BY_KEY_LENGTH: Readonly<Record<number, GcmName>> = {
  16: 'aes-128-gcm',
  24: 'aes-192-gcm',
  32: 'aes-256-gcm',
};

/** One AES key, held as a `KeyObject`: on Node 24 a raw key costs three times as much per frame. */
export class NodeAead implements Aead {
  /** The key in OpenSSL's keeping; can be posted to a worker, and shows no bytes when inspected. */
  readonly key: KeyObject;
  readonly #name: GcmName;

  /** @param key - A secret key of 16, 24 or 32 bytes. @throws RangeError for any other length. */
  constructor(key: KeyObject) {
    const name = NAME_BY_KEY_LENGTH[key.symmetricKeySize ?? 0];
    if (name === undefined) throw new RangeError('an AES key has 16, 24 or 32 bytes');
    this.key = key;
    this.#name = name;
  }

  seal(iv: Uint8Array, aad: Uint8Array, parts: readonly Uint8Array[], output: Uint8Array[]): Uint8Array {
    checkIv(iv);
    const cipher = createCipheriv(this.#name, this.key, iv, GCM_OPTIONS);
    cipher.setAAD(aad);
    updateAll(cipher, parts, output);
    cipher.final();
    return cipher.getAuthTag();
  }

  open(iv: Uint8Array, aad: Uint8Array, parts: readonly Uint8Array[], tag: Uint8Array, output: Uint8Array[]): boolean {
    checkIv(iv);
    if (tag.length !== TAG_LENGTH) return false;
    const decipher = createDecipheriv(this.#name, this.key, iv, GCM_OPTIONS);
    decipher.setAAD(aad);
    decipher.setAuthTag(tag);
    const unverified: Uint8Array[] = [];
    updateAll(decipher, parts, unverified);
    if (!finishes(decipher)) {
      for (const piece of unverified) piece.fill(0);
      return false;
    }
    for (const piece of unverified) output.push(piece);
    return true;
  }
}

/** @param key - 16, 24 or 32 bytes; copied. @throws RangeError for any other length. */
export function createNodeAead(key: Uint8Array): NodeAead {
  return new NodeAead(createSecretKey(key));
}

function checkIv(iv: Uint8Array): void {
  if (iv.length !== IV_LENGTH) throw new RangeError('an IV has 12 bytes');
}

function updateAll(cipher: CipherGCM | DecipherGCM, parts: readonly Uint8Array[], output: Uint8Array[]): void {
  for (const part of parts) {
    if (part.length === 0) continue;
    if (part.length <= MAX_UPDATE_LENGTH) output.push(cipher.update(part));
    else updateInSlices(cipher, part, output);
  }
}

function updateInSlices(cipher: CipherGCM | DecipherGCM, part: Uint8Array, output: Uint8Array[]): void {
  for (let start = 0; start < part.length; start += MAX_UPDATE_LENGTH) {
    output.push(cipher.update(part.subarray(start, start + MAX_UPDATE_LENGTH)));
  }
}

/** With GCM `final` yields no bytes and throws for one reason only: the tag does not verify. */
function finishes(decipher: DecipherGCM): boolean {
  try {
    decipher.final();
    return true;
  } catch {
    return false;
  }
}
