// Random access to tampered messages: every truncation is refused when opening, and no wrong byte is ever read.

import { EnvelopeError, encrypt, openMessage } from '@waxseal/core';
import { RawAesKeyring } from '@waxseal/keyring';
import { beforeAll, describe, expect, test } from 'vitest';
import { patternedBytes } from '../src/interop/interop-cases.ts';
import { type MessageLayout, readMessageLayout } from '../src/messages/message-layout.ts';
import { SUITES, suiteName } from '../src/messages/suite-facts.ts';

const options = { commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT', acceptUnsignedRanges: true } as const;
const plaintext = patternedBytes(20);
const keyring = new RawAesKeyring({ namespace: 'n', name: 'k', key: patternedBytes(32) });

describe.each(SUITES.map((suite) => [suiteName(suite), suite] as const))('suite %s', (_name, suite) => {
  let message: Uint8Array;
  let layout: MessageLayout;

  beforeAll(async () => {
    const commitmentPolicy = suite.committing ? 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT' : 'FORBID_ENCRYPT_ALLOW_DECRYPT';
    ({ message } = await encrypt(keyring, plaintext, { algorithmSuite: suite.id, frameLength: 8, commitmentPolicy }));
    layout = readMessageLayout(message);
  });

  /** What each of the three frames gives, or where it was refused. */
  async function readFrames(bytes: Uint8Array): Promise<('open' | 'read' | Uint8Array)[]> {
    const reader = await openMessage(keyring, bytes, options).catch(ours);
    if (reader === undefined) return ['open', 'open', 'open'];
    const ranges = [
      [0, 8],
      [8, 16],
      [16, 20],
    ] as const;
    const frames = ranges.map(async ([start, end]) => (await reader.read(start, end).catch(ours)) ?? ('read' as const));
    return Promise.all(frames).finally(() => reader.close());
  }

  function ours(error: unknown): undefined {
    if (!EnvelopeError.is(error)) throw error;
  }

  test('an untouched message gives every range', async () => {
    const read = await readFrames(message);
    expect(Buffer.concat(read as Uint8Array[])).toEqual(Buffer.from(plaintext));
  });

  test('refuses every truncation, and every byte more, when opening', async () => {
    for (let length = 0; length < message.length; length++) {
      expect(await readFrames(message.slice(0, length))).toEqual(['open', 'open', 'open']);
    }
    expect(await readFrames(Uint8Array.of(...message, 0))).toEqual(['open', 'open', 'open']);
  });

  test('refuses every flip in header, final frame and footer length when opening, in another frame when reading it', async () => {
    const final = layout.pieces.at(-1)!;
    const signatureStart = layout.footer?.signature.start ?? message.length;
    for (let bit = 0; bit < 8 * signatureStart; bit++) {
      const bytes = message.slice();
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      const read = await readFrames(bytes);
      const hit = layout.pieces.findIndex(({ start, end }) => bit >> 3 >= start && bit >> 3 < end);
      if (hit === -1 || bit >> 3 >= final.start) {
        expect(read).toEqual(['open', 'open', 'open']);
        continue;
      }
      const expected = [0, 8, 16].map((start, at) => (at === hit ? 'read' : plaintext.slice(start, start + 8)));
      expect(read).toEqual(expected);
    }
  });

  test('never reads another byte than was written, whatever is flipped in the signature', async () => {
    const { signature } = layout.footer ?? { signature: { start: 0, end: 0 } };
    for (let at = signature.start; at < signature.end; at++) {
      const bytes = message.slice();
      bytes[at]! ^= 0x10;
      for (const [index, frame] of (await readFrames(bytes)).entries()) {
        if (typeof frame !== 'string') expect(frame).toEqual(plaintext.slice(8 * index, 8 * index + 8));
      }
    }
  });
});
