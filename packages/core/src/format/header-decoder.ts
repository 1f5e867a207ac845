// Bytes to a message header, as far as they have arrived. Linear in the header's length at any chunking.

import type { EncryptionContext } from '../encryption-context.ts';
import { LimitExceededError, MalformedMessageError, UnsupportedMessageError } from '../errors.ts';
import { DEFAULT_MAX_ENCRYPTED_DATA_KEYS, DEFAULT_MAX_HEADER_LENGTH, IV_LENGTH, TAG_LENGTH } from '../limits.ts';
import { type AlgorithmSuite, findAlgorithmSuite } from './algorithm-suites.ts';
import type { EncryptedDataKey } from './encrypted-data-key.ts';
import { decodeEncryptionContext } from './encryption-context-codec.ts';
import { CONTENT_TYPE_FRAMED, CONTENT_TYPE_NON_FRAMED, MESSAGE_TYPE_V1 } from './header-encoder.ts';
import { type MessageHeader, messageIdLength } from './message-header.ts';
import { decodeText } from './text.ts';

/** Bounds on a header that is read. */
export type HeaderLimits = {
  readonly maxEncryptedDataKeys?: number | undefined;
  readonly maxHeaderLength?: number | undefined;
};

/** A header as read, with what its authentication needs. */
export type DecodedHeader = {
  readonly header: MessageHeader;
  /** The bytes that were read, authentication excluded: the AAD of the header tag. Never encoded anew. */
  readonly body: Uint8Array;
  /** IV of the header tag: from the wire in version 1, zeros in version 2. */
  readonly iv: Uint8Array;
  readonly tag: Uint8Array;
};

/** Where a decoder stands; `bytes` may be replaced by a longer array with the same beginning between two steps. */
export type HeaderCursor = { bytes: Uint8Array; position: number };

const ZERO_IV = new Uint8Array(IV_LENGTH);

/**
 * Decodes a header step by step.
 *
 * Yields the number of bytes, from the start, that `cursor.bytes` must have before the next step. Limits are checked
 * before any of these bytes is asked for.
 */
export function* decodeHeaderSteps(cursor: HeaderCursor, limits: HeaderLimits): Generator<number, DecodedHeader, void> {
  const fields = new FieldReader(cursor, limits.maxHeaderLength ?? DEFAULT_MAX_HEADER_LENGTH);
  const suite = yield* readSuite(fields);
  const messageId = yield* fields.bytes(messageIdLength(suite.messageVersion));
  const encryptionContext: EncryptionContext = decodeEncryptionContext(yield* fields.bytes(yield* fields.u16()));
  const encryptedDataKeys = yield* readEncryptedDataKeys(fields, limits.maxEncryptedDataKeys);
  const { contentType, frameLength } = yield* readContent(fields, suite);
  const commitment = suite.committing ? yield* fields.bytes(32) : undefined;
  const bodyLength = cursor.position;
  const iv = suite.messageVersion === 1 ? yield* fields.bytes(IV_LENGTH) : ZERO_IV;
  const tag = yield* fields.bytes(TAG_LENGTH);
  const header = {
    version: suite.messageVersion,
    algorithmSuite: suite,
    messageId,
    encryptionContext,
    encryptedDataKeys,
    contentType,
    frameLength,
    headerLength: cursor.position,
    ...(commitment === undefined ? {} : { commitment }),
    verified: false,
  } as const;
  return { header, body: cursor.bytes.subarray(0, bodyLength), iv, tag };
}

/** First copy of a header that is all in memory; longer ones are copied again, twice as much each time. */
const FIRST_COPY_LENGTH = 2048;

/**
 * Decodes a header that is whole in `bytes`; what follows it is ignored.
 *
 * @returns Views of a private copy, so that nobody changes them between check and use.
 * @throws MalformedMessageError, UnsupportedMessageError, LimitExceededError
 */
export function decodeHeader(bytes: Uint8Array, limits: HeaderLimits): DecodedHeader {
  const cursor = { bytes: bytes.slice(0, FIRST_COPY_LENGTH), position: 0 };
  const steps = decodeHeaderSteps(cursor, limits);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (step.value > bytes.length) throw endsInHeader(bytes.length);
    cursor.bytes = bytes.slice(0, Math.max(step.value, 2 * cursor.bytes.length));
  }
}

/** The error for input that ends too early, after so many bytes. */
export function endsInHeader(length: number): MalformedMessageError {
  return new MalformedMessageError(length === 0 ? 'the message is empty' : 'the message ends inside its header');
}

/** Reads fields one after another, asking for more bytes where needed. */
class FieldReader {
  readonly #cursor: HeaderCursor;
  readonly #maxHeaderLength: number;

  constructor(cursor: HeaderCursor, maxHeaderLength: number) {
    this.#cursor = cursor;
    this.#maxHeaderLength = maxHeaderLength;
  }

  /** @returns A view of the next bytes. */
  *bytes(length: number): Generator<number, Uint8Array, void> {
    const start = this.#cursor.position;
    const end = start + length;
    if (end > this.#maxHeaderLength) {
      const message = `the header is longer than ${this.#maxHeaderLength} bytes; maxHeaderLength raises the limit, Infinity lifts it`;
      throw new LimitExceededError(message, this.#maxHeaderLength);
    }
    if (end > this.#cursor.bytes.length) yield end;
    this.#cursor.position = end;
    return this.#cursor.bytes.subarray(start, end);
  }

  *u8(): Generator<number, number, void> {
    const [value = 0] = yield* this.bytes(1);
    return value;
  }

  *u16(): Generator<number, number, void> {
    const [high = 0, low = 0] = yield* this.bytes(2);
    return high * 2 ** 8 + low;
  }

  *u32(): Generator<number, number, void> {
    return (yield* this.u16()) * 2 ** 16 + (yield* this.u16());
  }
}

/** Version, type and suite; version and suite must agree, so that a suite can't be downgraded by its header's form. */
function* readSuite(fields: FieldReader): Generator<number, AlgorithmSuite, void> {
  const version = yield* fields.u8();
  if (version === 0x41) yield* rejectBase64(fields);
  if (version === 0x30) yield* rejectHex(fields);
  if (version !== 1 && version !== 2) {
    const first = `0x${version.toString(16).padStart(2, '0')}`;
    throw new UnsupportedMessageError(
      `this is no message of the AWS Encryption SDK: its first byte, the version, is ${first}, not 1 or 2`,
    );
  }
  if (version === 1 && (yield* fields.u8()) !== MESSAGE_TYPE_V1) {
    throw new MalformedMessageError('the message type is not 0x80');
  }
  const id = yield* fields.u16();
  const suite = findAlgorithmSuite(id);
  if (suite === undefined) {
    throw new UnsupportedMessageError(
      `algorithm suite 0x${id.toString(16).padStart(4, '0')} is not of this message format`,
    );
  }
  if (suite.messageVersion !== version) {
    throw new MalformedMessageError(`${suite.name} is not a suite of message version ${version}`);
  }
  return suite;
}

/** 'AY' and 'Ag' are how base64 of a version 1 and a version 2 message begins. */
function* rejectBase64(fields: FieldReader): Generator<number, void, void> {
  const second = yield* fields.u8();
  if (second !== 0x59 && second !== 0x67) return;
  throw new MalformedMessageError(
    "the message looks like base64 text: decode it first, as with Buffer.from(text, 'base64')",
  );
}

/** '01' or '02': the version as text. */
function* rejectHex(fields: FieldReader): Generator<number, void, void> {
  const second = yield* fields.u8();
  if (second !== 0x31 && second !== 0x32) return;
  throw new MalformedMessageError(
    "the message looks like hexadecimal text: decode it first, as with Buffer.from(text, 'hex')",
  );
}

function* readEncryptedDataKeys(
  fields: FieldReader,
  limit: number = DEFAULT_MAX_ENCRYPTED_DATA_KEYS,
): Generator<number, readonly EncryptedDataKey[], void> {
  const count = yield* fields.u16();
  if (count === 0) throw new MalformedMessageError('the header has no encrypted data key');
  if (count > limit) {
    const message = `the header has ${count} encrypted data keys, more than ${limit}; maxEncryptedDataKeys raises the limit, Infinity lifts it`;
    throw new LimitExceededError(message, limit);
  }
  const keys: EncryptedDataKey[] = [];
  while (keys.length < count) {
    const providerId = decodeText(yield* fields.bytes(yield* fields.u16()), 'provider id of an encrypted data key');
    const providerInfo = yield* fields.bytes(yield* fields.u16());
    const ciphertext = yield* fields.bytes(yield* fields.u16());
    keys.push({ providerId, providerInfo, ciphertext });
  }
  return keys;
}

function* readContent(
  fields: FieldReader,
  suite: AlgorithmSuite,
): Generator<number, Pick<MessageHeader, 'contentType' | 'frameLength'>, void> {
  const contentType = yield* fields.u8();
  if (contentType !== CONTENT_TYPE_FRAMED && contentType !== CONTENT_TYPE_NON_FRAMED) {
    throw new MalformedMessageError(`content type ${contentType} is neither framed (2) nor non-framed (1)`);
  }
  if (suite.messageVersion === 1) {
    if ((yield* fields.u32()) !== 0) throw new MalformedMessageError('the reserved field of the header is not zero');
    if ((yield* fields.u8()) !== IV_LENGTH)
      throw new MalformedMessageError(`the IV length of the header is not ${IV_LENGTH}`);
  }
  const frameLength = yield* fields.u32();
  const framed = contentType === CONTENT_TYPE_FRAMED;
  if (framed !== frameLength > 0) {
    throw new MalformedMessageError(`frame length ${frameLength} in a ${framed ? 'framed' : 'non-framed'} message`);
  }
  return { contentType: framed ? 'framed' : 'nonFramed', frameLength };
}
