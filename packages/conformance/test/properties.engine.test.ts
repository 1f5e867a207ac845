// Properties: any chunking round-trips, whatever parses re-encodes, header parsing is linear.

import { fc, test as propertyTest } from '@fast-check/vitest';
import { parseMessageHeader } from '@waxseal/core';
import { decryptStream } from '@waxseal/core/node';
import { RawAesKeyring } from '@waxseal/keyring';
import { describe, expect, test } from 'vitest';
import { GivenDataKeyKeyring } from '../src/given-data-key-keyring.ts';
import { patternedBytes } from '../src/interop/interop-cases.ts';
import { buildMessage, type MessagePlan } from '../src/messages/build-message.ts';
import { lengthPrefixed } from '../src/messages/context-bytes.ts';
import { assertHeaderWithstands } from '../src/messages/fuzz-message.ts';
import { type Chunks, READERS, WRITERS } from '../src/messages/message-forms.ts';
import { headerField, readMessageLayout } from '../src/messages/message-layout.ts';
import { SUITES } from '../src/messages/suite-facts.ts';

const keyring = new RawAesKeyring({ namespace: 'n', name: 'k', key: patternedBytes(32) });
const suite = fc.constantFrom(...SUITES);
const text = fc.string({ unit: 'binary', maxLength: 12 });
const context = fc
  .dictionary(text, text, { maxKeys: 5 })
  .filter((pairs) => Object.keys(pairs).every((key) => !key.startsWith('aws-crypto-')));
const chunks: fc.Arbitrary<Chunks> = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 6 });
const pairs = fc.uniqueArray(fc.tuple(text, text), { selector: ([key]) => key, maxLength: 5 });
const field = fc.uint8Array({ maxLength: 40 });
const entry = fc
  .tuple(text, field, field)
  .map(([id, info, ciphertext]) =>
    Buffer.concat([Buffer.from(id), info, ciphertext].map((bytes) => lengthPrefixed(bytes))),
  );

describe('any chunking round-trips', () => {
  propertyTest.prop(
    [
      suite,
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 1, max: 100 }),
      context,
      fc.constantFrom(...Object.values(WRITERS)),
      fc.constantFrom(...Object.values(READERS)),
      chunks,
      chunks,
    ],
    { numRuns: 300 },
  )(
    'by every writer and reader',
    async ({ id, committing }, plaintext, frameLength, encryptionContext, write, read, one, two) => {
      const commitmentPolicy = committing ? 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT' : 'FORBID_ENCRYPT_ALLOW_DECRYPT';
      const message = await write(
        keyring,
        plaintext,
        { algorithmSuite: id, frameLength, encryptionContext, commitmentPolicy },
        one,
      );
      const opened = await read(keyring, message, { commitmentPolicy, encryptionContext }, two);
      expect(Buffer.compare(opened, plaintext)).toBe(0);
    },
  );
});

describe('whatever parses re-encodes to the same bytes, but for the read-only forms', () => {
  const plan = fc.record({
    suite,
    pairs,
    entries: fc.array(entry, { minLength: 1, maxLength: 4 }),
    nonFramed: fc.boolean(),
  });
  const build = ({
    suite: { id },
    pairs: context,
    entries,
    nonFramed,
  }: {
    suite: (typeof SUITES)[number];
    pairs: [string, string][];
    entries: Buffer[];
    nonFramed: boolean;
  }) => buildMessage({ suiteId: id, context, dataKeyEntries: entries, nonFramed } satisfies MessagePlan);

  propertyTest.prop([plan], { numRuns: 300 })('every header of the format', (header) => {
    expect(assertHeaderWithstands(build(header).message)).toBe(true);
  });

  propertyTest.prop([plan, fc.nat(), fc.integer({ min: 0, max: 255 })], { numRuns: 1000 })(
    'every header with a byte changed',
    (header, at, byte) => {
      const { message } = build(header);
      const changed = Uint8Array.from(message);
      changed[at % readMessageLayout(message).headerLength] = byte;
      assertHeaderWithstands(changed);
    },
  );

  propertyTest.prop([fc.uint8Array({ maxLength: 200 })], { numRuns: 1000 })('any bytes at all', (bytes) => {
    assertHeaderWithstands(bytes);
  });
});

describe('what a header says', () => {
  propertyTest.prop([suite, pairs, fc.array(entry, { minLength: 1, maxLength: 4 })], { numRuns: 200 })(
    'is what was written',
    ({ id }, context, dataKeyEntries) => {
      const { message, messageId } = buildMessage({ suiteId: id, context, dataKeyEntries });
      const header = parseMessageHeader(message);
      const { 'aws-crypto-public-key': _key, ...stored } = header.encryptionContext;
      expect(new Map(Object.entries(stored))).toEqual(new Map(context));
      expect(Buffer.compare(header.messageId, messageId)).toBe(0);
      const layout = readMessageLayout(message);
      for (const [index, { providerInfo, ciphertext }] of header.encryptedDataKeys.entries()) {
        const at = (name: string) => message.subarray(headerField(layout, name).start, headerField(layout, name).end);
        expect(Buffer.compare(providerInfo, at(`providerInfo${index}`))).toBe(0);
        expect(Buffer.compare(ciphertext, at(`ciphertext${index}`))).toBe(0);
      }
    },
  );
});

describe('parsing a header is linear in its length, one byte at a time', () => {
  async function milliseconds(kilobytes: number): Promise<number> {
    const entries = Array.from({ length: kilobytes }, () =>
      Buffer.concat([Buffer.from('p'), Buffer.alloc(509), Buffer.alloc(508)].map((bytes) => lengthPrefixed(bytes))),
    );
    const built = buildMessage({ suiteId: 0x0478, dataKeyEntries: entries });
    const limits = { maxHeaderLength: Number.POSITIVE_INFINITY, maxEncryptedDataKeys: Number.POSITIVE_INFINITY };
    const stream = decryptStream(new GivenDataKeyKeyring(built.dataKey), limits);
    const start = performance.now();
    for (let at = 0; at < built.message.length; at++) {
      if (!stream.write(built.message.subarray(at, at + 1)))
        await new Promise((resolve) => stream.once('drain', resolve));
    }
    stream.end();
    const [plaintext] = await stream.toArray();
    expect(Buffer.compare(plaintext, built.plaintext)).toBe(0);
    return performance.now() - start;
  }

  test('sixteen times the length takes far less than 256 times the time', { retry: 2 }, async () => {
    await milliseconds(4);
    const short = Math.min(await milliseconds(32), await milliseconds(32));
    const long = await milliseconds(512);
    // Linear would be 16; copying all that came before with each byte, 256.
    expect(long / short).toBeLessThan(60);
  });
});
