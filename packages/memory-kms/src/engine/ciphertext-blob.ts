// The ciphertext blob of symmetric keys: opaque to callers, self-describing to us.
//
//   blob := CBOR array of eight: [magic, partition, account, keyId, materialId, salt, checksum, sealed]
//           text  'waxseal-kms/1'    which layout
//           text  partition          'aws', 'aws-cn', 'aws-us-gov'
//           text  account            12 digits
//           text  keyId              UUID or mrk-…; no Region, so that a multi-Region blob opens in any of them
//           bytes materialId         32
//           bytes salt               32, fresh for each call
//           bytes checksum           8: SHA-256 over everything before it, cut. Not a secret: it tells a damaged header
//                                    (InvalidCiphertextException) from the header of a key that is gone (AccessDenied…)
//           bytes sealed             AES-256-GCM ciphertext and tag (16)
//
// Key and IV are HKDF-SHA-256(material, salt, info 'waxseal-kms/1'), 44 bytes: fresh for each call, so that no
// (key, IV) pair ever comes twice. AAD is the length of the header (4 bytes), the header up to and with the checksum,
// and the encryption context, length-prefixed and sorted by bytes.

import { createCipheriv, createDecipheriv, createHash, hkdfSync, timingSafeEqual } from 'node:crypto';
import { Decoder, Encoder } from 'cbor-x';
import { encodeContext } from './encode-context.ts';
import { KmsServiceError } from './kms-service-error.ts';

const MAGIC = 'waxseal-kms/1';
const ITEMS = 8;
/** The head of an array of eight (RFC 8949, section 3.1). */
const FIRST_BYTE = 0x80 | ITEMS;
const SALT_LENGTH = 32;
const CHECKSUM_LENGTH = 8;
const TAG_LENGTH = 16;

const encoder = new Encoder({ useRecords: false, tagUint8Array: false });
const decoder = new Decoder({ useRecords: false, tagUint8Array: false, mapsAsObjects: false });

/** What a blob says of itself, readable without any key. */
export type BlobHeader = {
  readonly partition: string;
  readonly account: string;
  readonly keyId: string;
  /** 64 hexadecimal digits. */
  readonly materialId: string;
};

/** A parsed blob; nothing in it is authentic yet. */
export type CiphertextBlob = BlobHeader & {
  readonly salt: Uint8Array;
  /** The bytes up to and with the checksum. */
  readonly headerBytes: Uint8Array;
  /** Ciphertext and tag. */
  readonly sealed: Uint8Array;
};

/** The error for whatever is not an authentic blob; KMS sends no text with it. */
export function invalidCiphertext(): KmsServiceError {
  return new KmsServiceError('InvalidCiphertextException', '');
}

/**
 * Seals a plaintext under a material.
 *
 * @param header - Names the key and the material.
 * @param material - 32 bytes, left as they are.
 * @param salt - 32 fresh random bytes.
 * @param plaintext - Up to 4,096 bytes (for data key pairs a PKCS#8 key), left as they are.
 * @returns The blob, owned by the caller; 197 bytes for a plaintext of 32.
 */
export function sealBlob(
  header: BlobHeader,
  material: Uint8Array,
  salt: Uint8Array,
  context: Readonly<Record<string, string>> | undefined,
  plaintext: Uint8Array,
): Uint8Array {
  const headerBytes = encodeHeader(header, salt);
  const { key, iv } = callKey(material, salt);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(additionalData(headerBytes, context));
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  return new Uint8Array(Buffer.concat([headerBytes, encoder.encode(sealed)]));
}

/**
 * Opens a parsed blob.
 *
 * @param material - The material that the blob names, 32 bytes.
 * @returns The plaintext, owned by the caller.
 * @throws KmsServiceError InvalidCiphertextException where blob, material and context do not belong together.
 */
export function openBlob(
  blob: CiphertextBlob,
  material: Uint8Array,
  context: Readonly<Record<string, string>> | undefined,
): Uint8Array {
  const { key, iv } = callKey(material, blob.salt);
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_LENGTH });
  decipher.setAAD(additionalData(blob.headerBytes, context));
  decipher.setAuthTag(blob.sealed.subarray(-TAG_LENGTH));
  const plaintext = decipher.update(blob.sealed.subarray(0, -TAG_LENGTH));
  try {
    decipher.final();
  } catch {
    throw invalidCiphertext();
  }
  return new Uint8Array(plaintext.buffer, plaintext.byteOffset, plaintext.length);
}

/**
 * Parses a blob, in time and memory linear in its length.
 *
 * @param bytes - As sent, at most 6,144 bytes.
 * @throws KmsServiceError InvalidCiphertextException for whatever is not a blob of ours, undamaged in its header.
 */
export function parseBlob(bytes: Uint8Array): CiphertextBlob {
  const starts = itemStarts(bytes);
  const [magic, partition, account, keyId, materialId, salt, checksum, sealed] = decodeItems(bytes);
  if (magic !== MAGIC || typeof partition !== 'string' || typeof account !== 'string' || typeof keyId !== 'string') {
    throw invalidCiphertext();
  }
  const covered = bytes.subarray(0, starts[ITEMS - 2]);
  requireChecksum(checksum, covered);
  return {
    partition,
    account,
    keyId,
    materialId: Buffer.from(requireBytes(materialId, 32, 32)).toString('hex'),
    salt: requireBytes(salt, SALT_LENGTH, SALT_LENGTH),
    headerBytes: bytes.subarray(0, starts[ITEMS - 1]),
    sealed: requireBytes(sealed, TAG_LENGTH, bytes.length),
  };
}

function encodeHeader({ partition, account, keyId, materialId }: BlobHeader, salt: Uint8Array): Uint8Array {
  const items = [MAGIC, partition, account, keyId, Buffer.from(materialId, 'hex'), Buffer.from(salt)];
  const covered = Buffer.from(encoder.encode(items));
  covered[0] = FIRST_BYTE;
  return Buffer.concat([covered, encoder.encode(checksumOf(covered))]);
}

function checksumOf(covered: Uint8Array): Buffer {
  return createHash('sha256').update(covered).digest().subarray(0, CHECKSUM_LENGTH);
}

function requireChecksum(checksum: unknown, covered: Uint8Array): void {
  const given = requireBytes(checksum, CHECKSUM_LENGTH, CHECKSUM_LENGTH);
  if (!timingSafeEqual(given, checksumOf(covered))) throw invalidCiphertext();
}

function requireBytes(value: unknown, min: number, max: number): Uint8Array {
  if (!(value instanceof Uint8Array) || value.length < min || value.length > max) throw invalidCiphertext();
  return value;
}

function callKey(material: Uint8Array, salt: Uint8Array): { key: Uint8Array; iv: Uint8Array } {
  const derived = new Uint8Array(hkdfSync('sha256', material, salt, MAGIC, 44));
  return { key: derived.subarray(0, 32), iv: derived.subarray(32) };
}

function additionalData(headerBytes: Uint8Array, context: Readonly<Record<string, string>> | undefined): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(headerBytes.length);
  return Buffer.concat([length, headerBytes, encodeContext(context)]);
}

function decodeItems(bytes: Uint8Array): readonly unknown[] {
  try {
    return decoder.decode(bytes) as readonly unknown[];
  } catch {
    throw invalidCiphertext();
  }
}

/**
 * Where each of the eight items starts. Nothing but definite-length text and bytes in their shortest form passes, so
 * that the decoder never meets a tag, a nested array or a length beyond the bytes at hand.
 */
function itemStarts(bytes: Uint8Array): readonly number[] {
  if (bytes[0] !== FIRST_BYTE) throw invalidCiphertext();
  const starts: number[] = [];
  let position = 1;
  for (let item = 0; item < ITEMS; item++) {
    starts.push(position);
    position = itemEnd(bytes, position, item < 4 ? 3 : 2);
  }
  if (position !== bytes.length) throw invalidCiphertext();
  return starts;
}

/** RFC 8949, section 3: the major type in the upper three bits, the length in the rest or in the next 1 or 2 bytes. */
function itemEnd(bytes: Uint8Array, start: number, majorType: number): number {
  const first = bytes[start] ?? 0;
  const short = first & 0x1f;
  if (first >> 5 !== majorType || short > 25) throw invalidCiphertext();
  if (short < 24) return start + 1 + short;
  const one = bytes[start + 1] ?? 0;
  const length = short === 24 ? one : one * 256 + (bytes[start + 2] ?? 0);
  if (length < (short === 24 ? 24 : 256)) throw invalidCiphertext();
  return start + (short === 24 ? 2 : 3) + length;
}
