import { describe, expect, it } from 'vitest';
import {
  DecryptionFailedError,
  encrypt,
  LimitExceededError,
  MalformedMessageError,
  PolicyViolationError,
} from '../../src/index.ts';
import { FakeKeyring } from '../materials/fake-keyring.ts';
import { patternBytes } from './pattern-bytes.ts';
import { chunksOf, collect, outcome, streamKinds } from './stream-kinds.ts';

const frameLength = 1000;
const chunkings = [1, 7, 333, 1031, 1032, 1033, 100_000];

async function messageOf(length: number, algorithmSuite = 0x0478): Promise<Uint8Array> {
  return (await encrypt(new FakeKeyring(), patternBytes(length), { algorithmSuite, frameLength })).message;
}

describe.each(streamKinds)('decrypting $name stream', (kind) => {
  const run = (message: Uint8Array, chunking: number, options = {}) =>
    collect(kind.decrypt(new FakeKeyring(), options), chunksOf(message, chunking));

  it.each(
    [0, 1, 999, 1000, 1001, 2000, 3500].flatMap((length) => [0x0478, 0x0578].map((suite) => [length, suite] as const)),
  )('gives back %i bytes of suite %i at every chunking', async (length, suite) => {
    const message = await messageOf(length, suite);
    for (const chunking of chunkings) {
      const { output, error } = await run(message, chunking);
      expect(error).toBeUndefined();
      expect(output.equals(patternBytes(length))).toBe(true);
    }
  });

  it.each([0x0478, 0x0578])('refuses every truncation of a small message of suite %i', async (suite) => {
    const message = await messageOf(1500, suite);
    for (let length = 0; length < message.length; length += length < 400 ? 1 : 13) {
      const { error } = await run(message.subarray(0, length), 512);
      expect(error).toBeInstanceOf(MalformedMessageError);
    }
  });

  it.each([0x0478, 0x0578])('refuses every changed byte of a small message of suite %i', async (suite) => {
    const message = await messageOf(40, suite);
    for (let index = 0; index < message.length; index++) {
      const changed = message.slice();
      changed[index] = (changed[index] ?? 0) ^ 0x10;
      const { output, error } = await run(changed, 64);
      expect(error, `byte ${index}`).toBeDefined();
      expect(output.length).toBe(0);
    }
  });

  it('gives nothing of the final frame before the signature is verified', async () => {
    const message = await messageOf(3500, 0x0578);
    const broken = message.slice();
    broken[broken.length - 3] = (broken.at(-3) ?? 0) ^ 1;
    for (const chunking of chunkings) {
      const { output, error } = await run(broken, chunking);
      expect(error).toBeInstanceOf(DecryptionFailedError);
      expect(output.length).toBeLessThanOrEqual(3000);
      const cut = await run(message.subarray(0, -105), chunking);
      expect(cut.error).toBeInstanceOf(MalformedMessageError);
      expect(cut.output.length).toBeLessThanOrEqual(3000);
    }
  });

  it('gives the frames before a broken one at most, at every chunking', async () => {
    const message = await messageOf(3500);
    const broken = message.slice();
    const at = message.length - 36 - 500 - 1032 + 100;
    broken[at] = (broken[at] ?? 0) ^ 1;
    for (const chunking of chunkings) {
      const { output, error } = await run(broken, chunking);
      expect(error).toBeInstanceOf(DecryptionFailedError);
      expect(output.length % 1000).toBe(0);
      expect(output.length).toBeLessThanOrEqual(2000);
      expect(output.equals(patternBytes(3500).subarray(0, output.length))).toBe(true);
    }
  });

  it('refuses 64 MiB of junk behind a message of 10 bytes at its first byte', async () => {
    const message = await messageOf(10);
    const junk = new Uint8Array(65_536);
    let chunks = 0;
    function* source(): Generator<Uint8Array> {
      yield message;
      for (; chunks < 1024; chunks++) yield junk;
    }
    const { error } = await collect(kind.decrypt(new FakeKeyring()), source());
    expect(error).toBeInstanceOf(MalformedMessageError);
    expect(chunks).toBeLessThan(32);
  });

  it('refuses signed messages right after the header where they are forbidden', async () => {
    const message = await messageOf(10, 0x0578);
    const keyring = new FakeKeyring();
    const stream = kind.decrypt(keyring, { signed: 'forbid' });
    expect((await collect(stream, chunksOf(message, 50))).error).toBeInstanceOf(PolicyViolationError);
    expect(keyring.decryptCalls).toBe(0);
    expect(await outcome(stream.header)).toBe('rejected');
  });

  it.each(['maxPlaintextLength', 'maxFrameLength'] as const)('holds %s at the limit and one below', async (name) => {
    const message = await messageOf(name === 'maxFrameLength' ? 2500 : 1500);
    const limit = name === 'maxFrameLength' ? 1000 : 1500;
    for (const chunking of chunkings) {
      expect((await run(message, chunking, { [name]: limit })).error).toBeUndefined();
      const refused = await run(message, chunking, { [name]: limit - 1 });
      expect(refused.error).toBeInstanceOf(LimitExceededError);
      expect(refused.output.length).toBeLessThanOrEqual(limit - 1);
    }
  });

  it('settles header and context as soon as the header is verified', async () => {
    const message = await messageOf(3500);
    const stream = kind.decrypt(new FakeKeyring());
    let settledAfter = -1;
    async function* source(): AsyncGenerator<Uint8Array> {
      let given = 0;
      void stream.header.then(() => {
        settledAfter = given;
      });
      for (const chunk of chunksOf(message, 10)) {
        given += chunk.length;
        yield chunk;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    const { error } = await collect(stream, source());
    expect(error).toBeUndefined();
    const { headerLength, verified } = await stream.header;
    expect(verified).toBe(true);
    expect(settledAfter).toBeLessThan(headerLength + 200);
    expect(await stream.encryptionContext).toEqual({});
  });

  it('reads a header of 60 kB, byte by byte, in linear time', async () => {
    const encryptionContext = { long: 'x'.repeat(60_000) };
    const { message } = await encrypt(new FakeKeyring(), patternBytes(1), {
      algorithmSuite: 0x0478,
      encryptionContext,
    });
    const started = process.cpuUsage();
    const { error } = await run(message, 1);
    const { user } = process.cpuUsage(started);
    expect(error).toBeUndefined();
    expect(user / 1000).toBeLessThan(3000);
  });
});
