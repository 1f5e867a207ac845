// How many KMS calls a crowd of callers costs, counted by the in-memory KMS; the official SDK's cache under the same crowd.

import {
  buildClient,
  CommitmentPolicy,
  getLocalCryptographicMaterialsCache,
  KmsKeyringNode,
  NodeCachingMaterialsManager,
} from '@aws-crypto/client-node';
import { decrypt, encrypt } from '@waxseal/core';
import { encryptStream } from '@waxseal/core/node';
import { CachingMaterialsManager, type CachingMaterialsManagerOptions } from '@waxseal/data-key-cache';
import { KmsKeyring } from '@waxseal/keyring';
import { MemoryKms } from '@waxseal/memory-kms';
import { describe, expect, it } from 'vitest';
import { regionClients } from '../src/interop/official-keyrings.ts';

const CROWD = 1_000;
const encryptionContext = { tenant: 'acme' };
const plaintext = new TextEncoder().encode('4111 1111 1111 1111');

async function setUp(options: Partial<CachingMaterialsManagerOptions> = {}) {
  const kms = new MemoryKms();
  const { KeyMetadata } = await kms.client().createKey({});
  const keyArn = KeyMetadata?.Arn ?? '';
  const keyring = new KmsKeyring({ kms: kms.client(), generatorKeyId: keyArn });
  const manager = new CachingMaterialsManager({ source: keyring, maxAgeMs: 300_000, ...options });
  return { kms, keyArn, keyring, manager };
}

/** The official SDK's caching manager, as its documentation sets it up; capacity and limits large. */
function officialManager(kms: MemoryKms, keyArn: string): NodeCachingMaterialsManager {
  return new NodeCachingMaterialsManager({
    backingMaterials: new KmsKeyringNode({
      clientProvider: regionClients(kms, 'in process'),
      generatorKeyId: keyArn,
    }),
    cache: getLocalCryptographicMaterialsCache(10_000),
    maxAge: 300_000,
    maxMessagesEncrypted: 1_000_000,
  });
}

const official = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);

const crowd = <Result>(act: () => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: CROWD }, () => act()));

/** Seals ten streams that don't know their length, one after the other, as the official SDK's readers would. */
async function sealTenStreams(open: () => NodeJS.ReadWriteStream): Promise<void> {
  for (let index = 0; index < 10; index += 1) {
    const stream = open();
    stream.end(plaintext);
    for await (const chunk of stream) void chunk;
  }
}

describe('a thousand callers at once', () => {
  it('encrypt under one cold context by 1 KMS call; the official SDK makes 1,000', async () => {
    const { kms, keyArn, manager } = await setUp();
    const options = { encryptionContext, algorithmSuite: 0x0478 };
    const results = await crowd(() => encrypt(manager, plaintext, options));
    expect(kms.callCount('GenerateDataKey')).toBe(1);
    expect(new Set(results.map(({ header }) => Buffer.from(header.messageId).toString('hex'))).size).toBe(CROWD);
    expect(manager.stats()).toMatchObject({ misses: 1, coalesced: CROWD - 1, loads: 1 });
    const theirs = officialManager(kms, keyArn);
    await crowd(() => official.encrypt(theirs, plaintext, { encryptionContext, plaintextLength: plaintext.length }));
    expect(kms.callCount('GenerateDataKey')).toBe(1 + CROWD);
  });

  it('decrypt one message by 1 KMS call; the official SDK makes 1,000', async () => {
    const { kms, keyArn, keyring, manager } = await setUp();
    const { message } = await encrypt(keyring, plaintext, { encryptionContext });
    const results = await crowd(() => decrypt(manager, message));
    expect(kms.callCount('Decrypt')).toBe(1);
    expect(results.every((result) => Buffer.from(result.plaintext).equals(plaintext))).toBe(true);
    const theirs = officialManager(kms, keyArn);
    await crowd(() => official.decrypt(theirs, message));
    expect(kms.callCount('Decrypt')).toBe(1 + CROWD);
  });

  it('all fail by one failed KMS call, each with an error of its own, and the next call tries again', async () => {
    const { kms, manager } = await setUp();
    kms.faults.add({ operation: 'GenerateDataKey', error: 'KMSInternalException', times: 1 });
    const results = await Promise.allSettled(
      Array.from({ length: CROWD }, () => encrypt(manager, plaintext, { encryptionContext })),
    );
    expect(kms.callCount('GenerateDataKey')).toBe(1);
    const reasons = results.map((result) => (result.status === 'rejected' ? result.reason : undefined));
    expect(new Set(reasons).size).toBe(CROWD);
    expect(reasons.every((reason) => reason.category === 'transient')).toBe(true);
    await encrypt(manager, plaintext, { encryptionContext });
    expect(kms.callCount('GenerateDataKey')).toBe(2);
  });
});

describe('streams that do not know their length', () => {
  it('ten of them cost 1 KMS call; with the official SDK, 10', async () => {
    const { kms, keyArn, manager } = await setUp();
    await sealTenStreams(() => encryptStream(manager, { encryptionContext }));
    expect(kms.callCount('GenerateDataKey')).toBe(1);
    expect(manager.stats().encrypt).toMatchObject({ misses: 1, hits: 9 });
    const theirs = officialManager(kms, keyArn);
    await sealTenStreams(() => official.encryptStream(theirs, { encryptionContext }));
    expect(kms.callCount('GenerateDataKey')).toBe(11);
  });

  it('count what they encrypt against the budget of their key', async () => {
    const { manager } = await setUp({ maxBytes: 2 ** 30 });
    const stream = encryptStream(manager, { encryptionContext, algorithmSuite: 0x0478 });
    for (let mebibyte = 0; mebibyte < 5; mebibyte += 1) stream.write(new Uint8Array(2 ** 20));
    stream.end(new Uint8Array(100));
    for await (const chunk of stream) void chunk;
    expect(manager.stats().bytesLeft).toBe(2 ** 30 - 5 * 2 ** 20 - 100);
  });
});

describe('a hundred thousand messages over fifty contexts', () => {
  it('cost exactly the calls that maxMessages implies, one in a thousand', { timeout: 600_000 }, async () => {
    const { kms, manager } = await setUp({ maxMessages: 1_000, maxAgeMs: 2 ** 31 - 1 });
    const contexts = Array.from({ length: 50 }, (_, index) => ({ tenant: `tenant ${index}` }));
    for (let round = 0; round < 2_000; round += 20) {
      const batch = contexts.flatMap((context) =>
        Array.from({ length: 20 }, () =>
          encrypt(manager, plaintext, { encryptionContext: context, algorithmSuite: 0x0478 }),
        ),
      );
      await Promise.all(batch);
    }
    expect(kms.callCount('GenerateDataKey')).toBe(100);
    expect(manager.stats()).toMatchObject({ loads: 100, evictions: { messages: 100 }, entries: 0 });
  });
});
