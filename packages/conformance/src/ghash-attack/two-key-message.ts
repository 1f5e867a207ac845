// A version 1 message that opens under two data keys, to two plaintexts: GCM does not commit to its key.

import { createCipheriv, randomBytes } from 'node:crypto';
import { buildMessage, paddedNumber } from '../messages/build-message.ts';
import { lengthPrefixed, u32 } from '../messages/context-bytes.ts';
import { deriveKeys } from '../messages/derive-keys.ts';
import { headerField, readMessageLayout } from '../messages/message-layout.ts';
import { blockOf, elementOf, inverse, multiply, power } from './gf128.ts';
import { ghashPolynomial } from './ghash.ts';
import { evaluate } from './polynomial.ts';

const SUITE = 0x0178;
const BLOCK = 16;
/** A provider id of four bytes puts the provider info of a message without context at a border of blocks. */
const ENTRY = Buffer.concat(
  [Buffer.from('free'), Buffer.alloc(BLOCK), Buffer.of(1)].map((field) => lengthPrefixed(field)),
);

/**
 * Writes a message of suite 0x0178 (no commitment) whose header and only frame are authentic under both data keys.
 *
 * The tag under each key is linear in every block; one block, chosen freely, makes the two equal. In the header that is
 * provider info, in the frame the second half of the ciphertext.
 */
export function twoKeyMessage(one: Uint8Array, two: Uint8Array): Uint8Array {
  const { message, messageId } = buildMessage({
    suiteId: SUITE,
    dataKey: one,
    dataKeyEntries: [ENTRY],
    plaintext: Buffer.alloc(2 * BLOCK),
    frameLength: 2 * BLOCK,
  });
  const keys = [one, two].map((dataKey) => deriveKeys(SUITE, dataKey, messageId).key);
  const layout = readMessageLayout(message);
  const info = headerField(layout, 'providerInfo0');
  const piece = layout.pieces[0];
  if (piece === undefined) throw new Error('no frame');

  const header = message.slice(0, layout.headerBody.end);
  const headerTag = tagOfBoth(
    keys,
    Buffer.alloc(12),
    { aad: header, ciphertext: new Uint8Array(0) },
    header,
    info.start,
  );
  message.set(header);
  message.set(headerTag, headerField(layout, 'headerTag').start);

  const aad = Buffer.concat([
    messageId,
    Buffer.from('AWSKMSEncryptionClient Final Frame'),
    u32(1),
    u32(0),
    u32(2 * BLOCK),
  ]);
  const ciphertext = randomBytes(2 * BLOCK);
  const frameTag = tagOfBoth(keys, paddedNumber(1), { aad, ciphertext }, ciphertext, BLOCK);
  message.set(ciphertext, piece.content.start);
  message.set(frameTag, piece.tag.start);
  return message;
}

/** Sets the block at `offset` of `target`, which is part of the data, so that both keys give one tag. @returns That tag. */
function tagOfBoth(
  keys: readonly Uint8Array[],
  iv: Uint8Array,
  data: { readonly aad: Uint8Array; readonly ciphertext: Uint8Array },
  target: Uint8Array,
  offset: number,
): Uint8Array {
  target.fill(0, offset, offset + BLOCK);
  const polynomial = ghashPolynomial(data.aad, data.ciphertext);
  const start = target === data.aad ? 0 : Math.ceil(data.aad.length / BLOCK);
  const aadBlocks = Math.ceil(data.aad.length / BLOCK);
  const blocks = aadBlocks + Math.ceil(data.ciphertext.length / BLOCK) + 1;
  const exponent = BigInt(blocks - start - offset / BLOCK);
  const sides = keys.map((key) => {
    const hashKey = elementOf(encryptBlock(key, Buffer.alloc(BLOCK)));
    const mask = elementOf(encryptBlock(key, Buffer.concat([iv, u32(1)])));
    return { tag: evaluate(polynomial, hashKey) ^ mask, factor: power(hashKey, exponent) };
  });
  const [first = { tag: 0n, factor: 0n }, second = first] = sides;
  const block = multiply(first.tag ^ second.tag, inverse(first.factor ^ second.factor));
  target.set(blockOf(block), offset);
  return blockOf(first.tag ^ multiply(block, first.factor));
}

function encryptBlock(key: Uint8Array, block: Uint8Array): Buffer {
  return createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(block);
}
