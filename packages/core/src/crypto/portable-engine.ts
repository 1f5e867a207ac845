// The primitives by @noble/*: runs in browsers, Deno, workers; nothing from Node.

import { hmac as nobleHmac } from '@noble/hashes/hmac.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import type { CryptoEngine, HashName } from './crypto-engine.ts';
import { PortableAead } from './portable-aead.ts';
import {
  createPortableSigner,
  createPortableVerifier,
  generatePortableSigningKeyPair,
  signWholePortably,
  verifyWholePortably,
} from './portable-ecdsa.ts';
import { RandomPool } from './random-pool.ts';

/** Which engine `#engine` resolved to. */
export const engineName = 'portable' as const;

/** `getRandomValues` refuses more at a time (Web Cryptography API §10.1.1). */
const MAX_RANDOM_LENGTH = 65_536;

const HASHES = { sha256, sha384, sha512 } as const;

const randomPool = new RandomPool(fillWithRandom);

/** The engine for every other runtime: all of it synchronous, in JavaScript. */
export const engine: CryptoEngine = {
  engineName,
  randomBytes: (length) => randomPool.take(length),
  createAead: (key) => new PortableAead(key),
  hmac,
  digest,
  timingSafeEqual,
  generateSigningKeyPair: generatePortableSigningKeyPair,
  createSigner: createPortableSigner,
  createVerifier: createPortableVerifier,
  signWhole: signWholePortably,
  verifyWhole: verifyWholePortably,
};

function fillWithRandom(target: Uint8Array): void {
  for (let start = 0; start < target.length; start += MAX_RANDOM_LENGTH) {
    globalThis.crypto.getRandomValues(target.subarray(start, start + MAX_RANDOM_LENGTH) as Uint8Array<ArrayBuffer>);
  }
}

function hmac(hash: HashName, key: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
  const state = nobleHmac.create(HASHES[hash], key);
  for (const part of parts) state.update(part);
  return state.digest();
}

function digest(hash: HashName, parts: readonly Uint8Array[]): Uint8Array {
  const state = HASHES[hash].create();
  for (const part of parts) state.update(part);
  return state.digest();
}

function timingSafeEqual(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let index = 0; index < left.length; index += 1) difference |= (left[index] ?? 0) ^ (right[index] ?? 0);
  return difference === 0;
}
