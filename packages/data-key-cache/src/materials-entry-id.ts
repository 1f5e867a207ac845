// Names of cache entries: two requests have the same one exactly when the same materials may serve both.
//
// The input of the digest starts as the specification has it, and goes on with what that leaves out: the commitment
// policy, and the required or reproduced context. Lengths at the end make it unambiguous, since single zero bytes can't
// delimit fields that contain zeros themselves.
//
//   encrypt: 01 00 01 00 ‖ partition ‖ 00 ‖ 00                 ‖ 00 ‖ context ‖ rest     without a suite
//   encrypt: 01 00 01 00 ‖ partition ‖ 00 ‖ 01 ‖ 00 ‖ suite    ‖ 00 ‖ context ‖ rest     with a suite
//   decrypt: 01 00 02 00 ‖ partition ‖ 00 ‖ suite ‖ 00 ‖ keys  ‖ 00 ‖ context ‖ rest
//   rest:    00 ‖ policy (1 B) ‖ further context ‖ lengths of keys, context and further context (4 B each)
//
// `keys` are the encrypted data keys as encoded in a header, sorted bytewise; `further context` is the reproduced context,
// or the required keys with empty values.
//
// Source: AWS Encryption SDK specification 0.4.0, framework/caching-cmm.md and cryptographic-materials-cache.md.

import type {
  AlgorithmSuite,
  CommitmentPolicy,
  DecryptionMaterialsRequest,
  EncryptionContext,
  EncryptionMaterialsRequest,
} from '@waxseal/core';
import { encodeEncryptedDataKey, encodeEncryptionContext, engine } from '@waxseal/core/crypto';

const POLICY_BYTES: Readonly<Record<CommitmentPolicy, number>> = {
  FORBID_ENCRYPT_ALLOW_DECRYPT: 1,
  REQUIRE_ENCRYPT_ALLOW_DECRYPT: 2,
  REQUIRE_ENCRYPT_REQUIRE_DECRYPT: 3,
};

const ZERO = Uint8Array.of(0);

/** A partition as bytes: what keeps the entries of different managers in one store apart. */
export type Partition = Uint8Array;

/** @throws TypeError unless it is a non-empty, well-formed string without U+0000, which separates it from the rest. */
export function encodePartition(partitionId: string): Partition {
  const isText = typeof partitionId === 'string' && partitionId.length > 0 && partitionId.length <= 1_024;
  if (!isText || partitionId.includes('\0') || Buffer.from(partitionId).toString() !== partitionId) {
    throw new TypeError('partitionId must be a well-formed string of 1 to 1,024 characters without U+0000');
  }
  return new TextEncoder().encode(partitionId);
}

/** @returns The SHA-384 digest as a string of 48 characters, each one byte. */
export function encryptionEntryId(partition: Partition, request: EncryptionMaterialsRequest): string {
  const suite = request.algorithmSuite;
  const choice = suite === undefined ? [0, 0, 0] : [0, 1, 0, ...suiteId(suite), 0];
  const required = encodeKeys(request.requiredEncryptionContextKeys ?? []);
  const context = encodeEncryptionContext(request.encryptionContext);
  return digest([
    Uint8Array.of(1, 0, 1, 0),
    partition,
    Uint8Array.from(choice),
    context,
    Uint8Array.of(0, POLICY_BYTES[request.commitmentPolicy]),
    required,
    encodeLengths(0, context.length, required.length),
  ]);
}

/** @returns The SHA-384 digest as a string of 48 characters, each one byte. */
export function decryptionEntryId(partition: Partition, request: DecryptionMaterialsRequest): string {
  const keys = request.encryptedDataKeys.map(encodeEncryptedDataKey).sort(Buffer.compare);
  const context = encodeEncryptionContext(request.encryptionContext);
  const reproduced = encodeEncryptionContext(request.reproducedEncryptionContext ?? {});
  return digest([
    Uint8Array.of(1, 0, 2, 0),
    partition,
    Uint8Array.of(0, ...suiteId(request.algorithmSuite), 0),
    ...keys,
    ZERO,
    context,
    Uint8Array.of(0, POLICY_BYTES[request.commitmentPolicy]),
    reproduced,
    encodeLengths(totalLength(keys), context.length, reproduced.length),
  ]);
}

function suiteId({ id }: AlgorithmSuite): readonly [number, number] {
  return [id >> 8, id & 0xff];
}

/** Sorted and with their lengths, as a context of empty values. */
function encodeKeys(keys: readonly string[]): Uint8Array {
  const context: Record<string, string> = Object.create(null);
  for (const key of keys) context[key] = '';
  return encodeEncryptionContext(context satisfies EncryptionContext);
}

function encodeLengths(...lengths: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * lengths.length));
  for (const [index, length] of lengths.entries()) view.setUint32(4 * index, length);
  return new Uint8Array(view.buffer);
}

function totalLength(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

function digest(parts: readonly Uint8Array[]): string {
  const bytes = engine.digest('sha384', parts);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
