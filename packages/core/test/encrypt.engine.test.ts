import { describe, expect, it } from 'vitest';
import { decrypt, encrypt, messageLength, parseMessageHeader } from '../src/index.ts';
import { CountingManager } from './materials/counting-manager.ts';
import { FakeKeyring } from './materials/fake-keyring.ts';
import { patternBytes } from './stream/pattern-bytes.ts';

const unsigned = { algorithmSuite: 0x0478, frameLength: 100 };

describe('encrypt', () => {
  it.each([0, 1, 99, 100, 101, 200, 1234])(
    'makes a message of exactly the told length for %i bytes',
    async (length) => {
      for (const algorithmSuite of [0x0478, 0x0578]) {
        const plaintext = patternBytes(length);
        const { message, header } = await encrypt(new FakeKeyring(), plaintext, { algorithmSuite, frameLength: 100 });
        expect(message.length).toBe(messageLength(header, length));
        expect((await decrypt(new FakeKeyring(), message)).plaintext).toEqual(plaintext);
        expect(parseMessageHeader(message)).toEqual({ ...header, verified: false });
      }
    },
  );

  it('reads exactly the bytes of views, pooled Buffers, DataViews and shared memory', async () => {
    const around = patternBytes(400);
    const expected = around.slice(100, 300);
    const shared = new Uint8Array(new SharedArrayBuffer(400));
    shared.set(around);
    const inputs: readonly unknown[] = [
      around.subarray(100, 300),
      Buffer.from(around.buffer, 100, 200),
      Buffer.from(expected),
      new DataView(around.buffer, 100, 200),
      new Uint16Array(around.buffer, 100, 100),
      new Uint8ClampedArray(around.buffer, 100, 200),
      expected.slice().buffer,
      shared.subarray(100, 300),
      new DataView(shared.buffer, 100, 200),
    ];
    for (const input of inputs) {
      const { message } = await encrypt(new FakeKeyring(), input as Uint8Array, unsigned);
      expect((await decrypt(new FakeKeyring(), message)).plaintext).toEqual(expected);
    }
  });

  it('gives arrays of their own and changes nothing of the caller', async () => {
    const plaintext = patternBytes(250);
    const options = Object.freeze({ ...unsigned, encryptionContext: Object.freeze({ tenant: 'a' }) });
    const { message } = await encrypt(new FakeKeyring(), plaintext, options);
    expect(plaintext).toEqual(patternBytes(250));
    expect(message.constructor).toBe(Uint8Array);
    expect(message.byteOffset).toBe(0);
    expect(message.buffer.byteLength).toBe(message.length);
  });

  it('refuses a string, and says how to make bytes of it', async () => {
    await expect(encrypt(new FakeKeyring(), 'text' as unknown as Uint8Array)).rejects.toThrow(/TextEncoder/);
  });

  it('never repeats a message id, and numbers its frames from 1', async () => {
    const messages = await Promise.all([1, 2].map(() => encrypt(new FakeKeyring(), patternBytes(250), unsigned)));
    const [first, second] = messages;
    expect(first?.header.messageId).not.toEqual(second?.header.messageId);
    const { message, header } = messages[0] as (typeof messages)[0];
    const view = new DataView(message.buffer);
    const frameAt = (index: number): number => header.headerLength + index * 132;
    expect([0, 1].map((index) => view.getUint32(frameAt(index)))).toEqual([1, 2]);
    expect([0, 1].map((index) => view.getUint32(frameAt(index) + 12))).toEqual([1, 2]);
    expect(view.getUint32(frameAt(2))).toBe(0xffffffff);
    expect(view.getUint32(frameAt(2) + 4)).toBe(3);
  });

  it('gives its keys back, and wipes them, however it ends', async () => {
    const keyring = new FakeKeyring();
    const manager = new CountingManager(keyring);
    await encrypt(manager, patternBytes(10));
    await expect(
      encrypt(manager, patternBytes(10), { maxEncryptedDataKeys: 1, algorithmSuite: 0x0178 }),
    ).rejects.toThrow();
    await expect(
      encrypt(manager, patternBytes(10), { signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
    expect(manager.badLeases).toBe(0);
    expect(keyring.handedOut.every((key) => key.every((byte) => byte === 0))).toBe(true);
  });
});
