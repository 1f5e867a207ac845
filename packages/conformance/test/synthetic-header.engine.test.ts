// Headers and bodies that our writer would not write and every reader must take.

import { parseMessageHeader } from '@waxseal/core';
import { describe, expect, test } from 'vitest';
import { buildMessage, type MessagePlan } from '../src/messages/build-message.ts';
import { type ContextPair, encodePairs, lengthPrefixed, u16 } from '../src/messages/context-bytes.ts';
import { readBuilt } from '../src/messages/read-built.ts';
import { SUITES, suiteName } from '../src/messages/suite-facts.ts';

const suites = SUITES.map((suite) => [suiteName(suite), suite.id] as const);

async function contextOf(plan: MessagePlan): Promise<Readonly<Record<string, string>>> {
  const built = buildMessage(plan);
  const { outcome, result, streamed } = await readBuilt(built);
  expect(outcome).toBe('opened');
  expect(Buffer.compare(result!.plaintext, built.plaintext)).toBe(0);
  expect(Buffer.compare(streamed, built.plaintext)).toBe(0);
  return result!.encryptionContext;
}

async function assertOpens(plan: MessagePlan): Promise<void> {
  await contextOf(plan);
}

describe.each(suites)('suite %s', (_name, suiteId) => {
  test('opens what an independent writer wrote', () => assertOpens({ suiteId, context: [['a', 'b']] }));

  test('opens a message of no bytes', () => assertOpens({ suiteId, plaintext: Buffer.alloc(0) }));

  test('opens an exact multiple that ends in a full frame, and one that ends in an empty frame', async () => {
    const plaintext = Buffer.alloc(24, 5);
    await assertOpens({ suiteId, plaintext, frameLength: 8 });
    await assertOpens({ suiteId, plaintext, frameLength: 8, emptyFinalFrame: true });
  });

  test('opens a non-framed message, and one of no bytes', async () => {
    await assertOpens({ suiteId, nonFramed: true });
    await assertOpens({ suiteId, nonFramed: true, plaintext: Buffer.alloc(0) });
  });

  test('takes the IV of each frame from the wire', () =>
    assertOpens({ suiteId, frameIv: (n) => Buffer.concat([Buffer.alloc(8, 0xff), Buffer.of(0, 0, 0, n)]) }));
});

describe('version 1', () => {
  test.each(suites.slice(0, 9))('suite %s: takes the IV of the header from the wire', (_name, suiteId) =>
    assertOpens({ suiteId, header: { iv: Buffer.alloc(12, 0xa5) } }),
  );
});

describe('stored context', () => {
  test.each([0x0178, 0x0478])(
    'suite %i: reads the two-byte form of an empty context, which old writers wrote',
    async (suiteId) => {
      expect(await contextOf({ suiteId, contextBytes: u16(0) })).toEqual(Object.create(null));
    },
  );

  test.each([0x0178, 0x0478])(
    'suite %i: reads pairs in any order, and authenticates them as they stand',
    async (suiteId) => {
      const pairs: ContextPair[] = [
        ['b', '2'],
        ['a', '1'],
        ['\u{10000}', '4'],
        ['\uFFFD', '3'],
      ];
      const context = await contextOf({ suiteId, contextBytes: encodePairs(pairs) });
      expect({ ...context }).toEqual(Object.fromEntries(pairs));
    },
  );

  const keys = [
    '',
    '__proto__',
    'constructor',
    'hasOwnProperty',
    'toString',
    '10',
    '9',
    '\uFEFFbom',
    '\0',
    'aws-crypto-other',
  ];
  test.each(keys)('reads the key %j', async (key) => {
    const context = await contextOf({
      suiteId: 0x0478,
      context: [
        [key, key],
        ['other', ''],
      ],
    });
    expect(Object.getOwnPropertyDescriptor(context, key)?.value).toBe(key);
    expect(Object.keys(context)).toHaveLength(2);
    expect(Object.getPrototypeOf(context)).toBeNull();
  });
});

describe('encrypted data keys', () => {
  const entry = (id: string, info: Uint8Array, ciphertext: Uint8Array): Buffer =>
    Buffer.concat([Buffer.from(id), info, ciphertext].map((field) => lengthPrefixed(field)));

  test('keeps provider info as bytes', () => {
    const info = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const { message } = buildMessage({
      suiteId: 0x0478,
      dataKeyEntries: [entry('\uFEFFprovider \u{1F511}', info, Buffer.of(1))],
    });
    const [key] = parseMessageHeader(message).encryptedDataKeys;
    expect(key?.providerId).toBe('\uFEFFprovider \u{1F511}');
    expect(Buffer.compare(key!.providerInfo, info)).toBe(0);
  });

  test('reads empty fields and fields of 65,535 bytes', async () => {
    const long = Buffer.alloc(65_535, 0x61);
    await assertOpens({
      suiteId: 0x0578,
      dataKeyEntries: [entry('', Buffer.alloc(0), Buffer.alloc(0)), entry(long.toString(), long, long)],
    });
  });

  test('reads 100 of them, and 101 only where the caller lifts the limit', async () => {
    const entries = (count: number): Buffer[] =>
      Array.from({ length: count }, () => entry('p', Buffer.of(1), Buffer.of(2)));
    await assertOpens({ suiteId: 0x0478, dataKeyEntries: entries(100) });
    const over = buildMessage({ suiteId: 0x0478, dataKeyEntries: entries(101) });
    expect((await readBuilt(over)).outcome).toBe('ERR_LIMIT_EXCEEDED');
    expect((await readBuilt(over, { maxEncryptedDataKeys: 101 })).outcome).toBe('opened');
    expect((await readBuilt(over, { maxEncryptedDataKeys: Number.POSITIVE_INFINITY })).outcome).toBe('opened');
  });

  test('refuses too many at their count, without reading on', () => {
    const { message } = buildMessage({ suiteId: 0x0478, dataKeyEntries: [] });
    const countAt = 1 + 2 + 32 + 2;
    const cut = Uint8Array.of(...message.subarray(0, countAt), 0xff, 0xff);
    expect(() => parseMessageHeader(cut)).toThrowError(
      expect.objectContaining({ code: 'ERR_LIMIT_EXCEEDED', limit: 100 }),
    );
  });

  test('refuses a header over maxHeaderLength, at the field that goes beyond', async () => {
    const long = Buffer.alloc(65_535, 0x61);
    const entries = Array.from({ length: 16 }, () => entry('p', long, Buffer.of(2)));
    const built = buildMessage({ suiteId: 0x0478, dataKeyEntries: entries });
    expect((await readBuilt(built)).outcome).toBe('ERR_LIMIT_EXCEEDED');
    const { headerLength } = parseMessageHeader(built.message, { maxHeaderLength: Number.POSITIVE_INFINITY });
    expect((await readBuilt(built, { maxHeaderLength: headerLength })).outcome).toBe('opened');
    expect((await readBuilt(built, { maxHeaderLength: headerLength - 1 })).outcome).toBe('ERR_LIMIT_EXCEEDED');
  });
});
