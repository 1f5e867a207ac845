import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { encrypt, openMessage } from '../src/index.ts';
import { FakeKeyring } from './materials/fake-keyring.ts';
import { patternBytes } from './stream/pattern-bytes.ts';

describe('openMessage', () => {
  test.prop(
    [
      fc.integer({ min: 0, max: 5000 }),
      fc.integer({ min: 1, max: 700 }),
      fc.constantFrom(0x0478, 0x0578),
      fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })), {
        minLength: 10,
        maxLength: 20,
      }),
    ],
    { numRuns: 60 },
  )('gives any range of any message as the whole has it', async (length, frameLength, algorithmSuite, fractions) => {
    const plaintext = patternBytes(length);
    const { message } = await encrypt(new FakeKeyring(), plaintext, { algorithmSuite, frameLength });
    const reader = await openMessage(new FakeKeyring(), message, { acceptUnsignedRanges: true });
    expect(reader.plaintextLength).toBe(length);
    for (const fraction of fractions) {
      const [start = 0, end = 0] = fraction
        .map((part) => Math.round(part * length))
        .sort((left, right) => left - right);
      expect(await reader.read(start, end)).toEqual(plaintext.slice(start, end));
      const streamed: Uint8Array[] = [];
      const stream = reader.stream({ start, end }) as unknown as AsyncIterable<Uint8Array>;
      for await (const piece of stream) streamed.push(piece);
      expect(Buffer.concat(streamed).equals(plaintext.subarray(start, end))).toBe(true);
    }
    await reader.close();
  });
});
