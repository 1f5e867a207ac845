import { describe, expect, it } from 'vitest';
import {
  DecryptionFailedError,
  decrypt,
  EnvelopeError,
  encrypt,
  LimitExceededError,
  MalformedMessageError,
  openMessage,
  PolicyViolationError,
  UnsupportedMessageError,
} from '../src/index.ts';
import { FakeKeyring } from './materials/fake-keyring.ts';
import { craftFramed, craftNonFramed } from './stream/crafted-message.ts';
import { patternBytes } from './stream/pattern-bytes.ts';

const frameLength = 1000;
const accepting = { acceptUnsignedRanges: true };

async function messageOf(plaintext: Uint8Array, algorithmSuite = 0x0478, length = frameLength) {
  return encrypt(new FakeKeyring(), plaintext, { algorithmSuite, frameLength: length });
}

/** A source that counts what it is asked for. */
class CountingSource {
  readonly reads: (readonly [number, number])[] = [];
  readonly #bytes: Uint8Array;
  answer: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get size(): number {
    return this.#bytes.length;
  }

  get fetched(): number {
    return this.reads.reduce((sum, [start, end]) => sum + end - start, 0);
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    this.reads.push([start, end]);
    return this.answer(this.#bytes.subarray(start, end));
  }
}

async function drain(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream as unknown as AsyncIterable<Uint8Array>) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('openMessage', () => {
  it.each([
    [0, 0x0478],
    [1, 0x0478],
    [999, 0x0478],
    [1000, 0x0478],
    [1001, 0x0478],
    [3000, 0x0478],
    [3500, 0x0478],
    [0, 0x0578],
    [1000, 0x0578],
    [3500, 0x0578],
    [3500, 0x0214],
  ])('tells the length of %i bytes of suite %i, and reads them', async (length, suite) => {
    const plaintext = patternBytes(length);
    const commitmentPolicy = suite < 0x0400 ? 'FORBID_ENCRYPT_ALLOW_DECRYPT' : 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT';
    const options = { algorithmSuite: suite, frameLength, commitmentPolicy } as const;
    const { message } = await encrypt(new FakeKeyring(), plaintext, options);
    const reader = await openMessage(new FakeKeyring(), message, { ...accepting, commitmentPolicy });
    expect(reader.plaintextLength).toBe(length);
    expect(reader.header.verified).toBe(true);
    expect(reader.signature).toBe(suite === 0x0478 ? 'none' : 'unchecked');
    expect(await reader.read(0, length)).toEqual(plaintext);
    expect((await drain(reader.stream())).equals(plaintext)).toBe(true);
    await reader.close();
  });

  it('reads both shapes of a plaintext that fills its frames', async () => {
    const plaintext = patternBytes(2000);
    const frames = [plaintext.subarray(0, 1000), plaintext.subarray(1000)];
    for (const shape of [frames, [...frames, new Uint8Array(0)]]) {
      const reader = await openMessage(new FakeKeyring(), craftFramed(shape, 1000));
      expect(reader.plaintextLength).toBe(2000);
      expect(await reader.read(0, 2000)).toEqual(plaintext);
      expect(await reader.read(1999, 2000)).toEqual(plaintext.subarray(1999));
      expect((await drain(reader.stream({ start: 500 }))).equals(plaintext.subarray(500))).toBe(true);
    }
  });

  it('takes two reads to open, one for a small message, three for a header over 64 KiB', async () => {
    const large = new CountingSource((await messageOf(patternBytes(300_000))).message);
    await openMessage(new FakeKeyring(), large);
    expect(large.reads).toHaveLength(2);
    const small = new CountingSource((await messageOf(patternBytes(30_000))).message);
    await openMessage(new FakeKeyring(), small);
    expect(small.reads).toHaveLength(1);
    const keyring = new FakeKeyring();
    const onEncrypt = keyring.onEncrypt.bind(keyring);
    keyring.onEncrypt = async (request) => {
      const made = await onEncrypt(request);
      const entry = { providerId: 'fake', providerInfo: new Uint8Array(60_000), ciphertext: new Uint8Array(60_000) };
      return { ...made, encryptedDataKeys: [entry, entry] };
    };
    const long = await encrypt(keyring, patternBytes(300_000), { algorithmSuite: 0x0478, frameLength });
    const source = new CountingSource(long.message);
    const reader = await openMessage(keyring, source);
    expect(source.reads).toHaveLength(3);
    expect(await reader.read(299_999, 300_000)).toEqual(patternBytes(300_000).subarray(-1));
  });

  it.each([0x0478, 0x0578])('refuses every truncation, and everything appended, for suite %i', async (suite) => {
    const { message } = await messageOf(patternBytes(3500), suite);
    for (let length = 0; length < message.length; length++) {
      const opening = openMessage(new FakeKeyring(), message.subarray(0, length), accepting);
      await expect(opening, `cut to ${length}`).rejects.toBeInstanceOf(MalformedMessageError);
    }
    const appended = new Uint8Array(message.length + 1200);
    appended.set(message);
    for (let extra = 1; extra < 1200; extra += extra < 140 ? 1 : 53) {
      const opening = openMessage(new FakeKeyring(), appended.subarray(0, message.length + extra), accepting);
      await expect(opening, `${extra} more`).rejects.toBeInstanceOf(MalformedMessageError);
    }
  });

  it('refuses every truncation of a signed message with frames of one byte', async () => {
    const { message } = await messageOf(patternBytes(20), 0x0578, 1);
    const whole = await openMessage(new FakeKeyring(), message, accepting);
    expect(await whole.read(0, 20)).toEqual(patternBytes(20));
    for (let length = 0; length < message.length; length++) {
      const opening = openMessage(new FakeKeyring(), message.subarray(0, length), accepting);
      await expect(opening, `cut to ${length}`).rejects.toSatisfy(EnvelopeError.is);
    }
  });

  it('refuses a footer whose length field was changed to fit a cut or grown signature', async () => {
    const { message } = await messageOf(patternBytes(1500), 0x0578);
    const footerAt = message.length - 105;
    for (const change of [-90, -3, -1, 1, 2, 50]) {
      const forged = new Uint8Array(message.length + change);
      forged.set(message.subarray(0, Math.min(message.length, forged.length)));
      new DataView(forged.buffer).setUint16(footerAt, 103 + change);
      await expect(openMessage(new FakeKeyring(), forged, accepting)).rejects.toSatisfy(EnvelopeError.is);
    }
  });

  it('refuses a changed byte in the header or the final frame at open', async () => {
    const { message, header } = await messageOf(patternBytes(2500));
    const finalAt = message.length - 540;
    for (const index of [...Array(header.headerLength).keys(), ...[...Array(540).keys()].map((at) => finalAt + at)]) {
      const changed = message.slice();
      changed[index] = (changed[index] ?? 0) ^ 0x10;
      await expect(openMessage(new FakeKeyring(), changed), `byte ${index}`).rejects.toSatisfy(EnvelopeError.is);
    }
  });

  it('refuses changed, swapped and foreign frames at read, and still reads the others', async () => {
    const plaintext = patternBytes(3500);
    const { message, header } = await messageOf(plaintext);
    const foreign = (await messageOf(plaintext)).message;
    const frameAt = (index: number): number => header.headerLength + index * 1032;
    const frame = (bytes: Uint8Array, index: number) => bytes.slice(frameAt(index), frameAt(index + 1));
    const changed = message.slice();
    changed[frameAt(1) + 500] = (changed[frameAt(1) + 500] ?? 0) ^ 1;
    const swapped = message.slice();
    swapped.set(frame(message, 0), frameAt(1));
    const replaced = message.slice();
    replaced.set(frame(foreign, 1), frameAt(1));
    for (const tampered of [changed, swapped, replaced]) {
      const reader = await openMessage(new FakeKeyring(), tampered);
      await expect(reader.read(1000, 1001)).rejects.toBeInstanceOf(DecryptionFailedError);
      await expect(reader.read(999, 2001)).rejects.toBeInstanceOf(DecryptionFailedError);
      await expect(drain(reader.stream())).rejects.toBeInstanceOf(DecryptionFailedError);
      expect(await reader.read(0, 1000)).toEqual(plaintext.subarray(0, 1000));
      expect(await reader.read(2000, 3500)).toEqual(plaintext.subarray(2000));
    }
  });

  it('refuses a source whose message is replaced after opening', async () => {
    const source = new CountingSource((await messageOf(patternBytes(3500))).message);
    const other = (await messageOf(patternBytes(3500))).message;
    const reader = await openMessage(new FakeKeyring(), source);
    source.answer = () => other.subarray(...(source.reads.at(-1) ?? [0, 0]));
    await expect(reader.read(0, 10)).rejects.toBeInstanceOf(DecryptionFailedError);
  });

  it('gives 10,000 random ranges as the full decryption does, with one read of at most two frames more each', async () => {
    const length = 123_456;
    for (const suite of [0x0478, 0x0578]) {
      const { message } = await messageOf(patternBytes(length), suite);
      const { plaintext } = await decrypt(new FakeKeyring(), message);
      const source = new CountingSource(message);
      const reader = await openMessage(new FakeKeyring(), source, accepting);
      for (let round = 0; round < 5000; round++) {
        const start = Math.floor(Math.random() * (length + 1));
        const longest = round % 2 === 0 ? 3000 : length;
        const end = start + Math.floor(Math.random() * (Math.min(longest, length - start) + 1));
        source.reads.length = 0;
        const part = await reader.read(start, end);
        if (!Buffer.from(part).equals(plaintext.subarray(start, end)))
          throw new Error(`range ${start} to ${end} differs`);
        const frames = Math.ceil((end - start) / frameLength) + 1;
        if (source.fetched > end - start + 2 * frameLength + frames * 32 + 8) throw new Error('fetched too much');
        if (source.reads.length > 1) throw new Error('read twice');
      }
    }
  });

  it('streams with one read for each batch of at most 1 MiB, when asked', async () => {
    const plaintext = patternBytes(5_000_000);
    const { message } = await messageOf(plaintext, 0x0478, 65_536);
    const source = new CountingSource(message);
    const reader = await openMessage(new FakeKeyring(), source);
    source.reads.length = 0;
    const stream = reader.stream({ start: 100_000, end: 4_900_000 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(source.reads).toHaveLength(0);
    expect((await drain(stream)).equals(plaintext.subarray(100_000, 4_900_000))).toBe(true);
    expect(source.reads.length).toBeLessThanOrEqual(6);
    for (const [start, end] of source.reads) expect(end - start).toBeLessThanOrEqual(1_048_576);
    expect(source.fetched).toBeLessThanOrEqual(4_800_000 + 2 * 65_536 + 80 * 32);
  });

  it('cancels the read under way with the stream', async () => {
    const { message } = await messageOf(patternBytes(300_000));
    let aborted = false;
    const source = {
      size: message.length,
      hangs: false,
      async read(start: number, end: number, { signal }: { signal: AbortSignal }): Promise<Uint8Array> {
        if (!this.hangs) return message.subarray(start, end);
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            reject(signal.reason);
          });
        });
      },
    };
    const reader = await openMessage(new FakeKeyring(), source);
    source.hangs = true;
    const streamReader = reader.stream().getReader();
    const reading = streamReader.read();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await streamReader.cancel(new Error('enough'));
    await reading.catch(() => {});
    expect(aborted).toBe(true);
  });

  it('fails reads when closed or aborted, even where the source hangs', async () => {
    const { message } = await messageOf(patternBytes(300_000));
    const open = async (signal?: AbortSignal) => {
      const source = new CountingSource(message);
      const reader = await openMessage(new FakeKeyring(), source, { signal });
      source.read = () => new Promise(() => {});
      return reader;
    };
    const closed = await open();
    const reading = closed.read(0, 10);
    await closed.close();
    await expect(reading).rejects.toThrow('closed');
    await expect(closed.read(0, 10)).rejects.toThrow('closed');
    const controller = new AbortController();
    const aborted = await open(controller.signal);
    const hanging = aborted.read(0, 10);
    controller.abort(new Error('enough'));
    await expect(hanging).rejects.toThrow('enough');
    const single = await open();
    await expect(single.read(0, 10, { signal: AbortSignal.timeout(5) })).rejects.toThrow();
  });

  it('refuses short, long and wrong answers of a source', async () => {
    const { message } = await messageOf(patternBytes(300_000));
    const wrong = [
      (bytes: Uint8Array) => bytes.subarray(1),
      (bytes: Uint8Array) => Buffer.concat([bytes, new Uint8Array(1)]),
      () => new Uint8Array(0),
    ];
    for (const answer of wrong) {
      const source = new CountingSource(message);
      source.answer = answer;
      await expect(openMessage(new FakeKeyring(), source)).rejects.toBeInstanceOf(MalformedMessageError);
      source.answer = (bytes) => bytes;
      const reader = await openMessage(new FakeKeyring(), source);
      source.answer = answer;
      await expect(reader.read(5, 10)).rejects.toBeInstanceOf(MalformedMessageError);
    }
    const text = { size: 10, read: async () => 'text' as unknown as Uint8Array };
    await expect(openMessage(new FakeKeyring(), text)).rejects.toBeInstanceOf(TypeError);
  });

  it('refuses a signed message unless its ranges may be unsigned, before any key is asked for', async () => {
    const { message } = await messageOf(patternBytes(10), 0x0578);
    const keyring = new FakeKeyring();
    await expect(openMessage(keyring, message)).rejects.toBeInstanceOf(PolicyViolationError);
    await expect(openMessage(keyring, message, { ...accepting, signed: 'forbid' })).rejects.toBeInstanceOf(
      PolicyViolationError,
    );
    expect(keyring.decryptCalls).toBe(0);
  });

  it('refuses a non-framed message clearly', async () => {
    const message = craftNonFramed(patternBytes(100));
    expect((await decrypt(new FakeKeyring(), message)).plaintext).toEqual(patternBytes(100));
    await expect(openMessage(new FakeKeyring(), message)).rejects.toBeInstanceOf(UnsupportedMessageError);
  });

  it('holds maxPlaintextLength, maxFrameLength and expected context', async () => {
    const { message } = await encrypt(new FakeKeyring(), patternBytes(1500), {
      algorithmSuite: 0x0478,
      frameLength,
      encryptionContext: { tenant: 'a' },
    });
    const open = (options: object) => openMessage(new FakeKeyring(), message, options);
    await expect(open({ maxPlaintextLength: 1499 })).rejects.toBeInstanceOf(LimitExceededError);
    await expect(open({ maxFrameLength: 999 })).rejects.toBeInstanceOf(LimitExceededError);
    await expect(open({ encryptionContext: { tenant: 'b' } })).rejects.toThrow('tenant');
    const reader = await open({ maxPlaintextLength: 1500, maxFrameLength: 1000, encryptionContext: { tenant: 'a' } });
    expect(reader.encryptionContext).toEqual({ tenant: 'a' });
  });

  it.each([
    [-1, 5],
    [5, 4],
    [0, 1501],
    [0.5, 5],
    [0, Number.NaN],
  ])('refuses the range %d to %d', async (start, end) => {
    const reader = await openMessage(new FakeKeyring(), (await messageOf(patternBytes(1500))).message);
    await expect(reader.read(start, end)).rejects.toBeInstanceOf(RangeError);
    expect(() => reader.stream({ start, end })).toThrow(RangeError);
  });
});
