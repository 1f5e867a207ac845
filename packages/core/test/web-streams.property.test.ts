import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { decrypt, decryptWebStream, encrypt, encryptWebStream } from '../src/index.ts';
import { FakeKeyring } from './materials/fake-keyring.ts';
import { patternBytes } from './stream/pattern-bytes.ts';

/** Cuts bytes at the given places, wherever those are. */
function* cut(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  let position = 0;
  for (let index = 0; position < bytes.length; index++) {
    const length = lengths[index % lengths.length] ?? 1;
    yield bytes.slice(position, position + length);
    position += length;
  }
}

async function run(
  bytes: Uint8Array,
  lengths: readonly number[],
  stream: TransformStream<Uint8Array, Uint8Array>,
): Promise<Buffer> {
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of cut(bytes, lengths)) controller.enqueue(chunk);
      controller.close();
    },
  });
  const output: Uint8Array[] = [];
  for await (const piece of source.pipeThrough(stream) as unknown as AsyncIterable<Uint8Array>) output.push(piece);
  return Buffer.concat(output);
}

describe('web streams', () => {
  test.prop(
    [
      fc.integer({ min: 0, max: 6000 }),
      fc.integer({ min: 1, max: 700 }),
      fc.constantFrom(0x0478, 0x0578),
      fc.array(fc.integer({ min: 1, max: 2500 }), { minLength: 1, maxLength: 8 }),
    ],
    { numRuns: 60 },
  )('give the same at every chunking', async (length, frameLength, algorithmSuite, lengths) => {
    const plaintext = patternBytes(length);
    const options = { algorithmSuite, frameLength };
    const sealed = await run(plaintext, lengths, encryptWebStream(new FakeKeyring(), options));
    expect((await decrypt(new FakeKeyring(), sealed)).plaintext).toEqual(plaintext);
    const { message } = await encrypt(new FakeKeyring(), plaintext, options);
    const opened = await run(message, lengths, decryptWebStream(new FakeKeyring()));
    expect(opened.equals(plaintext)).toBe(true);
  });
});
