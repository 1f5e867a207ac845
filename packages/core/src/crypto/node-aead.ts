// AES-GCM by node:crypto. Everything here runs once per frame: no closures, no copies.

import {
  type CipherGCM,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type DecipherGCM,
  type KeyObject,
} from 'node:crypto';
import { totalLength } from '../bytes.ts';
import { TAG_LENGTH } from '../limits.ts';
import { checkIv, checkKeyLength, checkRoom } from './aead-checks.ts';
import type { Aead, FrameOpening } from './crypto-engine.ts';
import { MAX_UPDATE_LENGTH } from './update-in-slices.ts';

const GCM_NAMES = { 16: 'aes-128-gcm', 24: 'aes-192-gcm', 32: 'aes-256-gcm' } as const;

/** Without it, OpenSSL would take a tag of 4 bytes as well. */
const GCM_OPTIONS = { authTagLength: TAG_LENGTH } as const;

/** `transfer` came with Node 22 (ECMAScript 2024). */
type DetachableBuffer = ArrayBufferLike & { transfer?: (newLength: number) => ArrayBufferLike };

/** Whether results can be freed at once. */
const CAN_RELEASE: boolean = 'transfer' in ArrayBuffer.prototype;

/** One AES key, held as a `KeyObject`: on Node 24 a raw key costs three times as much per frame. */
export class NodeAead implements Aead {
  /** The key in OpenSSL's keeping; can be posted to a worker, and shows no bytes when inspected. */
  readonly key: KeyObject;
  readonly releasesBuffers: boolean = CAN_RELEASE;
  readonly #name: (typeof GCM_NAMES)[16 | 24 | 32];

  /** @param key - A secret key of 16, 24 or 32 bytes. @throws RangeError for any other length. */
  constructor(key: KeyObject) {
    const length = key.symmetricKeySize;
    checkKeyLength(length);
    this.key = key;
    this.#name = GCM_NAMES[length];
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

  sealInto(iv: Uint8Array, aad: Uint8Array, parts: readonly Uint8Array[], target: Uint8Array, offset: number): number {
    checkRoom(target, offset, totalLength(parts) + TAG_LENGTH);
    checkIv(iv);
    const cipher = createCipheriv(this.#name, this.key, iv, GCM_OPTIONS);
    cipher.setAAD(aad);
    let end = offset;
    for (const part of parts) {
      for (let start = 0; start < part.length; start += MAX_UPDATE_LENGTH) {
        end = moveInto(target, end, cipher.update(slice(part, start)));
      }
    }
    cipher.final();
    target.set(cipher.getAuthTag(), end);
    return end + TAG_LENGTH;
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
    const pieces: Uint8Array[] = [];
    if (!this.open(iv, aad, parts, tag, pieces)) return false;
    let end = offset;
    for (const piece of pieces) end = moveInto(target, end, piece);
    return true;
  }

  beginOpening(iv: Uint8Array, aad: Uint8Array): FrameOpening {
    checkIv(iv);
    const decipher = createDecipheriv(this.#name, this.key, iv, GCM_OPTIONS);
    decipher.setAAD(aad);
    return new NodeFrameOpening(decipher);
  }
}

/** Parts shorter than this are put together first: each `update` allocates, however short its part is. */
const SHORT_PART_LENGTH = 1024;
const GATHERED_LENGTH = 4096;

/** A frame under decryption: whatever `update` gave is kept until `final` has verified the tag. */
class NodeFrameOpening implements FrameOpening {
  readonly #decipher: DecipherGCM;
  #unverified: Uint8Array[] = [];
  #gathered: Uint8Array | undefined;
  #gatheredLength = 0;

  constructor(decipher: DecipherGCM) {
    this.#decipher = decipher;
  }

  update(part: Uint8Array): void {
    if (part.length >= SHORT_PART_LENGTH) {
      this.#flush();
      updateAll(this.#decipher, [part], this.#unverified);
      return;
    }
    this.#gathered ??= new Uint8Array(GATHERED_LENGTH);
    if (this.#gatheredLength + part.length > GATHERED_LENGTH) this.#flush();
    this.#gathered.set(part, this.#gatheredLength);
    this.#gatheredLength += part.length;
  }

  finish(tag: Uint8Array, output: Uint8Array[]): boolean {
    this.#flush();
    if (tag.length === TAG_LENGTH) {
      this.#decipher.setAuthTag(tag);
      if (finishes(this.#decipher)) {
        for (const piece of this.#unverified) output.push(piece);
        this.#unverified = [];
        return true;
      }
    }
    this.abandon();
    return false;
  }

  abandon(): void {
    for (const piece of this.#unverified) piece.fill(0);
    this.#unverified = [];
  }

  #flush(): void {
    if (this.#gathered === undefined || this.#gatheredLength === 0) return;
    updateAll(this.#decipher, [this.#gathered.subarray(0, this.#gatheredLength)], this.#unverified);
    this.#gatheredLength = 0;
  }
}

/** @param key - 16, 24 or 32 bytes; copied. @throws RangeError for any other length. */
export function createNodeAead(key: Uint8Array): NodeAead {
  return new NodeAead(createSecretKey(key));
}

function updateAll(cipher: CipherGCM | DecipherGCM, parts: readonly Uint8Array[], output: Uint8Array[]): void {
  for (const part of parts) {
    for (let start = 0; start < part.length; start += MAX_UPDATE_LENGTH) output.push(cipher.update(slice(part, start)));
  }
}

/** What one `update` takes of a part: nearly always all of it. */
function slice(part: Uint8Array, start: number): Uint8Array {
  return part.length <= MAX_UPDATE_LENGTH ? part : part.subarray(start, start + MAX_UPDATE_LENGTH);
}

/** Copies an `update` result, frees it, and returns the offset behind the copy. */
function moveInto(target: Uint8Array, offset: number, piece: Uint8Array): number {
  target.set(piece, offset);
  const end = offset + piece.length;
  release(piece);
  return end;
}

/**
 * Frees the memory of an `update` result, which nobody else has seen, instead of leaving that to a garbage collection
 * that comes late for memory outside V8's heap: the allocator then hands out the same cached block again.
 */
function release(piece: Uint8Array): void {
  const buffer: DetachableBuffer = piece.buffer;
  if (piece.length === buffer.byteLength) buffer.transfer?.(0);
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
