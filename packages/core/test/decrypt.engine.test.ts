import { describe, expect, it } from 'vitest';
import {
  ContextMismatchError,
  DecryptionFailedError,
  decrypt,
  EnvelopeError,
  encrypt,
  LimitExceededError,
  MalformedMessageError,
  PolicyViolationError,
} from '../src/index.ts';
import { CountingManager } from './materials/counting-manager.ts';
import { FakeKeyring } from './materials/fake-keyring.ts';
import { craftFramed, craftNonFramed } from './stream/crafted-message.ts';
import { patternBytes } from './stream/pattern-bytes.ts';

async function messageOf(length: number, algorithmSuite = 0x0478): Promise<Uint8Array> {
  return (await encrypt(new FakeKeyring(), patternBytes(length), { algorithmSuite, frameLength: 100 })).message;
}

describe('decrypt', () => {
  it('reads both shapes of a plaintext that fills its frames, and non-framed messages', async () => {
    const plaintext = patternBytes(200);
    const frames = [plaintext.subarray(0, 100), plaintext.subarray(100)];
    const shapes = [
      craftFramed(frames, 100),
      craftFramed([...frames, new Uint8Array(0)], 100),
      craftNonFramed(plaintext),
    ];
    for (const message of shapes) expect((await decrypt(new FakeKeyring(), message)).plaintext).toEqual(plaintext);
    expect((await decrypt(new FakeKeyring(), craftNonFramed(new Uint8Array(0)))).plaintext).toHaveLength(0);
  });

  it.each([0x0478, 0x0578])('refuses every truncation and every byte more for suite %i', async (suite) => {
    const message = await messageOf(250, suite);
    for (let length = 0; length < message.length; length++) {
      const cut = decrypt(new FakeKeyring(), message.subarray(0, length));
      await expect(cut, `cut to ${length}`).rejects.toBeInstanceOf(MalformedMessageError);
    }
    const longer = Buffer.concat([message, new Uint8Array(1)]);
    await expect(decrypt(new FakeKeyring(), longer)).rejects.toBeInstanceOf(MalformedMessageError);
  });

  it.each([0x0478, 0x0578])('refuses every changed byte of suite %i', async (suite) => {
    const message = await messageOf(130, suite);
    for (let index = 0; index < message.length; index++) {
      const changed = message.slice();
      changed[index] = (changed[index] ?? 0) ^ 0x10;
      await expect(decrypt(new FakeKeyring(), changed), `byte ${index}`).rejects.toSatisfy(EnvelopeError.is);
    }
  });

  it('refuses swapped, repeated, dropped and foreign frames', async () => {
    const message = await messageOf(350);
    const other = await messageOf(350);
    const bodyAt = message.length - 350 - 3 * 32 - 40;
    const frame = (bytes: Uint8Array, index: number) => bytes.slice(bodyAt + index * 132, bodyAt + (index + 1) * 132);
    const start = message.slice(0, bodyAt);
    const end = message.slice(bodyAt + 3 * 132);
    const bodies = [
      [frame(message, 1), frame(message, 0), frame(message, 2)],
      [frame(message, 0), frame(message, 0), frame(message, 2)],
      [frame(message, 0), frame(message, 2)],
      [frame(message, 0), frame(other, 1), frame(message, 2)],
    ];
    for (const body of bodies) {
      const forged = Buffer.concat([start, ...body, end]);
      await expect(decrypt(new FakeKeyring(), forged)).rejects.toBeInstanceOf(DecryptionFailedError);
    }
  });

  it('holds its limits at the limit and one below', async () => {
    const message = await messageOf(250);
    const run = (options: object) => decrypt(new FakeKeyring(), message, options);
    await run({ maxPlaintextLength: 250, maxFrameLength: 100 });
    await expect(run({ maxPlaintextLength: 249 })).rejects.toBeInstanceOf(LimitExceededError);
    await expect(run({ maxFrameLength: 99 })).rejects.toBeInstanceOf(LimitExceededError);
    const nonFramed = craftNonFramed(patternBytes(250));
    await decrypt(new FakeKeyring(), nonFramed, { maxFrameLength: 250 });
    const long = decrypt(new FakeKeyring(), nonFramed, { maxFrameLength: 249 });
    await expect(long).rejects.toBeInstanceOf(LimitExceededError);
  });

  it('compares the expected context before it asks for any key', async () => {
    const options = { algorithmSuite: 0x0478, encryptionContext: { tenant: 'a' } };
    const { message } = await encrypt(new FakeKeyring(), patternBytes(10), options);
    const keyring = new FakeKeyring();
    const mismatch = decrypt(keyring, message, { encryptionContext: { tenant: 'b' } });
    await expect(mismatch).rejects.toBeInstanceOf(ContextMismatchError);
    expect(keyring.decryptCalls).toBe(0);
    const opened = await decrypt(keyring, message, { encryptionContext: { tenant: 'a' } });
    expect(opened.encryptionContext).toEqual({ tenant: 'a' });
  });

  it('refuses a signed message where signatures are forbidden', async () => {
    const signed = decrypt(new FakeKeyring(), await messageOf(10, 0x0578), { signed: 'forbid' });
    await expect(signed).rejects.toBeInstanceOf(PolicyViolationError);
  });

  it('gives a plaintext of its own, and its keys back, however it ends', async () => {
    const message = Buffer.from(await messageOf(250));
    const manager = new CountingManager();
    const { plaintext } = await decrypt(manager, message);
    expect(plaintext.buffer.byteLength).toBe(250);
    message[message.length - 1] = (message.at(-1) ?? 0) ^ 1;
    await expect(decrypt(manager, message)).rejects.toBeInstanceOf(DecryptionFailedError);
    expect(manager.badLeases).toBe(0);
  });
});
