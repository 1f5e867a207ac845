// Every single-bit flip and every truncation of a small message of each suite is refused, and nobody sees a byte of a frame
// that was not verified.

import { decrypt, EnvelopeError, encrypt } from '@waxseal/core';
import { engineName } from '@waxseal/core/crypto';
import { decryptStream } from '@waxseal/core/node';
import { RawAesKeyring } from '@waxseal/keyring';
import { beforeAll, describe, expect, test } from 'vitest';
import { patternedBytes } from '../src/interop/interop-cases.ts';
import { collectStream } from '../src/messages/collect-stream.ts';
import { type MessageLayout, readMessageLayout } from '../src/messages/message-layout.ts';
import { SUITES, suiteName } from '../src/messages/suite-facts.ts';

const POLICY = { commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT' } as const;
const CODES = new Set([
  'ERR_MESSAGE_MALFORMED',
  'ERR_MESSAGE_UNSUPPORTED',
  'ERR_LIMIT_EXCEEDED',
  'ERR_DATA_KEY_UNAVAILABLE',
  'ERR_DECRYPTION_FAILED',
]);
const plaintext = patternedBytes(20);
const keyring = new RawAesKeyring({ namespace: 'n', name: 'k', key: patternedBytes(32) });

describe.each(SUITES.map((suite) => [suiteName(suite), suite] as const))('suite %s', (_name, suite) => {
  let message: Uint8Array;
  let layout: MessageLayout;

  beforeAll(async () => {
    const options = {
      algorithmSuite: suite.id,
      frameLength: 8,
      encryptionContext: { a: 'b' },
      commitmentPolicy: suite.committing ? 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT' : 'FORBID_ENCRYPT_ALLOW_DECRYPT',
    } as const;
    ({ message } = await encrypt(keyring, plaintext, options));
    layout = readMessageLayout(message);
    await expect(decrypt(keyring, message, POLICY)).resolves.toMatchObject({ plaintext });
  });

  /** Plaintext that may be seen when everything from `offset` on is unreliable. */
  function releasable(offset: number): number {
    const verified = layout.pieces.filter(({ kind, end }) => end <= offset && !(suite.curve && kind === 'finalFrame'));
    return verified.reduce((sum, { content }) => sum + content.end - content.start, 0);
  }

  async function assertRefused(bytes: Uint8Array): Promise<void> {
    const outcome = await decrypt(keyring, bytes, POLICY).catch((error: unknown) => error);
    if (!EnvelopeError.is(outcome) || !CODES.has(outcome.code)) throw new Error('not refused', { cause: outcome });
  }

  async function assertStreamRefuses(bytes: Uint8Array, offset: number): Promise<void> {
    const { seen, error } = await collectStream(decryptStream(keyring, POLICY), bytes, bytes.length);
    if (!EnvelopeError.is(error) || !CODES.has(error.code)) throw new Error('not refused', { cause: error });
    if (seen.length > releasable(offset)) throw new Error(`the consumer saw ${seen.length} bytes, flip at ${offset}`);
    if (Buffer.compare(seen, plaintext.subarray(0, seen.length)) !== 0) throw new Error('the consumer saw other bytes');
  }

  function flipped(bit: number): Uint8Array {
    const bytes = message.slice();
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    return bytes;
  }

  test('the message has three frames, so that some may be seen and some not', () => {
    expect(layout.pieces.map(({ kind }) => kind)).toEqual(['frame', 'frame', 'finalFrame']);
    expect(releasable(message.length)).toBe(suite.curve === undefined ? 20 : 16);
  });

  test('refuses every single-bit flip, in one shot and streamed', async () => {
    for (let bit = 0; bit < 8 * message.length; bit++) {
      // A flip in the signature costs a whole verification, ten milliseconds in the portable engine: there one of a byte.
      const inSignature = layout.footer !== undefined && bit >> 3 >= layout.footer.signature.start;
      if (engineName === 'portable' && inSignature && (bit & 7) !== (bit >> 3) % 8) continue;
      await assertRefused(flipped(bit));
      await assertStreamRefuses(flipped(bit), bit >> 3);
    }
  });

  test('refuses every truncation, in one shot and streamed', async () => {
    for (let length = 0; length < message.length; length++) {
      await assertRefused(message.slice(0, length));
      await assertStreamRefuses(message.slice(0, length), length);
    }
  });

  test('refuses every byte that follows the message', async () => {
    for (const byte of [0, 1, 0x80, 0xff]) {
      const longer = Uint8Array.of(...message, byte);
      await assertRefused(longer);
      await assertStreamRefuses(longer, message.length);
    }
  });
});
