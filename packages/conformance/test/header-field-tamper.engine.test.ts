// Headers that are authentic and yet not of the format: whoever has the data key may write them, and no reader may take them.

import { describe, expect, test } from 'vitest';
import { buildMessage, type MessagePlan } from '../src/messages/build-message.ts';
import { encodePairs, lengthPrefixed, u16, u32 } from '../src/messages/context-bytes.ts';
import { readBuilt } from '../src/messages/read-built.ts';

const V1 = 0x0178;
const V2 = 0x0478;
const SIGNED = 0x0578;
const MALFORMED = 'ERR_MESSAGE_MALFORMED';
const UNSUPPORTED = 'ERR_MESSAGE_UNSUPPORTED';
const FAILED = 'ERR_DECRYPTION_FAILED';

type Case = readonly [name: string, plan: MessagePlan, code: string];

async function assertRefused(plan: MessagePlan, code: string): Promise<number> {
  const { outcome, streamed, keyringCalls } = await readBuilt(buildMessage(plan));
  expect(outcome).toBe(code);
  expect(streamed).toHaveLength(0);
  return keyringCalls;
}

function entry(providerId: Uint8Array): Buffer {
  return Buffer.concat([providerId, Buffer.of(1), Buffer.of(2)].map((field) => lengthPrefixed(field)));
}

describe('fixed fields', () => {
  const cases: Case[] = [
    ['version 0', { suiteId: V2, header: { version: Buffer.of(0) } }, UNSUPPORTED],
    ['version 3', { suiteId: V2, header: { version: Buffer.of(3) } }, UNSUPPORTED],
    ['version 255', { suiteId: V1, header: { version: Buffer.of(255) } }, UNSUPPORTED],
    ['type 0x81', { suiteId: V1, header: { type: Buffer.of(0x81) } }, MALFORMED],
    ['type 0', { suiteId: V1, header: { type: Buffer.of(0) } }, MALFORMED],
    ['the reserved suite id 0', { suiteId: V2, header: { suiteId: u16(0) } }, UNSUPPORTED],
    ['an id of the S3 client', { suiteId: V2, header: { suiteId: u16(0x0073) } }, UNSUPPORTED],
    ['an id of the database client', { suiteId: V2, header: { suiteId: u16(0x6701) } }, UNSUPPORTED],
    ['an unknown suite id', { suiteId: V2, header: { suiteId: u16(0x0479) } }, UNSUPPORTED],
    ['a version 1 suite in version 2', { suiteId: V2, header: { suiteId: u16(V1) } }, MALFORMED],
    ['a version 2 suite in version 1', { suiteId: V1, header: { suiteId: u16(V2) } }, MALFORMED],
    ['content type 0', { suiteId: V2, header: { contentType: Buffer.of(0) } }, MALFORMED],
    ['content type 3', { suiteId: V1, header: { contentType: Buffer.of(3) } }, MALFORMED],
    ['a reserved field that is not zero', { suiteId: V1, header: { reserved: u32(1) } }, MALFORMED],
    ['IV length 0', { suiteId: V1, header: { ivLength: Buffer.of(0) } }, MALFORMED],
    ['IV length 16', { suiteId: V1, header: { ivLength: Buffer.of(16) } }, MALFORMED],
    ['frame length 0 in a framed message', { suiteId: V2, header: { frameLength: u32(0) } }, MALFORMED],
    [
      'a frame length in a non-framed one',
      { suiteId: V2, nonFramed: true, header: { frameLength: u32(8) } },
      MALFORMED,
    ],
    ['the same in version 1', { suiteId: V1, nonFramed: true, header: { frameLength: u32(1) } }, MALFORMED],
  ];
  test.each(cases)('refuses %s, before any keyring is asked', async (_name, plan, code) => {
    expect(await assertRefused(plan, code)).toBe(0);
  });
});

describe('encrypted data keys', () => {
  test.each<Case>([
    ['none', { suiteId: V2, dataKeyEntries: [] }, MALFORMED],
    ['a provider id that is not UTF-8', { suiteId: V2, dataKeyEntries: [entry(Buffer.of(0xc0, 0x80))] }, MALFORMED],
    [
      'a provider id with an encoded surrogate',
      { suiteId: V1, dataKeyEntries: [entry(Buffer.of(0xed, 0xa0, 0x80))] },
      MALFORMED,
    ],
  ])('refuses %s, before any keyring is asked', async (_name, plan, code) => {
    expect(await assertRefused(plan, code)).toBe(0);
  });
});

describe('stored context', () => {
  const pair = Buffer.concat([lengthPrefixed(Buffer.from('key')), lengthPrefixed(Buffer.from('value'))]);
  const raw = (...texts: Uint8Array[]): Buffer => Buffer.concat([u16(texts.length / 2), ...texts.map(lengthPrefixed)]);
  const cases: [string, Uint8Array][] = [
    ['a duplicate key', Buffer.concat([u16(2), pair, pair])],
    [
      'a duplicate of the key __proto__',
      encodePairs([
        ['__proto__', 'a'],
        ['__proto__', 'b'],
      ]),
    ],
    ['more pairs than it has', Buffer.concat([u16(2), pair])],
    ['fewer pairs than it has', Buffer.concat([u16(1), pair, pair])],
    ['a count of none and a pair', Buffer.concat([u16(0), pair])],
    ['one byte alone', Buffer.of(0)],
    ['a key that ends beyond it', Buffer.concat([u16(1), u16(4), Buffer.from('key')])],
    ['a value that ends beyond it', Buffer.concat([u16(1), lengthPrefixed(Buffer.from('key')), u16(2), Buffer.of(65)])],
    ['a length cut in half', Buffer.concat([u16(1), lengthPrefixed(Buffer.from('key')), Buffer.of(0)])],
    ['a key that is not UTF-8', raw(Buffer.of(0xff), Buffer.from('value'))],
    ['a value that is not UTF-8', raw(Buffer.from('key'), Buffer.of(0xe2, 0x82))],
    ['an overlong encoding', raw(Buffer.from('key'), Buffer.of(0xc1, 0xbf))],
    ['an encoded surrogate', raw(Buffer.of(0xed, 0xbf, 0xbf), Buffer.from('value'))],
  ];
  test.each(cases)('refuses %s, before any keyring is asked', async (_name, contextBytes) => {
    expect(await assertRefused({ suiteId: V2, contextBytes }, MALFORMED)).toBe(0);
    expect(await assertRefused({ suiteId: V1, contextBytes }, MALFORMED)).toBe(0);
  });
});

describe('the public key of the stored context', () => {
  const withKey = (value: string): Uint8Array => encodePairs([['aws-crypto-public-key', value]]);
  const base64 = (...bytes: number[]): string => Buffer.from(bytes).toString('base64');
  const point = Buffer.alloc(49, 7);
  const cases: Case[] = [
    ['missing from a signing suite', { suiteId: SIGNED, contextBytes: encodePairs([['a', 'b']]) }, MALFORMED],
    ['missing from an empty context', { suiteId: 0x0214, contextBytes: Buffer.alloc(0) }, MALFORMED],
    [
      'in a suite that does not sign',
      { suiteId: V2, contextBytes: withKey(base64(2, ...point.subarray(1))) },
      MALFORMED,
    ],
    ['empty in a suite that does not sign', { suiteId: V1, contextBytes: withKey('') }, MALFORMED],
    ['empty', { suiteId: SIGNED, contextBytes: withKey('') }, MALFORMED],
    ['no base64', { suiteId: SIGNED, contextBytes: withKey('%'.repeat(68)) }, MALFORMED],
    ['of the other curve', { suiteId: SIGNED, contextBytes: withKey(base64(2, ...point.subarray(17))) }, MALFORMED],
    ['uncompressed', { suiteId: SIGNED, contextBytes: withKey(base64(4, ...Buffer.alloc(96, 7))) }, MALFORMED],
    ['with prefix 4', { suiteId: SIGNED, contextBytes: withKey(base64(4, ...point.subarray(1))) }, FAILED],
    ['beyond the field', { suiteId: SIGNED, contextBytes: withKey(base64(2, ...Buffer.alloc(48, 255))) }, FAILED],
  ];
  test.each(cases)('is refused when it is %s', async (_name, plan, code) => {
    await assertRefused(plan, code);
  });
});

describe('authentication', () => {
  test('refuses a commitment of another key, as it refuses everything that is not authentic', async () => {
    await assertRefused({ suiteId: V2, header: { commitment: Buffer.alloc(32, 1) } }, FAILED);
    await assertRefused({ suiteId: SIGNED, header: { commitment: Buffer.alloc(32) } }, FAILED);
  });

  test('refuses a header whose required context is not given, and names no more than the given keys', async () => {
    const plan: MessagePlan = { suiteId: V2, requiredContext: [['tenant', 'a']] };
    expect((await readBuilt(buildMessage(plan))).outcome).toBe(FAILED);
    const wrong = await readBuilt(buildMessage(plan), { encryptionContext: { tenant: 'b' } });
    expect(wrong.outcome).toBe('ERR_CONTEXT_MISMATCH');
    const right = await readBuilt(buildMessage(plan), { encryptionContext: { tenant: 'a' } });
    expect(right.outcome).toBe('opened');
  });
});
