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

import type { CommitmentPolicy } from '@waxseal/core';
import { encodeEncryptedDataKey, encodeEncryptionContext, engine } from '@waxseal/core/crypto';
import type { SharedDecryptionRequest, SharedEncryptionRequest } from './own-copies.ts';

const RESOURCE_CACHING_MANAGER = 1;
const OPERATION_ENCRYPT = 1;
const OPERATION_DECRYPT = 2;

const POLICY_BYTES: Readonly<Record<CommitmentPolicy, number>> = {
  FORBID_ENCRYPT_ALLOW_DECRYPT: 1,
  REQUIRE_ENCRYPT_ALLOW_DECRYPT: 2,
  REQUIRE_ENCRYPT_REQUIRE_DECRYPT: 3,
};

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
export function encryptionEntryId(partition: Partition, request: SharedEncryptionRequest): string {
  const suite = request.algorithmSuite;
  const required = encodeKeys(request.requiredEncryptionContextKeys ?? []);
  const context = encodeEncryptionContext(request.encryptionContext);
  const input = new EntryIdInput(partition, OPERATION_ENCRYPT, context.length + required.length);
  if (suite === undefined) input.writeByte(0);
  else input.writeByte(1).writeByte(0).writeU16(suite.id);
  input.writeByte(0).writeBytes(context);
  input.writeByte(0).writeByte(POLICY_BYTES[request.commitmentPolicy]).writeBytes(required);
  return input.digest(0, context.length, required.length);
}

/** @returns The SHA-384 digest as a string of 48 characters, each one byte. */
export function decryptionEntryId(partition: Partition, request: SharedDecryptionRequest): string {
  const keys = request.encryptedDataKeys.map(encodeEncryptedDataKey).sort(Buffer.compare);
  const keysLength = keys.reduce((sum, { length }) => sum + length, 0);
  const context = encodeEncryptionContext(request.encryptionContext);
  const reproduced = encodeEncryptionContext(request.reproducedEncryptionContext ?? {});
  const input = new EntryIdInput(partition, OPERATION_DECRYPT, keysLength + context.length + reproduced.length);
  input.writeU16(request.algorithmSuite.id).writeByte(0);
  for (const key of keys) input.writeBytes(key);
  input.writeByte(0).writeBytes(context);
  input.writeByte(0).writeByte(POLICY_BYTES[request.commitmentPolicy]).writeBytes(reproduced);
  return input.digest(keysLength, context.length, reproduced.length);
}

/** Sorted and with their lengths, as a context of empty values. */
function encodeKeys(keys: readonly string[]): Uint8Array {
  const context: Record<string, string> = Object.create(null);
  for (const key of keys) context[key] = '';
  return encodeEncryptionContext(context);
}

/** Bytes of the input that neither a partition, nor keys, nor a context takes; rounded up. */
const FIXED_LENGTH = 32;

/** Gathers the digest's input in one array: a call to the hash for each field would cost more than the hashing. */
class EntryIdInput {
  readonly #bytes: Uint8Array;
  #length = 0;

  constructor(partition: Partition, operation: number, variableLength: number) {
    this.#bytes = new Uint8Array(FIXED_LENGTH + partition.length + variableLength);
    this.writeByte(RESOURCE_CACHING_MANAGER).writeByte(0).writeByte(operation).writeByte(0);
    this.writeBytes(partition).writeByte(0);
  }

  writeByte(value: number): this {
    this.#bytes[this.#length] = value;
    this.#length += 1;
    return this;
  }

  writeU16(value: number): this {
    return this.writeByte(value >>> 8).writeByte(value & 0xff);
  }

  writeBytes(bytes: Uint8Array): this {
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  digest(...lengths: readonly number[]): string {
    for (const length of lengths) this.writeU16(length >>> 16).writeU16(length & 0xffff);
    const digest = engine.digest('sha384', [this.#bytes.subarray(0, this.#length)]);
    return Buffer.from(digest.buffer, digest.byteOffset, digest.byteLength).toString('latin1');
  }
}
