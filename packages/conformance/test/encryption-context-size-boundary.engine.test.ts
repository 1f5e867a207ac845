// The sizes that a context may have, to the byte: its fields have two-byte lengths, and so has the whole.

import { decrypt, encrypt } from '@waxseal/core';
import { describe, expect, test } from 'vitest';
import { GivenDataKeyKeyring } from '../src/given-data-key-keyring.ts';
import { buildMessage } from '../src/messages/build-message.ts';
import { encodePairs, lengthPrefixed, u16 } from '../src/messages/context-bytes.ts';
import { readBuilt } from '../src/messages/read-built.ts';

const MAX = 65_535;
const keyring = new GivenDataKeyKeyring(new Uint8Array(32));
const options = { algorithmSuite: 0x0478 } as const;
const plaintext = new Uint8Array(1);

async function roundTrip(encryptionContext: Record<string, string>): Promise<void> {
  const { message } = await encrypt(keyring, plaintext, { ...options, encryptionContext });
  const opened = await decrypt(keyring, message);
  expect({ ...opened.encryptionContext }).toEqual(encryptionContext);
}

describe('writing', () => {
  test.each([0, 32_766, 32_767, 32_768, MAX - 2 - 4 - 1])('takes a value of %i bytes', async (length) => {
    await roundTrip({ k: 'x'.repeat(length) });
  });

  test('takes a key of all the bytes there are', () => roundTrip({ ['k'.repeat(MAX - 2 - 4)]: '' }));

  test('refuses one byte more, in key and in value', async () => {
    for (const encryptionContext of [{ k: 'x'.repeat(MAX - 6) }, { ['k'.repeat(MAX - 5)]: '' }]) {
      await expect(encrypt(keyring, plaintext, { ...options, encryptionContext })).rejects.toThrow(RangeError);
    }
  });

  test('counts bytes of UTF-8, not characters', async () => {
    await roundTrip({ k: '\u{1F512}'.repeat((MAX - 7) >> 2) });
    await expect(
      encrypt(keyring, plaintext, { ...options, encryptionContext: { k: '\u{1F512}'.repeat(((MAX - 7) >> 2) + 1) } }),
    ).rejects.toThrow(RangeError);
  });

  test('takes thousands of pairs', async () => {
    const pairs = Object.fromEntries(Array.from({ length: 7000 }, (_, at) => [at.toString(36).padStart(3, '0'), 'v']));
    await roundTrip(pairs);
  });

  test('refuses a context that fits only without the public key of a signing suite', async () => {
    const encryptionContext = { k: 'x'.repeat(MAX - 7) };
    await expect(encrypt(keyring, plaintext, { algorithmSuite: 0x0578, encryptionContext })).rejects.toThrow(
      RangeError,
    );
    const publicPair = 4 + 'aws-crypto-public-key'.length + 68;
    const fitting = { k: 'x'.repeat(MAX - 7 - publicPair) };
    await expect(
      encrypt(keyring, plaintext, { algorithmSuite: 0x0578, encryptionContext: fitting }),
    ).resolves.toBeDefined();
  });
});

describe('reading', () => {
  test('takes a context of 65,535 bytes, and a count above 32,767', async () => {
    const contextBytes = encodePairs([['k', 'x'.repeat(MAX - 7)]]);
    expect(contextBytes).toHaveLength(MAX);
    expect((await readBuilt(buildMessage({ suiteId: 0x0478, contextBytes }))).outcome).toBe('opened');
  });

  test('refuses a count of 65,535 that the bytes don’t hold', async () => {
    const contextBytes = Buffer.concat([u16(MAX), lengthPrefixed(Buffer.from('k')), lengthPrefixed(Buffer.from('v'))]);
    expect((await readBuilt(buildMessage({ suiteId: 0x0478, contextBytes }))).outcome).toBe('ERR_MESSAGE_MALFORMED');
  });
});
