// Writes messages of any shape, right and wrong, by node:crypto alone: what our own writer would never write.

import { createCipheriv, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { type ContextPair, encodePairs, lengthPrefixed, sortPairs, u16, u32 } from './context-bytes.ts';
import { deriveKeys } from './derive-keys.ts';
import { type SuiteFacts, suiteFacts } from './suite-facts.ts';

/** One encrypted piece before it is sealed. */
export type PlannedFrame = {
  readonly kind: 'frame' | 'finalFrame' | 'nonFramed';
  readonly sequenceNumber: number;
  readonly plaintext: Uint8Array;
  /** What the length field says, where it lies; the tag binds the true length. */
  readonly declaredLength?: number;
};

/** What a message is to be; everything has a sensible value unless given. */
export type MessagePlan = {
  readonly suiteId: number;
  readonly plaintext?: Uint8Array;
  readonly frameLength?: number;
  readonly dataKey?: Uint8Array;
  readonly messageId?: Uint8Array;
  /** Stored pairs; a signing suite's public key is added to them. */
  readonly context?: readonly ContextPair[];
  /** The stored context as bytes, in place of `context`. */
  readonly contextBytes?: Uint8Array;
  /** Pairs that are authenticated alone. */
  readonly requiredContext?: readonly ContextPair[];
  /** Encoded entries of the list of encrypted data keys. */
  readonly dataKeyEntries?: readonly Uint8Array[];
  /** Replaces fields of the header before it is authenticated. */
  readonly header?: Readonly<Partial<Record<HeaderPart, Uint8Array>>>;
  readonly nonFramed?: boolean;
  /** Ends an exact multiple of the frame with an empty frame. */
  readonly emptyFinalFrame?: boolean;
  /** IV of a piece; the sequence number, padded, unless given. */
  readonly frameIv?: (sequenceNumber: number) => Uint8Array;
  /** Changes the pieces before they are sealed. */
  readonly frames?: (frames: PlannedFrame[]) => PlannedFrame[];
  /** Changes the footer's signature. */
  readonly signature?: (der: Uint8Array) => Uint8Array;
  /** Goes behind the message. */
  readonly trailer?: Uint8Array;
};

/** The parts of a header that a plan may replace. */
export type HeaderPart =
  | 'version'
  | 'type'
  | 'suiteId'
  | 'contentType'
  | 'reserved'
  | 'ivLength'
  | 'frameLength'
  | 'commitment'
  | 'iv';

/** A message with what is needed to open it. */
export type BuiltMessage = {
  readonly message: Uint8Array;
  readonly plaintext: Uint8Array;
  readonly dataKey: Uint8Array;
  readonly messageId: Uint8Array;
};

const DEFAULT_ENTRY = Buffer.concat(['given', '\xff\0', 'ciphertext'].map((text) => lengthPrefixed(Buffer.from(text))));
const CONTENT_TEXT = {
  frame: 'AWSKMSEncryptionClient Frame',
  finalFrame: 'AWSKMSEncryptionClient Final Frame',
  nonFramed: 'AWSKMSEncryptionClient Single Block',
} as const;

/** Writes the message of a plan. */
export function buildMessage(plan: MessagePlan): BuiltMessage {
  const suite = suiteFacts(plan.suiteId);
  const { plaintext = Buffer.from('twenty bytes of text'), dataKey = randomBytes(suite.keyLength) } = plan;
  const messageId = plan.messageId ?? randomBytes(suite.committing ? 32 : 16);
  const { key, commitment } = deriveKeys(suite.id, dataKey, messageId);
  const signing = suite.curve === undefined ? undefined : signingKey(suite.curve);
  const frameLength = plan.nonFramed === true ? 0 : (plan.frameLength ?? 8);
  const header = encodeHeader(plan, suite, { messageId, commitment, publicKey: signing?.publicKey, frameLength });
  const iv = plan.header?.iv ?? Buffer.alloc(12);
  const { tag } = seal(
    key,
    iv,
    Buffer.concat([header, encodePairs(sortPairs(plan.requiredContext ?? []))]),
    Buffer.alloc(0),
  );
  const planned = planFrames(plaintext, frameLength, plan);
  const pieces = (plan.frames?.(planned) ?? planned).map((frame) => sealFrame(key, messageId, frame, plan));
  const signed = Buffer.concat([header, ...(suite.committing ? [] : [iv]), tag, ...pieces]);
  const footer = signing === undefined ? Buffer.alloc(0) : signFooter(suite, signing.privateKey, signed, plan);
  return {
    message: new Uint8Array(Buffer.concat([signed, footer, plan.trailer ?? Buffer.alloc(0)])),
    plaintext: new Uint8Array(plaintext),
    dataKey: new Uint8Array(dataKey),
    messageId: new Uint8Array(messageId),
  };
}

type HeaderValues = {
  readonly messageId: Uint8Array;
  readonly commitment: Uint8Array | undefined;
  readonly publicKey: Uint8Array | undefined;
  readonly frameLength: number;
};

function encodeHeader(plan: MessagePlan, suite: SuiteFacts, values: HeaderValues): Buffer {
  const { messageId, commitment, publicKey, frameLength } = values;
  const publicPair: ContextPair[] =
    publicKey === undefined ? [] : [['aws-crypto-public-key', Buffer.from(publicKey).toString('base64')]];
  const context = plan.contextBytes ?? encodePairs(sortPairs([...(plan.context ?? []), ...publicPair]));
  const entries = plan.dataKeyEntries ?? [DEFAULT_ENTRY];
  const part = (name: HeaderPart, usual: Uint8Array): Uint8Array => plan.header?.[name] ?? usual;
  const v1 = (...parts: Uint8Array[]): Uint8Array[] => (suite.committing ? [] : parts);
  return Buffer.concat([
    part('version', Buffer.of(suite.committing ? 2 : 1)),
    ...v1(part('type', Buffer.of(0x80))),
    part('suiteId', u16(suite.id)),
    messageId,
    lengthPrefixed(context),
    u16(entries.length),
    ...entries,
    part('contentType', Buffer.of(plan.nonFramed === true ? 1 : 2)),
    ...v1(part('reserved', Buffer.alloc(4)), part('ivLength', Buffer.of(12))),
    part('frameLength', u32(frameLength)),
    ...(commitment === undefined ? [] : [part('commitment', commitment)]),
  ]);
}

function planFrames(plaintext: Uint8Array, frameLength: number, plan: MessagePlan): PlannedFrame[] {
  if (plan.nonFramed === true) return [{ kind: 'nonFramed', sequenceNumber: 1, plaintext }];
  const isMultiple = plaintext.length > 0 && plaintext.length % frameLength === 0;
  const full = Math.ceil(plaintext.length / frameLength) || 1;
  const count = isMultiple && plan.emptyFinalFrame === true ? full + 1 : full;
  return Array.from({ length: count }, (_, at) => ({
    kind: at === count - 1 ? 'finalFrame' : 'frame',
    sequenceNumber: at + 1,
    plaintext: plaintext.subarray(at * frameLength, (at + 1) * frameLength),
  }));
}

/** Seals a piece: its tag is right for what the piece is, whatever its length field says. */
function sealFrame(key: Uint8Array, messageId: Uint8Array, frame: PlannedFrame, plan: MessagePlan): Buffer {
  const { kind, sequenceNumber, plaintext, declaredLength = plaintext.length } = frame;
  const iv = plan.frameIv?.(sequenceNumber) ?? paddedNumber(sequenceNumber);
  const aad = Buffer.concat([
    messageId,
    Buffer.from(CONTENT_TEXT[kind]),
    u32(sequenceNumber),
    u32(0),
    u32(plaintext.length),
  ]);
  const { ciphertext, tag } = seal(key, iv, aad, plaintext);
  const number = u32(sequenceNumber);
  if (kind === 'frame') return Buffer.concat([number, iv, ciphertext, tag]);
  if (kind === 'nonFramed') return Buffer.concat([iv, u32(0), u32(declaredLength), ciphertext, tag]);
  return Buffer.concat([u32(0xffffffff), number, iv, u32(declaredLength), ciphertext, tag]);
}

/** The IV that writers give a piece. */
export function paddedNumber(sequenceNumber: number): Buffer {
  return Buffer.concat([Buffer.alloc(8), u32(sequenceNumber)]);
}

/** AES-GCM by node:crypto. */
export function seal(
  key: Uint8Array,
  iv: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): { readonly ciphertext: Buffer; readonly tag: Buffer } {
  const name = `aes-${8 * key.length}-gcm` as 'aes-256-gcm';
  const cipher = createCipheriv(name, key, iv, { authTagLength: 16 });
  cipher.setAAD(aad);
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return { ciphertext, tag: cipher.getAuthTag() };
}

type BuiltSigningKey = { readonly publicKey: Uint8Array; readonly privateKey: KeyObject };

function signingKey(curve: 'P-256' | 'P-384'): BuiltSigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: curve });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const isOdd = ((Buffer.from(y, 'base64url').at(-1) ?? 0) & 1) === 1;
  return { publicKey: Buffer.concat([Buffer.of(isOdd ? 3 : 2), Buffer.from(x, 'base64url')]), privateKey };
}

function signFooter(suite: SuiteFacts, key: KeyObject, bytes: Uint8Array, plan: MessagePlan): Buffer {
  const der = createSign(suite.curve === 'P-256' ? 'sha256' : 'sha384')
    .update(bytes)
    .sign(key);
  return lengthPrefixed(plan.signature?.(der) ?? der);
}
