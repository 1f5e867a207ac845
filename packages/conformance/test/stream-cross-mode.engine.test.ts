// Whatever wrote a message, everything reads it: in one shot, by Node streams, by web streams, at random, at any chunking.

import { buildClient, CommitmentPolicy } from '@aws-crypto/client-node';
import { decryptStream, encryptStream } from '@waxseal/core/node';
import { RawAesKeyring } from '@waxseal/keyring';
import { describe, expect, test } from 'vitest';
import { patternedBytes } from '../src/interop/interop-cases.ts';
import { rawAesPair } from '../src/interop/official-keyrings.ts';
import { collectStream } from '../src/messages/collect-stream.ts';
import { READERS, WRITERS } from '../src/messages/message-forms.ts';
import { SUITES, suiteName } from '../src/messages/suite-facts.ts';

const keyring = new RawAesKeyring({ namespace: 'n', name: 'k', key: patternedBytes(32) });
const LENGTHS = [0, 1, 15, 16, 17, 32, 50];
const CHUNKINGS = [1000, [1, 2, 3], [16], [17, 1]] as const;
const encryptionContext = { a: 'b' };
const read = { commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT', encryptionContext } as const;

describe.each(SUITES.map((suite) => [suiteName(suite), suite] as const))('suite %s', (_name, suite) => {
  const write = {
    algorithmSuite: suite.id,
    frameLength: 16,
    encryptionContext,
    commitmentPolicy: suite.committing ? 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT' : 'FORBID_ENCRYPT_ALLOW_DECRYPT',
  } as const;

  test.each(Object.entries(WRITERS))('%s: every reader gives the plaintext back', async (_writer, writeBy) => {
    for (const [at, length] of LENGTHS.entries()) {
      const plaintext = patternedBytes(length);
      const chunks = CHUNKINGS[at % CHUNKINGS.length]!;
      const message = await writeBy(keyring, plaintext, write, chunks);
      for (const [reader, readBy] of Object.entries(READERS)) {
        const opened = await readBy(keyring, message, read, CHUNKINGS[(at + 1) % CHUNKINGS.length]!);
        expect(Buffer.compare(opened, plaintext), `${reader} of ${length} bytes`).toBe(0);
      }
    }
  });
});

describe('the streams of the official SDK', () => {
  const pair = rawAesPair(patternedBytes(32), 32);
  const official = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
  const plaintext = patternedBytes(100_001);

  test.each([0x0478, 0x0578])('suite %i: open what ours write', async (suiteId) => {
    const ours = encryptStream(pair.ours.writes, { algorithmSuite: suiteId, frameLength: 4096, encryptionContext });
    const message = await collectStream(ours, plaintext, 10_007);
    expect(message.error).toBeUndefined();
    const opened = await collectStream(official.decryptStream(pair.theirs.reads), message.seen, 9973);
    expect(opened.error).toBeUndefined();
    expect(Buffer.compare(opened.seen, plaintext)).toBe(0);
  });

  test.each([0x0478, 0x0578])('suite %i: write what ours open', async (suiteId) => {
    const theirs = official.encryptStream(pair.theirs.writes, { suiteId, frameLength: 4096, encryptionContext });
    const message = await collectStream(theirs, plaintext, 10_007);
    expect(message.error).toBeUndefined();
    const opened = await collectStream(decryptStream(pair.ours.reads), message.seen, [1, 4095, 9973]);
    expect(opened.error).toBeUndefined();
    expect(Buffer.compare(opened.seen, plaintext)).toBe(0);
  });
});
