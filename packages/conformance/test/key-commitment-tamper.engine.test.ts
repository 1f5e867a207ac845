// Key commitment: one message, one key. What it is for, and the policies that insist on it.

import { createCipheriv, randomBytes } from 'node:crypto';
import { CommitmentPolicy, decrypt, encrypt, type Keyring } from '@waxseal/core';
import { describe, expect, test } from 'vitest';
import { twoKeyMessage } from '../src/ghash-attack/two-key-message.ts';
import { GivenDataKeyKeyring } from '../src/given-data-key-keyring.ts';
import { buildMessage } from '../src/messages/build-message.ts';
import { deriveKeys } from '../src/messages/derive-keys.ts';
import { headerField, readMessageLayout } from '../src/messages/message-layout.ts';
import { readBuilt } from '../src/messages/read-built.ts';
import { SUITES, suiteName } from '../src/messages/suite-facts.ts';

const FAILED = {
  code: 'ERR_DECRYPTION_FAILED',
  message: 'decryption failed: the message is not authentic under this key',
};
const committing = SUITES.filter((suite) => suite.committing).map((suite) => [suiteName(suite), suite.id] as const);
const others = SUITES.filter((suite) => !suite.committing).map((suite) => [suiteName(suite), suite.id] as const);

describe('the commitment of version 2', () => {
  test.each(committing)(
    'suite %s: refuses another data key with the one error of every failed authentication',
    async (_name, suiteId) => {
      const { message } = buildMessage({ suiteId });
      await expect(decrypt(new GivenDataKeyKeyring(Buffer.alloc(32, 1)), message)).rejects.toMatchObject(FAILED);
    },
  );

  test.each(committing)(
    'suite %s: refuses every byte of the commitment changed, header tag made anew',
    async (_name, suiteId) => {
      const dataKey = Buffer.alloc(32, 3);
      const messageId = Buffer.alloc(32, 4);
      const { commitment } = deriveKeys(suiteId, dataKey, messageId);
      for (let at = 0; at < 32; at++) {
        const changed = Buffer.from(commitment!);
        changed[at]! ^= 0x80;
        const built = buildMessage({ suiteId, dataKey, messageId, header: { commitment: changed } });
        const { outcome, streamed } = await readBuilt(built);
        expect([outcome, streamed.length]).toEqual(['ERR_DECRYPTION_FAILED', 0]);
      }
    },
  );

  test.each(committing)('suite %s: differs from message to message under one data key', async (_name, suiteId) => {
    const keyring = new GivenDataKeyKeyring(Buffer.alloc(32, 3));
    const write = async () => (await encrypt(keyring, Buffer.alloc(1), { algorithmSuite: suiteId })).header;
    const [first, second] = [await write(), await write()];
    expect(first.commitment).not.toEqual(second.commitment);
    expect(first.messageId).not.toEqual(second.messageId);
  });
});

describe('a reader with two data keys', () => {
  const withKey = (dataKey: Uint8Array): Keyring => new GivenDataKeyKeyring(dataKey);

  test('version 1 does not bind the key: one message opens under two of them, to two plaintexts', async () => {
    const [one, two] = [randomBytes(32), randomBytes(32)];
    const message = twoKeyMessage(one, two);
    const read = (key: Uint8Array) =>
      decrypt(withKey(key), message, { commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT' });
    const [first, second] = [await read(one), await read(two)];
    expect(first.plaintext).toHaveLength(32);
    expect(Buffer.compare(first.plaintext, second.plaintext)).not.toBe(0);
    await expect(read(randomBytes(32))).rejects.toMatchObject(FAILED);
  });

  test('version 2 binds it: the commitments of two keys differ, and only one of them can stand in the header', async () => {
    const [one, two] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const messageId = Buffer.alloc(32, 9);
    const built = buildMessage({ suiteId: 0x0478, dataKey: one, messageId });
    const field = headerField(readMessageLayout(built.message), 'commitment');
    expect(built.message.subarray(field.start, field.end)).toEqual(deriveKeys(0x0478, one, messageId).commitment);
    expect(deriveKeys(0x0478, two, messageId).commitment).not.toEqual(deriveKeys(0x0478, one, messageId).commitment);
    const retagged = retag(built.message, two, messageId);
    await expect(decrypt(withKey(two), retagged)).rejects.toMatchObject(FAILED);
    await expect(decrypt(withKey(one), retagged)).rejects.toMatchObject(FAILED);
  });
});

describe('commitment policies', () => {
  test.each(others)('suite %s: refused by default, before any keyring is asked', async (_name, suiteId) => {
    const built = buildMessage({ suiteId });
    const refused = await readBuilt(built, { commitmentPolicy: CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT });
    expect(refused).toMatchObject({ outcome: 'ERR_POLICY_VIOLATION', keyringCalls: 0 });
    for (const commitmentPolicy of ['REQUIRE_ENCRYPT_ALLOW_DECRYPT', 'FORBID_ENCRYPT_ALLOW_DECRYPT'] as const) {
      expect((await readBuilt(built, { commitmentPolicy })).outcome).toBe('opened');
    }
  });

  test.each(committing)('suite %s: read under every policy', async (_name, suiteId) => {
    for (const commitmentPolicy of Object.values(CommitmentPolicy)) {
      expect((await readBuilt(buildMessage({ suiteId }), { commitmentPolicy })).outcome).toBe('opened');
    }
  });

  test.each(SUITES.map((suite) => [suiteName(suite), suite] as const))(
    'suite %s: written only under the policies that want it',
    async (_name, suite) => {
      const keyring = new GivenDataKeyKeyring(Buffer.alloc(suite.keyLength, 1));
      const write = (commitmentPolicy: CommitmentPolicy) =>
        encrypt(keyring, Buffer.alloc(1), { algorithmSuite: suite.id, commitmentPolicy }).then(
          ({ header }) => header.algorithmSuite.id,
          (error: { code: string }) => error.code,
        );
      const allowed = suite.committing ? suite.id : 'ERR_POLICY_VIOLATION';
      expect(await write('REQUIRE_ENCRYPT_REQUIRE_DECRYPT')).toBe(allowed);
      expect(await write('REQUIRE_ENCRYPT_ALLOW_DECRYPT')).toBe(allowed);
      expect(await write('FORBID_ENCRYPT_ALLOW_DECRYPT')).toBe(suite.committing ? 'ERR_POLICY_VIOLATION' : suite.id);
    },
  );
});

/** Gives a header a tag that is right under another key. */
function retag(message: Uint8Array, dataKey: Uint8Array, messageId: Uint8Array): Uint8Array {
  const layout = readMessageLayout(message);
  const tag = headerField(layout, 'headerTag');
  const cipher = createCipheriv('aes-256-gcm', deriveKeys(0x0478, dataKey, messageId).key, Buffer.alloc(12));
  cipher.setAAD(message.subarray(0, tag.start));
  cipher.final();
  const retagged = Uint8Array.from(message);
  retagged.set(cipher.getAuthTag(), tag.start);
  return retagged;
}
