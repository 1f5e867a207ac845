// Non-framed messages: read as a whole, streamed, and refused for random access; never written.

import { decrypt, encrypt, openMessage, parseMessageHeader } from '@waxseal/core';
import { decryptStream } from '@waxseal/core/node';
import { describe, expect, test } from 'vitest';
import { GivenDataKeyKeyring } from '../src/given-data-key-keyring.ts';
import { patternedBytes } from '../src/interop/interop-cases.ts';
import { buildMessage } from '../src/messages/build-message.ts';
import { collectStream } from '../src/messages/collect-stream.ts';
import { SUITES, suiteName } from '../src/messages/suite-facts.ts';

const read = { commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT' } as const;

describe.each(SUITES.map((suite) => [suiteName(suite), suite] as const))('suite %s', (_name, suite) => {
  const built = buildMessage({ suiteId: suite.id, nonFramed: true, plaintext: patternedBytes(100_000) });
  const keyring = new GivenDataKeyKeyring(built.dataKey);

  test('has a header that says so', () => {
    expect(parseMessageHeader(built.message)).toMatchObject({ contentType: 'nonFramed', frameLength: 0 });
  });

  test('comes out of a stream only when its one tag is verified', async () => {
    const whole = await collectStream(decryptStream(keyring, read), built.message, 4096);
    expect(whole.error).toBeUndefined();
    expect(Buffer.compare(whole.seen, built.plaintext)).toBe(0);
    const last = built.message.length - (suite.curve === undefined ? 1 : 120);
    const broken = Uint8Array.from(built.message);
    broken[last]! ^= 1;
    const refused = await collectStream(decryptStream(keyring, read), broken, 4096);
    expect(refused.error).toMatchObject({ code: 'ERR_DECRYPTION_FAILED' });
    expect(refused.seen).toHaveLength(0);
  });

  test('is refused over maxFrameLength, before its bytes are gathered', async () => {
    const limited = { ...read, maxFrameLength: 99_999 };
    await expect(decrypt(keyring, built.message, limited)).rejects.toMatchObject({ code: 'ERR_LIMIT_EXCEEDED' });
    const beginning = built.message.subarray(0, built.message.length - 99_000);
    const { error } = await collectStream(decryptStream(keyring, limited), beginning, 4096);
    expect(error).toMatchObject({ code: 'ERR_LIMIT_EXCEEDED', limit: 99_999 });
  });

  test('is refused for random access', async () => {
    const opening = openMessage(keyring, built.message, { ...read, acceptUnsignedRanges: true });
    await expect(opening).rejects.toMatchObject({ code: 'ERR_MESSAGE_UNSUPPORTED' });
  });
});

test('there is no way to write one', async () => {
  const keyring = new GivenDataKeyKeyring(new Uint8Array(32));
  await expect(encrypt(keyring, new Uint8Array(1), { frameLength: 0 })).rejects.toThrow(RangeError);
  const writing = encrypt(keyring, new Uint8Array(1), { contentType: 'nonFramed' } as object);
  await expect(writing).rejects.toThrow('unknown option "contentType"');
});
