// Announced and limited lengths hold to the byte, at any chunking, when writing and when reading.

import { decrypt, decryptWebStream, encrypt, encryptWebStream, messageLength } from '@waxseal/core';
import { decryptStream, encryptStream } from '@waxseal/core/node';
import { describe, expect, test } from 'vitest';
import { GivenDataKeyKeyring } from '../src/given-data-key-keyring.ts';
import { patternedBytes } from '../src/interop/interop-cases.ts';
import { buildMessage } from '../src/messages/build-message.ts';
import { collectStream } from '../src/messages/collect-stream.ts';
import { collectWebStream } from '../src/messages/collect-web-stream.ts';

const keyring = new GivenDataKeyKeyring(new Uint8Array(32).fill(1));
const CHUNKINGS = [1, 7, 8, 1000, [3, 5]] as const;
const suites = [0x0478, 0x0578] as const;

describe.each(suites)('writing, suite %i', (algorithmSuite) => {
  const options = { algorithmSuite, frameLength: 8 } as const;
  const bothStreams = async (lengths: object, plaintext: Uint8Array, chunks: number | readonly number[]) => [
    await collectStream(encryptStream(keyring, { ...options, ...lengths }), plaintext, chunks),
    await collectWebStream(encryptWebStream(keyring, { ...options, ...lengths }), plaintext, chunks),
  ];

  test.each([0, 1, 8, 16, 20])('plaintextLength %i: takes exactly so many bytes at every chunking', async (length) => {
    for (const chunks of CHUNKINGS) {
      for (const { seen, error } of await bothStreams({ plaintextLength: length }, patternedBytes(length), chunks)) {
        expect(error).toBeUndefined();
        expect((await decrypt(keyring, seen)).plaintext).toEqual(patternedBytes(length));
      }
    }
  });

  test.each([0, 1, 8, 16, 20])('plaintextLength %i: refuses one byte more and one less', async (length) => {
    for (const chunks of CHUNKINGS) {
      for (const { error } of await bothStreams({ plaintextLength: length }, patternedBytes(length + 1), chunks)) {
        expect(error).toMatchObject({ code: 'ERR_LIMIT_EXCEEDED', limit: length });
      }
      if (length === 0) continue;
      for (const { error } of await bothStreams({ plaintextLength: length }, patternedBytes(length - 1), chunks)) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
  });

  test.each([0, 1, 8, 16, 20])(
    'maxPlaintextLength %i: takes fewer and refuses one more, in the middle of the stream',
    async (length) => {
      for (const chunks of CHUNKINGS) {
        for (const { error } of await bothStreams({ maxPlaintextLength: length }, patternedBytes(length), chunks)) {
          expect(error).toBeUndefined();
        }
        for (const { error } of await bothStreams({ maxPlaintextLength: length }, patternedBytes(length + 1), chunks)) {
          expect(error).toMatchObject({ code: 'ERR_LIMIT_EXCEEDED', limit: length });
        }
      }
    },
  );

  test('a bound that is exceeded twice over stays exceeded', async () => {
    const { error } = await collectStream(
      encryptStream(keyring, { ...options, maxPlaintextLength: 10 }),
      patternedBytes(15),
      [10, 5],
    );
    expect(error).toMatchObject({ code: 'ERR_LIMIT_EXCEEDED' });
  });

  test('messageLength tells the length of every message beforehand', async () => {
    for (const length of [0, 1, 7, 8, 9, 16, 17]) {
      const { message, header } = await encrypt(keyring, patternedBytes(length), options);
      expect(messageLength(header, length)).toBe(message.length);
    }
  });
});

describe.each(suites)('reading, suite %i', (suiteId) => {
  test.each([{ nonFramed: false }, { nonFramed: true }])('maxPlaintextLength holds to the byte: %o', async (form) => {
    const built = buildMessage({ suiteId, frameLength: 8, plaintext: patternedBytes(20), ...form });
    const given = new GivenDataKeyKeyring(built.dataKey);
    await expect(decrypt(given, built.message, { maxPlaintextLength: 20 })).resolves.toMatchObject({
      plaintext: patternedBytes(20),
    });
    for (const maxPlaintextLength of [19, 8, 0]) {
      const refused = { code: 'ERR_LIMIT_EXCEEDED', limit: maxPlaintextLength };
      await expect(decrypt(given, built.message, { maxPlaintextLength })).rejects.toMatchObject(refused);
      const streams = [
        await collectStream(decryptStream(given, { maxPlaintextLength }), built.message, 3),
        await collectWebStream(decryptWebStream(given, { maxPlaintextLength }), built.message, 3),
      ];
      for (const { seen, error } of streams) {
        expect(error).toMatchObject(refused);
        expect(seen.length).toBeLessThanOrEqual(maxPlaintextLength);
      }
    }
  });

  test('maxFrameLength holds to the byte, before the keyring is asked in a framed message', async () => {
    const built = buildMessage({ suiteId, frameLength: 1000, plaintext: patternedBytes(20) });
    const given = new GivenDataKeyKeyring(built.dataKey);
    await expect(decrypt(given, built.message, { maxFrameLength: 999 })).rejects.toMatchObject({
      code: 'ERR_LIMIT_EXCEEDED',
      limit: 999,
    });
    expect(given.calls).toBe(0);
    await expect(decrypt(given, built.message, { maxFrameLength: 1000 })).resolves.toBeDefined();
  });

  test('a frame length of 4 GiB − 1 costs a stream an error unless lifted, and never memory', async () => {
    const built = buildMessage({ suiteId, frameLength: 0xffffffff, plaintext: patternedBytes(20) });
    const given = new GivenDataKeyKeyring(built.dataKey);
    const limited = await collectStream(decryptStream(given), built.message, 100);
    expect(limited.error).toMatchObject({ code: 'ERR_LIMIT_EXCEEDED', limit: 67_108_864 });
    const before = process.memoryUsage().arrayBuffers;
    const lifted = await collectStream(
      decryptStream(given, { maxFrameLength: Number.POSITIVE_INFINITY }),
      built.message,
      100,
    );
    expect(lifted).toMatchObject({ error: undefined, seen: patternedBytes(20) });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
  });

  test('a non-framed content length beyond the format is refused, one at its limit asks for the bytes', async () => {
    const built = buildMessage({ suiteId, nonFramed: true });
    const { length } = built.plaintext;
    const given = new GivenDataKeyKeyring(built.dataKey);
    const lengthAt = built.message.length - (suiteId === 0x0578 ? 0 : 16 + length + 8);
    if (suiteId !== 0x0478) return;
    for (const [declared, code] of [
      [2n ** 36n - 32n, 'ERR_MESSAGE_MALFORMED'],
      [2n ** 36n - 31n, 'ERR_MESSAGE_MALFORMED'],
      [2n ** 64n - 1n, 'ERR_MESSAGE_MALFORMED'],
    ] as const) {
      const changed = Buffer.from(built.message);
      changed.writeBigUInt64BE(declared, lengthAt);
      const refusal = await decrypt(given, changed).catch((error: Error) => error);
      expect(refusal).toMatchObject({ code });
      expect((refusal as Error).message).toMatch(declared > 2n ** 36n - 32n ? /beyond the format/ : /ends inside/);
    }
  });
});
