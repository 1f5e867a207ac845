// How both ECDH keyrings wrap a data key, once they have the shared secret.

import type { EncryptionContext } from '@waxseal/core';
import { deriveKeyInCounterMode, encodeEncryptionContext, engine } from '@waxseal/core/crypto';
import { concatenate, concatenateAndWipe, isSameBytes } from './byte-strings.ts';
import type { EcdhCurve } from './elliptic-curve.ts';

/** Who made the data key's wrapping, and for whom: compressed points. */
export type EcdhParties = { readonly sender: Uint8Array; readonly recipient: Uint8Array };

/** What the wrapped data key is bound to. */
export type EcdhBinding = {
  readonly curve: EcdhCurve;
  readonly parties: EcdhParties;
  readonly encryptionContext: EncryptionContext;
};

const VERSION = 1;
const SALT_LENGTH = 32;
const KEY_LENGTH = 32;
const TAG_LENGTH = 16;
const OVERHEAD = SALT_LENGTH + KEY_LENGTH + TAG_LENGTH;

// The wrapping key serves one data key, since the salt is fresh: the IV may be fixed.
const IV = new Uint8Array(12);

/**
 * Encodes the provider info.
 *
 *   01 ‖ length (4 B) ‖ recipient's compressed point ‖ length (4 B) ‖ sender's compressed point
 */
export function encodeEcdhParties({ sender, recipient }: EcdhParties): Uint8Array {
  return concatenate([Uint8Array.of(VERSION), u32(recipient.length), recipient, u32(sender.length), sender]);
}

/** @returns undefined unless the bytes are provider info for two points of this curve, to the last byte. */
export function decodeEcdhParties(curve: EcdhCurve, info: Uint8Array): EcdhParties | undefined {
  const length = 1 + curve.coordinateLength;
  const recipient = info.subarray(5, 5 + length);
  const sender = info.subarray(9 + length);
  if (info.length !== 9 + 2 * length) return undefined;
  const canonical = encodeEcdhParties({ sender, recipient });
  return isSameBytes(canonical, info) ? { sender, recipient } : undefined;
}

/**
 * Wraps a data key under a shared secret.
 *
 *   salt (32 B) ‖ commitment (32 B) ‖ encrypted data key ‖ tag (16 B)
 *
 * Commitment and wrapping key are derived from secret and salt by HMAC-SHA-384 in counter mode; the fixed info is bound
 * as additional data too.
 */
export function wrapByEcdh(secret: Uint8Array, binding: EcdhBinding, dataKey: Uint8Array): Uint8Array {
  const fixedInfo = encodeFixedInfo(binding);
  const salt = engine.randomBytes(SALT_LENGTH);
  const { commitment, wrappingKey } = deriveKeys(secret, fixedInfo, salt);
  const wrapped: Uint8Array[] = [];
  const tag = engine.createAead(wrappingKey).seal(IV, fixedInfo, [dataKey], wrapped);
  wrappingKey.fill(0);
  return concatenate([salt, commitment, ...wrapped, tag]);
}

/** @returns A fresh data key of `length` bytes; undefined when length, commitment or tag are wrong. */
export function unwrapByEcdh(
  secret: Uint8Array,
  binding: EcdhBinding,
  ciphertext: Uint8Array,
  length: number,
): Uint8Array | undefined {
  if (ciphertext.length !== OVERHEAD + length) return undefined;
  const fixedInfo = encodeFixedInfo(binding);
  const { commitment, wrappingKey } = deriveKeys(secret, fixedInfo, ciphertext.subarray(0, SALT_LENGTH));
  const aead = engine.createAead(wrappingKey);
  wrappingKey.fill(0);
  const committed = ciphertext.subarray(SALT_LENGTH, SALT_LENGTH + KEY_LENGTH);
  if (!engine.timingSafeEqual(commitment, committed)) return undefined;
  const wrapped = ciphertext.subarray(SALT_LENGTH + KEY_LENGTH, -TAG_LENGTH);
  const dataKey: Uint8Array[] = [];
  const opened = aead.open(IV, fixedInfo, [wrapped], ciphertext.subarray(-TAG_LENGTH), dataKey);
  return opened ? concatenateAndWipe(dataKey) : undefined;
}

// "ecdh-key-derivation" 00 curve 00 "HMAC_SHA384" 00 sender ‖ recipient 00 01 00 context. The specification writes the
// label in both cases; what implementations write is lower case.
function encodeFixedInfo({ curve, parties, encryptionContext }: EcdhBinding): Uint8Array {
  const head = new TextEncoder().encode(`ecdh-key-derivation\0${curve.label}\0HMAC_SHA384\0`);
  const context = encodeEncryptionContext(encryptionContext);
  return concatenate([head, parties.sender, parties.recipient, Uint8Array.of(0, VERSION, 0), context]);
}

function deriveKeys(secret: Uint8Array, fixedInfo: Uint8Array, salt: Uint8Array) {
  const length = 2 * KEY_LENGTH;
  const derived = deriveKeyInCounterMode({ hash: 'sha384', key: secret, label: fixedInfo, context: salt, length });
  return { commitment: derived.subarray(0, KEY_LENGTH), wrappingKey: derived.subarray(KEY_LENGTH) };
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}
