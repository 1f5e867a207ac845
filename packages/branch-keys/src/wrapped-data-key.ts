// A data key wrapped under a branch key: the ciphertext of `aws-kms-hierarchy` encrypted data keys.

import type { EncryptionContext } from '@waxseal/core';
import { type Aead, deriveKeyInCounterMode, encodeEncryptionContext, engine } from '@waxseal/core/crypto';
import { encodeUuid, UUID_LENGTH } from './uuid.ts';

/** Provider id of these data keys; also the label of the key derivation and the start of the authenticated data. */
export const HIERARCHY_PROVIDER_ID = 'aws-kms-hierarchy';

const SALT_LENGTH = 16;
const IV_LENGTH = 12;
const TAG_LENGTH = 16;
const DERIVED_KEY_LENGTH = 32;
const IV_START = SALT_LENGTH;
const VERSION_START = IV_START + IV_LENGTH;
const WRAPPED_START = VERSION_START + UUID_LENGTH;

const encoder = new TextEncoder();
const LABEL = encoder.encode(HIERARCHY_PROVIDER_ID);

/** What both directions need. */
export type WrappingKey = {
  readonly branchKeyId: string;
  /** UUID, lower case with hyphens. */
  readonly version: string;
  /** The branch key, 32 bytes; neither kept nor wiped. */
  readonly key: Uint8Array;
};

/**
 * Wraps a data key by AES-256-GCM under a key derived from the branch key and a fresh salt.
 *
 *   salt (16 B) ‖ IV (12 B) ‖ version (16 B, the UUID's bytes) ‖ encrypted data key ‖ tag (16 B)
 *
 * derived key: HMAC-SHA-256 in counter mode, label `aws-kms-hierarchy`, context = salt.
 * authenticated data: `aws-kms-hierarchy` ‖ branch key id (UTF-8) ‖ version (16 B) ‖ encoded encryption context.
 *
 * @returns A fresh array.
 * @throws RangeError when the context does not fit the format.
 * @see AWS Encryption SDK specification, framework/aws-kms/aws-kms-hierarchical-keyring.md, "Branch Key Wrapping"
 */
export function wrapDataKey(wrappingKey: WrappingKey, context: EncryptionContext, dataKey: Uint8Array): Uint8Array {
  const salt = engine.randomBytes(SALT_LENGTH);
  const iv = engine.randomBytes(IV_LENGTH);
  const version = encodeUuid(wrappingKey.version);
  const pieces: Uint8Array[] = [];
  const aad = authenticatedData(wrappingKey.branchKeyId, version, encodeEncryptionContext(context));
  const tag = deriveAead(wrappingKey.key, salt).seal(iv, aad, [dataKey], pieces);
  return concatenate([salt, iv, version, ...pieces, tag]);
}

/**
 * Opens what `wrapDataKey` made.
 *
 * @param encodedContexts - Encodings of the context, tried in this order.
 * @param ciphertext - Of the length that `wrappedLength` gives.
 * @returns The data key, a fresh array that the receiver owns and wipes; undefined when it is not authentic.
 */
export function unwrapDataKey(
  wrappingKey: WrappingKey,
  encodedContexts: readonly Uint8Array[],
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  const salt = ciphertext.subarray(0, IV_START);
  const iv = ciphertext.subarray(IV_START, VERSION_START);
  const version = encodeUuid(wrappingKey.version);
  const wrapped = ciphertext.subarray(WRAPPED_START, -TAG_LENGTH);
  const tag = ciphertext.subarray(-TAG_LENGTH);
  const aead = deriveAead(wrappingKey.key, salt);
  for (const encodedContext of encodedContexts) {
    const aad = authenticatedData(wrappingKey.branchKeyId, version, encodedContext);
    const pieces: Uint8Array[] = [];
    if (!aead.open(iv, aad, [wrapped], tag, pieces)) continue;
    const dataKey = concatenate(pieces);
    for (const piece of pieces) piece.fill(0);
    return dataKey;
  }
  return undefined;
}

/** @returns Length of the ciphertext of a data key. */
export function wrappedLength(dataKeyLength: number): number {
  return WRAPPED_START + dataKeyLength + TAG_LENGTH;
}

/** @returns The version's 16 bytes in a ciphertext of the right length; a view, not a copy. */
export function versionBytes(ciphertext: Uint8Array): Uint8Array {
  return ciphertext.subarray(VERSION_START, WRAPPED_START);
}

/** The label is needed in both directions, though the specification names it for wrapping alone. */
function deriveAead(branchKey: Uint8Array, salt: Uint8Array): Aead {
  const key = deriveKeyInCounterMode({
    hash: 'sha256',
    key: branchKey,
    label: LABEL,
    context: salt,
    length: DERIVED_KEY_LENGTH,
  });
  try {
    return engine.createAead(key);
  } finally {
    key.fill(0);
  }
}

function authenticatedData(branchKeyId: string, version: Uint8Array, encodedContext: Uint8Array): Uint8Array {
  return concatenate([LABEL, encoder.encode(branchKeyId), version, encodedContext]);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}
