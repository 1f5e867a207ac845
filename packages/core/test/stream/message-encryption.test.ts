import { describe, expect, it } from 'vitest';
import { decrypt, LimitExceededError, messageLength } from '../../src/index.ts';
import { CountingManager } from '../materials/counting-manager.ts';
import { FakeKeyring } from '../materials/fake-keyring.ts';
import { patternBytes } from './pattern-bytes.ts';
import { chunksOf, collect, outcome, streamKinds } from './stream-kinds.ts';

const frameLength = 1000;
const chunkings = [1, 7, 333, 999, 1000, 1001, 4096];

describe.each(streamKinds)('encrypting $name stream', (kind) => {
  it.each(
    [0, 1, 999, 1000, 1001, 2000, 3500].flatMap((length) => [0x0478, 0x0578].map((suite) => [length, suite] as const)),
  )('gives a message of the told length for %i bytes of suite %i at every chunking', async (length, algorithmSuite) => {
    const plaintext = patternBytes(length);
    for (const chunking of chunkings) {
      const keyring = new FakeKeyring();
      const stream = kind.encrypt(keyring, { algorithmSuite, frameLength });
      const { output, error } = await collect(stream, chunksOf(plaintext, chunking));
      expect(error).toBeUndefined();
      const told = messageLength(await stream.header, length);
      const slack = algorithmSuite === 0x0578 ? 3 : 0;
      expect(Math.abs(output.length - told)).toBeLessThanOrEqual(slack);
      const opened = await decrypt(keyring, output);
      expect(Buffer.from(opened.plaintext).equals(plaintext)).toBe(true);
    }
  });

  it.each([0, 1, 1000, 1500, 2000])(
    'takes exactly plaintextLength %i at every chunking, not a byte more or less',
    async (length) => {
      const plaintext = patternBytes(length + 1);
      for (const chunking of chunkings) {
        const options = { plaintextLength: length, frameLength, algorithmSuite: 0x0478 };
        const exact = await collect(
          kind.encrypt(new FakeKeyring(), options),
          chunksOf(plaintext.subarray(0, length), chunking),
        );
        expect(exact.error).toBeUndefined();
        const more = await collect(kind.encrypt(new FakeKeyring(), options), chunksOf(plaintext, chunking));
        expect(more.error).toBeInstanceOf(LimitExceededError);
        if (length === 0) continue;
        const less = await collect(
          kind.encrypt(new FakeKeyring(), options),
          chunksOf(plaintext.subarray(0, length - 1), chunking),
        );
        expect(less.error).toBeInstanceOf(RangeError);
      }
    },
  );

  it.each([0, 10, 1000])('takes maxPlaintextLength %i and not a byte more', async (length) => {
    const plaintext = patternBytes(length + 1);
    for (const chunking of chunkings) {
      const options = { maxPlaintextLength: length, frameLength, algorithmSuite: 0x0478 };
      const run = (bytes: Uint8Array) => collect(kind.encrypt(new FakeKeyring(), options), chunksOf(bytes, chunking));
      expect((await run(plaintext.subarray(0, length))).error).toBeUndefined();
      expect((await run(plaintext)).error).toBeInstanceOf(LimitExceededError);
    }
  });

  it('reserves what it encrypts where no length was announced', async () => {
    const manager = new CountingManager();
    await collect(kind.encrypt(manager, { algorithmSuite: 0x0478 }), chunksOf(patternBytes(5000), 700));
    expect(manager.reserved).toBe(5000);
  });

  it('asks for its materials at construction', async () => {
    const keyring = new FakeKeyring();
    const stream = kind.encrypt(keyring);
    await stream.header;
    expect(keyring.encryptCalls).toBe(1);
    expect((await collect(stream, [])).error).toBeUndefined();
  });

  it('rejects header, and then the run, when the keys fail before anybody listens', async () => {
    const failure = new Error('no keys today');
    const keyring = new FakeKeyring();
    keyring.onEncrypt = () => Promise.reject(failure);
    const stream = kind.encrypt(keyring);
    await expect(stream.header).rejects.toBe(failure);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await collect(stream, [patternBytes(10)])).error).toBe(failure);
  });

  it.each(['destroy', 'abort'])(
    'stops waiting for slow keys on %s, and gives them back when they come',
    async (how) => {
      const controller = new AbortController();
      let deliver: () => void = () => {};
      let seenSignal: AbortSignal | undefined;
      const keyring = new FakeKeyring();
      const onEncrypt = keyring.onEncrypt.bind(keyring);
      keyring.onEncrypt = async (request) => {
        seenSignal = request.signal;
        await new Promise<void>((resolve) => {
          deliver = resolve;
        });
        return onEncrypt(request);
      };
      const manager = new CountingManager(keyring);
      const stream = kind.encrypt(manager, { algorithmSuite: 0x0478, signal: controller.signal });
      const running = collect(stream, [patternBytes(10)]);
      await new Promise((resolve) => setTimeout(resolve, 5));
      const failure = new Error('enough');
      if (how === 'abort') controller.abort(failure);
      else stream.destroy(failure);
      expect((await running).error).toBe(failure);
      expect(await outcome(stream.header)).toBe('rejected');
      expect(seenSignal?.aborted).toBe(true);
      deliver();
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(manager.releases).toEqual([1]);
      expect(keyring.handedOut.every((key) => key.every((byte) => byte === 0))).toBe(true);
    },
  );

  it('fails with the reason of a signal that is aborted already, without asking for keys', async () => {
    const keyring = new FakeKeyring();
    const reason = new Error('too late');
    const stream = kind.encrypt(keyring, { signal: AbortSignal.abort(reason) });
    expect((await collect(stream, [patternBytes(10)])).error).toBe(reason);
    expect(keyring.encryptCalls).toBe(0);
  });

  it('leaves no listener on the signal', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...parameters: Parameters<typeof add>) => {
      listeners += 1;
      add(...parameters);
    };
    signal.removeEventListener = (...parameters: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...parameters);
    };
    await collect(kind.encrypt(new FakeKeyring(), { signal, algorithmSuite: 0x0478 }), [patternBytes(10)]);
    expect(listeners).toBe(0);
  });

  it('does not keep the chunks that it took', async () => {
    const plaintext = patternBytes(3333);
    async function* reusingOneBuffer(): AsyncGenerator<Uint8Array> {
      const buffer = new Uint8Array(100);
      for (const chunk of chunksOf(plaintext, 100)) {
        buffer.set(chunk);
        yield buffer.subarray(0, chunk.length);
        buffer.fill(0xee);
      }
    }
    const keyring = new FakeKeyring();
    const stream = kind.encrypt(keyring, { frameLength, algorithmSuite: 0x0478 });
    // Node's Readable.from reads ahead, so there the reuse is tested by writing (message-transform.test.ts).
    const source = kind.name === 'web' ? reusingOneBuffer() : chunksOf(plaintext, 100);
    const { output } = await collect(stream, source);
    expect(Buffer.from((await decrypt(keyring, output)).plaintext).equals(plaintext)).toBe(true);
  });
});
