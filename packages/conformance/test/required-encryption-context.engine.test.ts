// Context that is authenticated without being stored: by the required-context manager, and reproduced when decrypting.

import {
  decrypt,
  EnvelopeError,
  encrypt,
  parseMessageHeader,
  RequiredContextMaterialsManager,
  reencrypt,
} from '@waxseal/core';
import { decryptStream, encryptStream } from '@waxseal/core/node';
import { RawAesKeyring } from '@waxseal/keyring';
import { describe, expect, test } from 'vitest';
import { GivenDataKeyKeyring } from '../src/given-data-key-keyring.ts';
import { buildMessage } from '../src/messages/build-message.ts';
import { collectStream } from '../src/messages/collect-stream.ts';
import { SUITES, suiteName } from '../src/messages/suite-facts.ts';

const keyring = new RawAesKeyring({ namespace: 'n', name: 'k', key: new Uint8Array(32).fill(7) });
const plaintext = new TextEncoder().encode('bound to a tenant');
const context = { tenant: 'secret tenant', purpose: 'backup', Zone: 'eu' };
const requiring = (...requiredKeys: string[]) => new RequiredContextMaterialsManager({ source: keyring, requiredKeys });
const read = (options: object) => ({ commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT', ...options }) as const;

describe.each(SUITES.map((suite) => [suiteName(suite), suite] as const))('suite %s', (_name, suite) => {
  const write = {
    algorithmSuite: suite.id,
    encryptionContext: context,
    commitmentPolicy: suite.committing ? 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT' : 'FORBID_ENCRYPT_ALLOW_DECRYPT',
  } as const;

  test('stores the other pairs alone, and gives all of them back', async () => {
    const { message } = await encrypt(requiring('tenant', 'Zone'), plaintext, write);
    const { 'aws-crypto-public-key': _key, ...stored } = parseMessageHeader(message).encryptionContext;
    expect(stored).toEqual({ purpose: 'backup' });
    expect(Buffer.from(message).includes('secret tenant')).toBe(false);
    const { tenant, Zone } = context;
    const opened = await decrypt(keyring, message, read({ encryptionContext: { tenant, Zone } }));
    expect(opened.encryptionContext).toMatchObject(context);
    expect(Buffer.compare(opened.plaintext, plaintext)).toBe(0);
  });

  test('fails without a pair, with another value, and with a pair too many, naming keys and no values', async () => {
    const { message } = await encrypt(requiring('tenant'), plaintext, write);
    const refusal = async (encryptionContext: Record<string, string>) => {
      const error = await decrypt(keyring, message, read({ encryptionContext })).catch((reason: unknown) => reason);
      if (!EnvelopeError.is(error)) throw new Error('not refused', { cause: error });
      expect(`${error.message} ${JSON.stringify(error)}`).not.toMatch(/secret tenant|someone else/);
      return error;
    };
    expect((await refusal({})).code).toBe('ERR_DATA_KEY_UNAVAILABLE');
    expect(await refusal({ tenant: 'someone else' })).toMatchObject({
      code: 'ERR_CONTEXT_MISMATCH',
      contextKeys: ['tenant'],
    });
    expect(await refusal({ tenant: context.tenant, extra: 'x' })).toMatchObject({
      code: 'ERR_CONTEXT_MISMATCH',
      contextKeys: ['tenant', 'extra'],
    });
    expect(await refusal({ purpose: 'other' })).toMatchObject({
      code: 'ERR_CONTEXT_MISMATCH',
      contextKeys: ['purpose'],
    });
  });

  test('works by streams', async () => {
    const encrypted = await collectStream(encryptStream(requiring('tenant'), write), plaintext, 3);
    expect(encrypted.error).toBeUndefined();
    const stream = decryptStream(keyring, read({ encryptionContext: { tenant: context.tenant } }));
    const decrypted = await collectStream(stream, encrypted.seen, 3);
    expect(decrypted.error).toBeUndefined();
    expect({ ...(await stream.encryptionContext) }).toMatchObject(context);
    expect(Buffer.compare(decrypted.seen, plaintext)).toBe(0);
    const refused = await collectStream(decryptStream(keyring, read({})), encrypted.seen, 3);
    expect(refused.error).toMatchObject({ code: 'ERR_DATA_KEY_UNAVAILABLE' });
    expect(refused.seen).toHaveLength(0);
  });
});

describe('the manager', () => {
  test('refuses to encrypt without a required key, before the keyring is asked', async () => {
    const given = new GivenDataKeyKeyring(new Uint8Array(32));
    const manager = new RequiredContextMaterialsManager({ source: given, requiredKeys: ['tenant'] });
    await expect(encrypt(manager, plaintext, { encryptionContext: { a: 'b' } })).rejects.toMatchObject({
      contextKeys: ['tenant'],
    });
    expect(given.calls).toBe(0);
  });

  test('refuses to decrypt what was not reproduced, even where the message stores it', async () => {
    const { message } = await encrypt(keyring, plaintext, { encryptionContext: context });
    await expect(decrypt(requiring('tenant'), message)).rejects.toMatchObject({
      code: 'ERR_CONTEXT_MISMATCH',
      contextKeys: ['tenant'],
    });
    const { tenant } = context;
    await expect(decrypt(requiring('tenant'), message, { encryptionContext: { tenant } })).resolves.toMatchObject({
      plaintext,
    });
  });

  test('nested managers require the keys of both', async () => {
    const both = new RequiredContextMaterialsManager({ source: requiring('tenant'), requiredKeys: ['Zone'] });
    const { header } = await encrypt(both, plaintext, { encryptionContext: context });
    expect(Object.keys(header.encryptionContext)).toEqual(expect.not.arrayContaining(['tenant', 'Zone']));
  });

  test('every pair may be required: an empty stored context, or the public key alone', async () => {
    const { message, header } = await encrypt(requiring('a'), plaintext, {
      encryptionContext: { a: '1' },
      algorithmSuite: 0x0478,
    });
    expect(header.encryptionContext).toEqual(Object.create(null));
    await expect(decrypt(keyring, message, { encryptionContext: { a: '1' } })).resolves.toMatchObject({ plaintext });
  });

  test('re-encryption keeps required pairs unstored', async () => {
    const { message } = await encrypt(requiring('tenant'), plaintext, { encryptionContext: context });
    const { tenant } = context;
    const renewed = await reencrypt(keyring, keyring, message, { encryptionContext: { tenant } });
    expect(Object.keys(renewed.header.encryptionContext)).not.toContain('tenant');
    await expect(decrypt(keyring, renewed.message)).rejects.toMatchObject({ code: 'ERR_DATA_KEY_UNAVAILABLE' });
    await expect(decrypt(keyring, renewed.message, { encryptionContext: { tenant } })).resolves.toMatchObject({
      plaintext,
    });
  });
});

describe('where the keyring does not bind the context', () => {
  test.each([0x0178, 0x0478, 0x0578])('suite %i: the header tag does', async (suiteId) => {
    const built = buildMessage({
      suiteId,
      requiredContext: [
        ['b', '2'],
        ['a', '1'],
      ],
    });
    const given = new GivenDataKeyKeyring(built.dataKey);
    await expect(decrypt(given, built.message, read({ encryptionContext: { a: '1', b: '2' } }))).resolves.toMatchObject(
      {},
    );
    await expect(decrypt(given, built.message, read({}))).rejects.toMatchObject({ code: 'ERR_DECRYPTION_FAILED' });
    for (const encryptionContext of [{ a: '1' }, { a: '2', b: '1' }, { a: '1', b: '2', c: '' }]) {
      const refusal = decrypt(given, built.message, read({ encryptionContext }));
      await expect(refusal).rejects.toMatchObject({
        code: 'ERR_CONTEXT_MISMATCH',
        contextKeys: Object.keys(encryptionContext),
      });
    }
  });
});
