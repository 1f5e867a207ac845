// The port to the primitives. Implemented by node-engine (node:crypto) and portable-engine (@noble/*).

import type { CurveName } from './ecdsa-curves.ts';

/**
 * Longest message, 16 MiB, that the Node engine signs or verifies whole on the thread pool, which works on a copy; a longer one is
 * hashed on the event loop.
 */
export const MAX_POOL_MESSAGE_LENGTH = 16_777_216;

/** AES-GCM under one key, which is imported once: 12-byte IV, 16-byte tag. */
export interface Aead {
  /** Whether the engine frees its own buffers at once: then short frames are sealed fastest into one buffer together. */
  readonly releasesBuffers: boolean;
  /**
   * Encrypts one frame given in parts (so that nothing is copied together).
   *
   * Pieces and tag may be Node `Buffer`s: take `subarray`s of them, since a Buffer's `slice` is no copy.
   *
   * @param iv - 12 bytes, never used before under this key.
   * @param output - Receives the ciphertext, in as many pieces as suit the engine; each a fresh buffer. No empty pieces.
   * @returns The tag, 16 bytes, a fresh buffer.
   * @throws RangeError when the IV has another length.
   */
  seal(iv: Uint8Array, aad: Uint8Array, parts: readonly Uint8Array[], output: Uint8Array[]): Uint8Array;
  /**
   * Decrypts and verifies one frame given in parts.
   *
   * @param tag - Any length but 16 bytes is `false`.
   * @param output - Receives the plaintext, only if the tag verifies, in fresh buffers of the caller's.
   * @returns Whether the tag verified.
   * @throws RangeError when the IV has another length than 12 bytes.
   */
  open(iv: Uint8Array, aad: Uint8Array, parts: readonly Uint8Array[], tag: Uint8Array, output: Uint8Array[]): boolean;
  /**
   * Like `seal`, into a buffer that the caller uses again and again. On Node 22 and later this is the fastest way,
   * since the engine's own buffers are freed at once; on Node 20 it costs a copy more than `seal`.
   *
   * @param target - Receives ciphertext and tag from `offset` on; must not overlap the parts.
   * @returns The offset behind the tag.
   * @throws RangeError when the IV has another length than 12 bytes, or ciphertext and tag don't fit.
   */
  sealInto(iv: Uint8Array, aad: Uint8Array, parts: readonly Uint8Array[], target: Uint8Array, offset: number): number;
  /**
   * Like `open`, into a buffer that the caller uses again and again.
   *
   * @param target - Receives the plaintext from `offset` on, only if the tag verifies; else not one byte changes.
   * @returns Whether the tag verified.
   * @throws RangeError when the IV has another length than 12 bytes, or the plaintext doesn't fit.
   */
  openInto(
    iv: Uint8Array,
    aad: Uint8Array,
    parts: readonly Uint8Array[],
    tag: Uint8Array,
    target: Uint8Array,
    offset: number,
  ): boolean;
  /**
   * Begins to decrypt a frame that arrives bit by bit.
   *
   * @param iv - 12 bytes; may be used again after the call, as may `aad`.
   * @throws RangeError when the IV has another length.
   */
  beginOpening(iv: Uint8Array, aad: Uint8Array): FrameOpening;
}

/** One frame being decrypted. Its plaintext stays inside until the tag is verified. */
export interface FrameOpening {
  /** @param part - The next ciphertext; may be used again after the call. */
  update(part: Uint8Array): void;
  /**
   * Ends the frame. Nothing may follow.
   *
   * @param tag - 16 bytes.
   * @param output - Receives the plaintext, only if the tag verifies, in fresh buffers of the caller's.
   * @returns Whether the tag verified.
   */
  finish(tag: Uint8Array, output: Uint8Array[]): boolean;
  /** Gives the frame up and wipes what was decrypted. Nothing may follow. */
  abandon(): void;
}

/** A private ECDSA key of the engine that made it; opaque to everybody else and usable for many messages. */
export interface SigningKey {
  readonly curve: CurveName;
}

/** Hashes a message bit by bit and signs it at the end. One use. */
export interface Signer {
  update(bytes: Uint8Array): void;
  /** @returns The signature in DER; `preferredLength` bytes long wherever replacing s by n − s gives that length. */
  sign(preferredLength: number): Promise<Uint8Array>;
}

/** Hashes a message bit by bit and checks its signature at the end. One use. */
export interface Verifier {
  update(bytes: Uint8Array): void;
  /** @param signature - DER, strictly encoded; anything else is `false`. */
  verify(signature: Uint8Array): Promise<boolean>;
}

/** The hashes of HKDF and of signatures. */
export type HashName = 'sha256' | 'sha384' | 'sha512';

/** A key pair made for signing messages. */
export type SigningKeyPair = {
  readonly signingKey: SigningKey;
  /** Compressed point (SEC1): 33 or 49 bytes. */
  readonly publicKey: Uint8Array;
};

/**
 * The primitives that the message format needs. The same inputs give the same bytes in every engine, signatures
 * excepted; each engine verifies the other's.
 */
export interface CryptoEngine {
  readonly engineName: 'node' | 'portable';
  /** @returns Fresh random bytes; the caller owns them. */
  randomBytes(length: number): Uint8Array;
  /** @param key - 16, 24 or 32 bytes; may be wiped after the call. */
  createAead(key: Uint8Array): Aead;
  /** HMAC (RFC 2104) over the concatenation of `parts`. */
  hmac(hash: HashName, key: Uint8Array, parts: readonly Uint8Array[]): Uint8Array;
  /** One digest of the concatenation of `parts`. */
  digest(hash: HashName, parts: readonly Uint8Array[]): Uint8Array;
  /** Compares without telling by its duration where two byte strings differ; unequal lengths are `false`. */
  timingSafeEqual(left: Uint8Array, right: Uint8Array): boolean;
  generateSigningKeyPair(curve: CurveName): Promise<SigningKeyPair>;
  createSigner(key: SigningKey): Signer;
  /**
   * @param publicKey - Compressed point; @returns undefined when it is not a point of the curve.
   */
  createVerifier(curve: CurveName, publicKey: Uint8Array): Verifier | undefined;
  /**
   * Signs bytes that are all in hand, again and again until the DER signature has the wanted length. One part costs
   * no copy; parts must not change before the promise settles.
   *
   * @throws RangeError when signatures of the curve hardly ever have that length.
   */
  signWhole(key: SigningKey, parts: readonly Uint8Array[], length: number): Promise<Uint8Array>;
  /**
   * Checks the signature of bytes that are all in hand. One part costs no copy; parts must not change before the
   * promise settles.
   *
   * @param publicKey - Compressed point; anything else is `false`.
   * @param signature - DER, strictly encoded; anything else is `false`.
   */
  verifyWhole(
    curve: CurveName,
    publicKey: Uint8Array,
    parts: readonly Uint8Array[],
    signature: Uint8Array,
  ): Promise<boolean>;
}
