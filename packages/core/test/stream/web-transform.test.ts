import { describe, expect, it } from 'vitest';
import { decryptWebStream, encrypt, encryptWebStream } from '../../src/index.ts';
import { CountingManager } from '../materials/counting-manager.ts';
import { FakeKeyring } from '../materials/fake-keyring.ts';
import { patternBytes } from './pattern-bytes.ts';
import { iterableToWeb, outcome } from './stream-kinds.ts';

const unsigned = { algorithmSuite: 0x0478, frameLength: 1000 };

describe('web transform', () => {
  it('gives the keys back when its reader cancels, and fails the writer with the reason', async () => {
    const manager = new CountingManager();
    const stream = encryptWebStream(manager, unsigned);
    const writer = stream.writable.getWriter();
    const reader = stream.readable.getReader();
    const writing = writer.write(patternBytes(5000)).catch(() => {});
    await reader.read();
    const reason = new Error('enough');
    await reader.cancel(reason);
    await writing;
    await expect(writer.write(patternBytes(1))).rejects.toBe(reason);
    expect(manager.releases).toEqual([1]);
  });

  it('ends at once when aborted while nobody reads', async () => {
    const manager = new CountingManager();
    const stream = encryptWebStream(manager, unsigned);
    const writer = stream.writable.getWriter();
    await stream.header;
    const writing = writer.write(patternBytes(5000)).catch((error: unknown) => error);
    const reason = new Error('enough');
    await writer.abort(reason);
    await writing;
    await expect(stream.readable.getReader().read()).rejects.toBe(reason);
    expect(manager.releases).toEqual([1]);
  });

  it('gives the keys back when a loop over it is left', async () => {
    const manager = new CountingManager();
    const stream = iterableToWeb([patternBytes(5000)]).pipeThrough(encryptWebStream(manager, unsigned));
    for await (const _chunk of stream as unknown as AsyncIterable<Uint8Array>) break;
    expect(manager.releases).toEqual([1]);
  });

  it('does nothing before a reader asks', async () => {
    const stream = encryptWebStream(new FakeKeyring(), unsigned);
    const writing = stream.writable.getWriter().write(patternBytes(10_000));
    expect(await Promise.race([writing.then(() => 'written'), new Promise((r) => setTimeout(r, 30, 'waiting'))])).toBe(
      'waiting',
    );
    const reader = stream.readable.getReader();
    await reader.read();
    await writing;
    await reader.cancel();
  });

  it('works a long chunk off only as fast as its reader reads', async () => {
    const stream = encryptWebStream(new FakeKeyring(), { algorithmSuite: 0x0478 });
    let pieces = 0;
    const reader = stream.readable.getReader();
    const writing = stream.writable
      .getWriter()
      .write(new Uint8Array(16 * 1_048_576))
      .then(() => 'written');
    for (; pieces < 8; pieces++) await reader.read();
    expect(await Promise.race([writing, new Promise((resolve) => setTimeout(resolve, 30, 'waiting'))])).toBe('waiting');
    await reader.cancel();
    await writing.catch(() => {});
  });

  it('refuses a string, and says how to make bytes of it', async () => {
    const { writable, readable } = encryptWebStream(new FakeKeyring(), unsigned);
    const reading = readable.getReader().read();
    const writing = writable.getWriter().write('text' as unknown as Uint8Array);
    await expect(writing).rejects.toThrow('TextEncoder');
    await expect(reading).rejects.toThrow('TextEncoder');
  });

  it('fails both ends when a message ends too early, and settles its promises', async () => {
    const { message } = await encrypt(new FakeKeyring(), patternBytes(10), unsigned);
    const stream = decryptWebStream(new FakeKeyring());
    const source = iterableToWeb([message.subarray(0, 50)]);
    const text = source.pipeThrough(stream).pipeTo(new WritableStream());
    await expect(text).rejects.toThrow('ends inside its header');
    expect(await outcome(stream.header)).toBe('rejected');
    expect(await outcome(stream.encryptionContext)).toBe('rejected');
  });
});
