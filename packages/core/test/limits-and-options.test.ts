import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { decrypt, encrypt, type Keyring, LimitExceededError } from '../src/index.ts';
import { decryptStream, encryptStream } from '../src/node/index.ts';
import { FakeKeyring } from './materials/fake-keyring.ts';

const plaintext = new Uint8Array(10);

/** Adds encrypted data keys of strangers. */
function withStrangers(count: number, providerId: string, infoLength = 1): Keyring {
  const own = new FakeKeyring();
  const stranger = { providerId, providerInfo: new Uint8Array(infoLength), ciphertext: new Uint8Array(1) };
  return {
    onEncrypt: async (request) => {
      const made = await own.onEncrypt(request);
      return { ...made, encryptedDataKeys: [...made.encryptedDataKeys, ...Array(count).fill(stranger)] };
    },
    onDecrypt: (request) => own.onDecrypt(request),
  };
}

async function limitError(work: Promise<unknown>): Promise<LimitExceededError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LimitExceededError);
  return error as LimitExceededError;
}

describe('the default limits when decrypting', () => {
  it('names the option and Infinity for the 101st encrypted data key', async () => {
    const keys = withStrangers(100, 'stranger');
    const { message } = await encrypt(keys, plaintext);
    expect((await limitError(decrypt(keys, message))).message).toMatch(/maxEncryptedDataKeys.*Infinity/);
    await decrypt(keys, message, { maxEncryptedDataKeys: Number.POSITIVE_INFINITY });
  });

  it('names the option and Infinity for a header above 1 MiB', async () => {
    const keys = withStrangers(20, 'stranger', 60_000);
    const { message } = await encrypt(keys, plaintext);
    expect((await limitError(decrypt(keys, message))).message).toMatch(/maxHeaderLength.*Infinity/);
    await decrypt(keys, message, { maxHeaderLength: Number.POSITIVE_INFINITY });
  });

  it('names the option and Infinity for a frame above 64 MiB in a stream', async () => {
    const keys = new FakeKeyring();
    const { message } = await encrypt(keys, plaintext, { frameLength: 67_108_865 });
    const stream = decryptStream(keys);
    stream.end(message);
    expect((await limitError(text(stream))).message).toMatch(/maxFrameLength.*Infinity/);
    const lifted = decryptStream(keys, { maxFrameLength: Number.POSITIVE_INFINITY });
    lifted.end(message);
    expect(await text(lifted)).toHaveLength(10);
  });
});

describe('what strangers and callers may write', () => {
  it('refuses null as a frame length: it is no number', async () => {
    await expect(encrypt(new FakeKeyring(), plaintext, { frameLength: null as never })).rejects.toThrow(TypeError);
  });

  it('bounds the names of strangers in the error that says whose the encrypted data keys are', async () => {
    const { message } = await encrypt(withStrangers(9, '\u001b[31m'.padEnd(60_000, 'x')), plaintext);
    const nobody: Keyring = { onEncrypt: () => Promise.reject(), onDecrypt: async () => undefined };
    const error = await decrypt(nobody, message).catch((reason: Error) => reason);
    expect(error).toMatchObject({ code: 'ERR_DATA_KEY_UNAVAILABLE' });
    expect((error as Error).message.length).toBeLessThan(600);
    expect((error as Error).message).not.toContain('\u001b');
  });

  it('seals the message id that the header went out with, whatever its receiver writes on it', async () => {
    const keys = new FakeKeyring();
    const stream = encryptStream(keys, { algorithmSuite: 0x0478 });
    const header = await stream.header;
    header.messageId.fill(0);
    stream.end(plaintext);
    const message = Buffer.concat(await stream.toArray());
    expect((await decrypt(keys, message)).plaintext).toEqual(plaintext);
  });
});
