// What callers get wrong, and whether the error tells them what to do.

import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { refuseUnknownOptions } from '../src/crypto/index.ts';
import { decrypt, encrypt, encryptWebStream, type Keyring, openMessage } from '../src/index.ts';
import { decryptFile, decryptStream, encryptFile, encryptStream } from '../src/node/index.ts';
import { MessageEncryption } from '../src/stream/message-encryption.ts';
import { FakeKeyring } from './materials/fake-keyring.ts';

const keys = new FakeKeyring();
const plaintext = new TextEncoder().encode('attack at dawn');

describe('an unknown option', () => {
  it.each([
    [{ context: { tenant: 'a' } }, 'unknown option "context": did you mean encryptionContext?'],
    [{ encryptioncontext: { tenant: 'a' } }, 'did you mean encryptionContext?'],
    [{ encryption_context: { tenant: 'a' } }, 'did you mean encryptionContext?'],
    [{ suiteId: 0x0478 }, 'did you mean algorithmSuite?'],
    [{ maxBodySize: 1 }, 'did you mean maxPlaintextLength?'],
    [{ tenant: 'a' }, 'unknown option "tenant": known are encryptionContext, '],
  ])('%o is refused by every operation', async (options, advice) => {
    const { message } = await encrypt(keys, plaintext);
    const wrong = options as object;
    await expect(encrypt(keys, plaintext, wrong)).rejects.toThrow(advice);
    await expect(decrypt(keys, message, wrong)).rejects.toThrow(advice);
    await expect(openMessage(keys, message, wrong)).rejects.toThrow(advice);
    await expect(encryptFile(keys, 'none', 'target', wrong)).rejects.toThrow(advice);
    await expect(decryptFile(keys, 'none', 'target', wrong)).rejects.toThrow(advice);
    expect(() => encryptStream(keys, wrong)).toThrow(advice);
    expect(() => decryptStream(keys, wrong)).toThrow(advice);
    await expect(encrypt(keys, plaintext, wrong)).rejects.toThrow(TypeError);
  });

  it('is one of no operation: those of the other direction are no mistake', async () => {
    const both = { encryptionContext: { tenant: 'a' }, frameLength: 100, maxFrameLength: 1000, overwrite: undefined };
    const { message } = await encrypt(keys, plaintext, both);
    await expect(decrypt(keys, message, both)).resolves.toMatchObject({ plaintext });
  });

  it('that is undefined counts as absent', () => {
    expect(() => refuseUnknownOptions({ gone: undefined }, ['known'])).not.toThrow();
    expect(() => refuseUnknownOptions(undefined, ['known'])).not.toThrow();
  });

  it('says whose it is, and shortens a long name', () => {
    expect(() => refuseUnknownOptions({ maxMesages: 1 }, ['maxAgeMs', 'maxMessages'], 'Cache')).toThrow(
      'unknown option "maxMesages" of Cache: did you mean maxMessages?',
    );
    expect(() => refuseUnknownOptions({ ['x'.repeat(100_000)]: 1 }, ['known'])).toThrow(
      `unknown option "${'x'.repeat(64)}…": known are known`,
    );
  });
});

describe('bytes that are none', () => {
  it.each([
    [Promise.resolve(plaintext), 'a Promise: await it'],
    [{ message: plaintext }, 'an object with a message: pass that'],
    ['AgV4', "a string: pass Buffer.from(text, 'base64')"],
    [null, 'null'],
    [7, 'number'],
  ])('as a message, %o: says what to pass', async (value, advice) => {
    await expect(decrypt(keys, value as never)).rejects.toThrow(`message must be a Uint8Array, got ${advice}`);
  });

  it('as a plaintext: text is to be encoded', async () => {
    await expect(encrypt(keys, 'text' as never)).rejects.toThrow(
      'plaintext must be a Uint8Array, got a string: pass new',
    );
  });
});

it('an AbortController for its signal is refused with the advice to pass the signal', async () => {
  await expect(encrypt(keys, plaintext, { signal: new AbortController() as never })).rejects.toThrow(
    'signal must be an AbortSignal: pass the signal of an AbortController',
  );
  expect(() => decryptStream(keys, { signal: {} as never })).toThrow(TypeError);
});

it('streams without keys fail where they are made', () => {
  expect(() => encryptStream(undefined as never)).toThrow('keys must be a keyring or a materials manager');
  expect(() => decryptStream({} as never)).toThrow('keys must be a keyring or a materials manager');
  expect(() => encryptWebStream(undefined as never)).toThrow('keys must be a keyring or a materials manager');
});

describe('input that is no message', () => {
  it.each([
    [
      '{"a":1}',
      'ERR_MESSAGE_UNSUPPORTED',
      'no message of the AWS Encryption SDK: its first byte, the version, is 0x7b',
    ],
    ['0205780000', 'ERR_MESSAGE_MALFORMED', "hexadecimal text: decode it first, as with Buffer.from(text, 'hex')"],
    ['', 'ERR_MESSAGE_MALFORMED', 'the message is empty'],
  ])('%o', async (input, code, message) => {
    const bytes = new TextEncoder().encode(input);
    const expected = { code, message: expect.stringContaining(message) };
    await expect(decrypt(keys, bytes)).rejects.toMatchObject(expected);
    await expect(openMessage(keys, bytes)).rejects.toMatchObject(expected);
    const stream = decryptStream(keys);
    stream.end(bytes);
    await expect(text(stream)).rejects.toMatchObject(expected);
  });
});

describe('when no encrypted data key is mine', () => {
  const strange = (providerId: string, providerInfo: Uint8Array): Keyring => ({
    onEncrypt: async (request) => {
      const made = await keys.onEncrypt(request);
      return { ...made, encryptedDataKeys: [{ providerId, providerInfo, ciphertext: new Uint8Array(1) }] };
    },
    onDecrypt: async () => undefined,
  });

  it.each([
    ['aws-kms', new TextEncoder().encode('arn:aws:kms:…:key/1'), '("aws-kms" "arn:aws:kms:…:key/1")'],
    ['raw', new Uint8Array([0x6b, 0, 0xff]), '("raw")'],
    ['raw', new TextEncoder().encode('\u202e\u009b31m'), '("raw")'],
    ['\u009b31m\u202e\u2028', new Uint8Array(0), '("\\u{9b}31m\\u{202e}\\u{2028}")'],
  ])('the error names the key where that is text, and nothing acts on a terminal', async (id, info, names) => {
    const keyring = strange(id, info);
    const { message } = await encrypt(keyring, plaintext);
    await expect(decrypt(keyring, message)).rejects.toThrow(`encrypted data keys ${names} belongs`);
  });
});

it('a machine that is closed while its signature is made does not finish', async () => {
  let sign = (_signature: Uint8Array): void => {};
  const machine = new MessageEncryption(
    keys,
    {},
    () => {},
    () => ({
      update: () => {},
      ready: () => undefined,
      close: () => sign(new Uint8Array(0)),
      sign: () =>
        new Promise((resolve) => {
          sign = resolve;
        }),
    }),
  );
  await machine.header;
  const finishing = machine.finish([]);
  await new Promise((resolve) => setImmediate(resolve));
  machine.close(new Error('abandoned'));
  await expect(finishing).rejects.toThrow('abandoned');
});
