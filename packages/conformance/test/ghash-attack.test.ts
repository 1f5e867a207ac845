// Why no API of waxseal writes a header again.
//
// The tag of a version 2 header is GCM under the message's derived key with an IV of zeros. A second header under the same
// key, with another list of encrypted data keys say, uses the pair (key, IV) again. Whoever sees both messages (an old backup,
// another replica, a version of the object) gets the GHASH key from them, and forges any frame whose plaintext is known. The
// commitment does not help: the key is the true one. So a message is only ever encrypted anew.

import { createCipheriv, randomBytes } from 'node:crypto';
import * as core from '@waxseal/core';
import { decrypt, encrypt, reencrypt } from '@waxseal/core';
import * as coreNode from '@waxseal/core/node';
import { KmsKeyring, RawAesKeyring } from '@waxseal/keyring';
import { MemoryKms } from '@waxseal/memory-kms';
import { describe, expect, test } from 'vitest';
import { findRoots } from '../src/ghash-attack/find-roots.ts';
import { forgeFrame } from '../src/ghash-attack/forge-frame.ts';
import { blockOf, elementOf, inverse, multiply, ONE } from '../src/ghash-attack/gf128.ts';
import { ghashPolynomial } from '../src/ghash-attack/ghash.ts';
import { naiveRewrap } from '../src/ghash-attack/naive-rewrap.ts';
import { add, evaluate, type Polynomial, scale } from '../src/ghash-attack/polynomial.ts';
import { recoverHashKeys } from '../src/ghash-attack/recover-hash-key.ts';
import { SpyKeyring } from '../src/spy-keyring.ts';

const known = new TextEncoder().encode('pay 00010 to alice, thank you');
const wanted = new TextEncoder().encode('pay 99999 to mallory, gotcha!');

describe('the arithmetic', () => {
  test('multiplies as NIST SP 800-38D says', () => {
    // Test case 2 of the GCM specification (McGrew and Viega): GHASH(H, {}, C) with one block.
    const hashKey = elementOf(Buffer.from('66e94bd4ef8a2c3b884cfa59ca342b2e', 'hex'));
    const ciphertext = Buffer.from('0388dace60b6a392f328c2b971b2fe78', 'hex');
    const hash = evaluate(ghashPolynomial(new Uint8Array(0), ciphertext), hashKey);
    expect(Buffer.from(blockOf(hash)).toString('hex')).toBe('f38cbb1ad69223dcc3457ae5b6b0f885');
  });

  test('inverts', () => {
    for (let run = 0; run < 5; run++) {
      const element = elementOf(randomBytes(16));
      expect(multiply(element, inverse(element))).toBe(ONE);
    }
    expect(() => inverse(0n)).toThrow(RangeError);
  });

  test('agrees with the tags that node:crypto makes', () => {
    const [key, iv, aad, plaintext] = [32, 12, 37, 50].map((length) => randomBytes(length)) as [
      Buffer,
      Buffer,
      Buffer,
      Buffer,
    ];
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(aad);
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    const hashKey = elementOf(encryptBlock(key, Buffer.alloc(16)));
    const mask = elementOf(encryptBlock(key, Buffer.concat([iv, Buffer.of(0, 0, 0, 1)])));
    const tag = evaluate(ghashPolynomial(aad, ciphertext), hashKey) ^ mask;
    expect(Buffer.compare(blockOf(tag), cipher.getAuthTag())).toBe(0);
  });

  test('finds exactly the roots of a product of linear factors and of one without roots', () => {
    const roots = Array.from({ length: 4 }, () => elementOf(randomBytes(16)));
    let product: Polynomial = [ONE];
    for (const root of roots) product = add([0n, ...product], scale(product, root));
    expect(new Set(findRoots(product))).toEqual(new Set(roots));
    expect(new Set(findRoots(scale(product, elementOf(randomBytes(16)))))).toEqual(new Set(roots));
    expect(findRoots([ONE])).toEqual([]);
    // x^2 + x + c has two roots or none, as the trace of c is 0 or 1.
    const counts = Array.from({ length: 12 }, () => {
      const polynomial = [elementOf(randomBytes(16)), ONE, ONE];
      const found = findRoots(polynomial);
      expect(found.map((root) => evaluate(polynomial, root))).toEqual(found.map(() => 0n));
      return found.length;
    });
    expect(counts.filter((count) => count !== 0 && count !== 2)).toEqual([]);
    expect(findRoots([ONE, ONE])).toEqual([ONE]);
  });
});

describe('a header that is written again under the same key', () => {
  const keyring = new RawAesKeyring({ namespace: 'app', name: 'key 1', key: randomBytes(32) });
  const rotated = new RawAesKeyring({ namespace: 'app', name: 'key 2', key: randomBytes(32) });

  async function rewrapped(plaintext: Uint8Array): Promise<{ before: Uint8Array; after: Uint8Array }> {
    const spy = new SpyKeyring(keyring);
    const { message: before, header } = await encrypt(spy, plaintext, {
      algorithmSuite: 0x0478,
      frameLength: known.length,
    });
    const dataKey = spy.dataKeys[0]!;
    const { encryptedDataKeys } = await rotated.onEncrypt({ ...header, dataKey });
    return { before, after: naiveRewrap(before, dataKey, encryptedDataKeys) };
  }

  test('looks fine: every reader of the new key opens it', async () => {
    const { before, after } = await rewrapped(known);
    expect((await decrypt(keyring, before)).plaintext).toEqual(known);
    expect((await decrypt(rotated, after)).plaintext).toEqual(known);
  });

  test('gives the GHASH key away, and with it a forged frame that opens under the original keyring', async () => {
    const plaintext = Buffer.concat([known, Buffer.from('this frame nobody knows: 7f3a')]);
    const { before, after } = await rewrapped(plaintext);
    const candidates = recoverHashKeys(before, after);
    expect(candidates.length).toBeGreaterThanOrEqual(1);
    const forgeries = candidates.map((hashKey) => forgeFrame(before, hashKey, 0, known, wanted));
    const outcomes = await Promise.allSettled(forgeries.map((forgery) => decrypt(keyring, forgery)));
    const accepted = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.plaintext] : []));
    expect(accepted).toHaveLength(1);
    expect(Buffer.from(accepted[0]!).toString()).toBe(`${Buffer.from(wanted)}this frame nobody knows: 7f3a`);
  });

  test('does so for the encrypted data keys of KMS too', async () => {
    const kms = new MemoryKms();
    const { KeyMetadata } = await kms.client().createKey({});
    const inKms = new KmsKeyring({ kms: kms.client(), generatorKeyId: KeyMetadata!.Arn! });
    const spy = new SpyKeyring(inKms);
    const { message: before, header } = await encrypt(spy, known, { algorithmSuite: 0x0478 });
    const dataKey = spy.dataKeys[0]!;
    const { encryptedDataKeys } = await inKms.onEncrypt({ ...header, dataKey });
    const candidates = recoverHashKeys(before, naiveRewrap(before, dataKey, encryptedDataKeys));
    const forgeries = candidates.map((hashKey) => forgeFrame(before, hashKey, 0, known, wanted));
    const outcomes = await Promise.allSettled(forgeries.map((forgery) => decrypt(inKms, forgery)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('what waxseal does instead', () => {
  const keyring = new RawAesKeyring({ namespace: 'app', name: 'key 1', key: randomBytes(32) });
  const rotated = new RawAesKeyring({ namespace: 'app', name: 'key 2', key: randomBytes(32) });

  test('re-encryption makes a new data key and a new message id, so that no pair of key and IV comes twice', async () => {
    const [from, to] = [new SpyKeyring(keyring), new SpyKeyring(rotated)];
    const before = await encrypt(from, known, { algorithmSuite: 0x0478 });
    const after = await reencrypt(from, to, before.message, { algorithmSuite: 0x0478 });
    expect(Buffer.from(after.header.messageId).equals(before.header.messageId)).toBe(false);
    expect(Buffer.from(to.dataKeys[0]!).equals(from.dataKeys[0]!)).toBe(false);
    expect(Buffer.from(after.header.commitment!).equals(before.header.commitment!)).toBe(false);
    expect((await decrypt(rotated, after.message)).plaintext).toEqual(known);
  });

  test('the same keys on both sides change nothing in that', async () => {
    const spy = new SpyKeyring(keyring);
    const before = await encrypt(spy, known, { algorithmSuite: 0x0478 });
    const after = await reencrypt(spy, spy, before.message, { algorithmSuite: 0x0478 });
    expect(spy.dataKeys).toHaveLength(2);
    expect(Buffer.from(spy.dataKeys[0]!).equals(spy.dataKeys[1]!)).toBe(false);
    expect(Buffer.from(after.header.messageId).equals(before.header.messageId)).toBe(false);
  });

  test('what two of its messages have in common gives no key away: the forgeries are refused', async () => {
    const first = await encrypt(keyring, known, { algorithmSuite: 0x0478 });
    const second = await reencrypt(keyring, keyring, first.message, { algorithmSuite: 0x0478 });
    for (const hashKey of recoverHashKeys(first.message, second.message)) {
      await expect(decrypt(keyring, forgeFrame(first.message, hashKey, 0, known, wanted))).rejects.toMatchObject({
        code: 'ERR_DECRYPTION_FAILED',
      });
    }
  });

  test('no function writes a header, takes a message id, or adds an encrypted data key to a message', () => {
    const names = [...Object.keys(core), ...Object.keys(coreNode)];
    const writers = names.filter((name) => /rewrap|retag|header|messageId|addRecipient|edit|append|patch/i.test(name));
    expect(writers).toEqual(['parseMessageHeader']);
  });
});

function encryptBlock(key: Uint8Array, block: Uint8Array): Buffer {
  return createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(block);
}
