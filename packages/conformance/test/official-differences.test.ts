// Where the official SDK for JavaScript (5.0.2) falls short of the specification or of its users, and waxseal does not. Both
// sides are run, so that a difference that goes away is noticed.

import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import {
  buildClient,
  CommitmentPolicy,
  RawAesKeyringNode,
  RawAesWrappingSuiteIdentifier,
} from '@aws-crypto/client-node';
import { decrypt, encrypt } from '@waxseal/core';
import { decryptStream, encryptStream } from '@waxseal/core/node';
import { RawAesKeyring } from '@waxseal/keyring';
import { beforeAll, describe, expect, test } from 'vitest';
import { patternedBytes } from '../src/interop/interop-cases.ts';
import { rawAesPair } from '../src/interop/official-keyrings.ts';
import { collectStream } from '../src/messages/collect-stream.ts';
import { readMessageLayout } from '../src/messages/message-layout.ts';

const pair = rawAesPair(patternedBytes(32), 32);
const [ours, theirs] = [pair.ours.writes, pair.theirs.writes];
const official = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
const plaintext = patternedBytes(1000);

/** Writes bytes without ending the stream, as a slow source does. @returns How many bytes came out meanwhile. */
async function seenBeforeEnd(stream: Duplex, bytes: Uint8Array): Promise<number> {
  let seen = 0;
  stream.on('data', (chunk: Uint8Array) => {
    seen += chunk.length;
  });
  stream.on('error', () => undefined);
  stream.write(bytes);
  await new Promise((resolve) => setTimeout(resolve, 100));
  stream.destroy();
  return seen;
}

describe('a signed message whose signature is broken or missing', () => {
  let message: Uint8Array;
  beforeAll(async () => {
    ({ message } = await encrypt(ours, plaintext));
  });

  test.each([
    ['broken', (bytes: Uint8Array, at: number) => bytes.map((byte, index) => (index === at + 20 ? byte ^ 1 : byte))],
    ['missing', (bytes: Uint8Array, at: number) => bytes.slice(0, at)],
  ])('%s: theirs gives all of the plaintext out before it fails, ours gives none', async (_what, damage) => {
    const bytes = damage(message, readMessageLayout(message).footer!.length.start);
    const seenOfTheirs = await seenBeforeEnd(official.decryptStream(theirs), bytes);
    expect(seenOfTheirs).toBe(1000);
    expect(await seenBeforeEnd(decryptStream(ours), bytes)).toBe(0);
    const own = await collectStream(decryptStream(ours), bytes, 100);
    expect(own.error).toMatchObject({ category: expect.stringMatching(/invalid|mismatch/) });
    expect(own.seen).toHaveLength(0);
  });
});

describe('what is written', () => {
  test('reserved context keys: theirs writes all but one, ours none', async () => {
    const encryptionContext = { 'aws-crypto-anything': 'x' };
    await expect(official.encrypt(theirs, plaintext, { encryptionContext })).resolves.toBeDefined();
    await expect(encrypt(ours, plaintext, { encryptionContext })).rejects.toThrow(/reserved/);
  });

  test('lone surrogates in a context: theirs writes what nobody reads, ours refuses', async () => {
    const encryptionContext = { '\ud800': 'a', '\ud801': 'b' };
    const { result } = await official.encrypt(theirs, plaintext, { encryptionContext, suiteId: 0x0478 });
    await expect(official.decrypt(theirs, result)).rejects.toThrow();
    await expect(encrypt(ours, plaintext, { encryptionContext })).rejects.toThrow(/surrogate/);
  });

  test('the length of signatures: theirs varies, ours is always 103', async () => {
    const [theirLengths, ourLengths] = [new Set<number>(), new Set<number>()];
    const lengthOf = ({ start, end }: { start: number; end: number }) => end - start;
    for (let run = 0; run < 20; run++) {
      theirLengths.add(
        lengthOf(readMessageLayout((await official.encrypt(theirs, plaintext)).result).footer!.signature),
      );
      ourLengths.add(lengthOf(readMessageLayout((await encrypt(ours, plaintext)).message).footer!.signature));
    }
    expect(theirLengths.size).toBeGreaterThan(1);
    expect([...ourLengths]).toEqual([103]);
  });

  test('a context with an upper-case key, without utf8Sorting: theirs is closed to everybody else', async () => {
    const keyringOf = (utf8Sorting: boolean) =>
      new RawAesKeyringNode({
        keyNamespace: 'n',
        keyName: 'k',
        unencryptedMasterKey: new Uint8Array(32).fill(1),
        wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
        utf8Sorting,
      });
    const reader = new RawAesKeyring({ namespace: 'n', name: 'k', key: new Uint8Array(32).fill(1) });
    const encryptionContext = { Purpose: 'x' };
    const { result: usual } = await official.encrypt(keyringOf(false), plaintext, { encryptionContext });
    const { result: sorted } = await official.encrypt(keyringOf(true), plaintext, { encryptionContext });
    await expect(decrypt(reader, usual)).rejects.toMatchObject({ code: 'ERR_DATA_KEY_UNAVAILABLE' });
    await expect(decrypt(reader, sorted)).resolves.toBeDefined();
    const forOldMessages = new RawAesKeyring({
      namespace: 'n',
      name: 'k',
      key: new Uint8Array(32).fill(1),
      localeSortedContext: 'en-US',
    });
    await expect(decrypt(forOldMessages, usual)).resolves.toBeDefined();
  });
});

describe('what is read', () => {
  test('bytes behind an unsigned message: theirs takes them, ours refuses the first', async () => {
    const { message } = await encrypt(ours, plaintext, { algorithmSuite: 0x0478 });
    const longer = Uint8Array.of(...message, 1, 2, 3);
    await expect(official.decrypt(theirs, longer)).resolves.toBeDefined();
    await expect(decrypt(ours, longer)).rejects.toMatchObject({ code: 'ERR_MESSAGE_MALFORMED' });
  });

  test('base64 text: theirs says nothing of it, ours says what to do', async () => {
    const { message } = await encrypt(ours, plaintext, { algorithmSuite: 0x0478 });
    const text = Buffer.from(Buffer.from(message).toString('base64'));
    await expect(official.decrypt(theirs, text)).rejects.not.toThrow(/base64/i);
    await expect(decrypt(ours, text)).rejects.toThrow(/base64/);
  });
});

describe('what callers hand over', () => {
  test('limits that are no whole numbers: theirs takes them, ours refuses', async () => {
    const lax = buildClient({
      commitmentPolicy: CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT,
      maxEncryptedDataKeys: 1.5,
    });
    await expect(lax.encrypt(theirs, plaintext)).resolves.toBeDefined();
    await expect(encrypt(ours, plaintext, { maxEncryptedDataKeys: 1.5 })).rejects.toThrow(RangeError);
    await expect(decrypt(ours, plaintext, { maxEncryptedDataKeys: '2' as never })).rejects.toThrow(TypeError);
    await expect(encrypt(ours, plaintext, { frameLength: 1.5 })).rejects.toThrow(RangeError);
  });

  test('options: theirs writes into them, ours takes them frozen', async () => {
    const options: Record<string, unknown> = { suiteId: 0x0478 };
    await official.encrypt(theirs, plaintext, options);
    expect(options).toHaveProperty('plaintextLength');
    const frozen = Object.freeze({ algorithmSuite: 0x0478, encryptionContext: Object.freeze({ a: 'b' }) });
    await expect(encrypt(ours, plaintext, frozen)).resolves.toBeDefined();
  });

  test('wrapping keys: theirs zeroes them, ours leaves them alone and keeps none of the buffer', async () => {
    const [their, our] = [new Uint8Array(32).fill(7), new Uint8Array(32).fill(7)];
    const wrappingSuite = RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING;
    new RawAesKeyringNode({ keyNamespace: 'n', keyName: 'k', unencryptedMasterKey: their, wrappingSuite });
    const keyring = new RawAesKeyring({ namespace: 'n', name: 'k', key: our });
    expect(their).toEqual(new Uint8Array(32));
    expect(our).toEqual(new Uint8Array(32).fill(7));
    const { message } = await encrypt(keyring, plaintext);
    our.fill(0);
    await expect(decrypt(keyring, message)).resolves.toBeDefined();
  });

  test('keys from pooled buffers: theirs refuses them, ours takes them', () => {
    const pooled = Buffer.from(randomBytes(32).toString('hex'), 'hex');
    const wrappingSuite = RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING;
    expect(
      () => new RawAesKeyringNode({ keyNamespace: 'n', keyName: 'k', unencryptedMasterKey: pooled, wrappingSuite }),
    ).toThrow(/isolated/);
    expect(() => new RawAesKeyring({ namespace: 'n', name: 'k', key: pooled })).not.toThrow();
  });

  test('the namespace aws-kms: theirs takes it, ours refuses it', () => {
    const wrappingSuite = RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING;
    const unencryptedMasterKey = new Uint8Array(32);
    expect(
      () => new RawAesKeyringNode({ keyNamespace: 'aws-kms', keyName: 'k', unencryptedMasterKey, wrappingSuite }),
    ).not.toThrow();
    expect(() => new RawAesKeyring({ namespace: 'aws-kms', name: 'k', key: new Uint8Array(32) })).toThrow(/aws-kms/);
  });

  test('bounds of a stream: theirs takes 15 bytes where 10 were announced, ours refuses', async () => {
    const their = await collectStream(
      official.encryptStream(theirs, { plaintextLength: 10 }),
      patternedBytes(15),
      [10, 5],
    );
    expect(their.error).toBeUndefined();
    const own = await collectStream(encryptStream(ours, { maxPlaintextLength: 10 }), patternedBytes(15), [10, 5]);
    expect(own.error).toMatchObject({ code: 'ERR_LIMIT_EXCEEDED' });
  });
});
