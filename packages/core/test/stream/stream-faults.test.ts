// Every way a stream can end badly, in every place: the caller's promise rejects with that error, every other promise
// settles, the keys are given back once. (vitest fails the run on any uncaught error or unhandled rejection.)

import { describe, expect, it } from 'vitest';
import { encrypt } from '../../src/index.ts';
import { CountingManager } from '../materials/counting-manager.ts';
import { patternBytes } from './pattern-bytes.ts';
import { chunksOf, outcome, type StreamUnderTest, streamKinds } from './stream-kinds.ts';

const frameLength = 1000;
const plaintext = patternBytes(3500);
const positions = ['header', 'first frame', 'middle', 'final frame', 'footer'] as const;
const faults = ['source error', 'sink error', 'abort', 'destroy'] as const;
const suites = [0x0478, 0x0578] as const;

async function messageOf(algorithmSuite: number): Promise<{ message: Uint8Array; bodyAt: number }> {
  const { message, header } = await encrypt(new CountingManager(), plaintext, { algorithmSuite, frameLength });
  return { message, bodyAt: header.headerLength };
}

/** Where each position lies, in plaintext and in the message. */
function placeInPlaintext(position: (typeof positions)[number]): number {
  return { header: 0, 'first frame': 500, middle: 1700, 'final frame': 3400, footer: 3500 }[position];
}

function placeInMessage(position: (typeof positions)[number], length: number, bodyAt: number): number {
  const places = {
    header: Math.floor(bodyAt / 2),
    'first frame': bodyAt + 500,
    middle: bodyAt + 1700,
    'final frame': bodyAt + 3 * 1032 + 100,
    footer: length - 5,
  };
  return places[position];
}

/** Gives bytes up to a place, then does what is to be done there, and goes on slowly in case nobody noticed. */
async function* sourceUpTo(bytes: Uint8Array, place: number, atPlace: () => void): AsyncGenerator<Uint8Array> {
  yield* chunksOf(bytes.subarray(0, place), 97);
  atPlace();
  for (let count = 0; count < 200; count++) await new Promise((resolve) => setImmediate(resolve));
  yield* chunksOf(bytes.subarray(place), 97);
}

async function runFault(
  stream: StreamUnderTest,
  fault: (typeof faults)[number],
  input: { readonly bytes: Uint8Array; readonly place: number },
  outputPlace: number,
  controller: AbortController,
): Promise<unknown> {
  const failure = new Error(fault);
  const atPlace = (): void => {
    if (fault === 'source error') throw failure;
    if (fault === 'abort') controller.abort(failure);
    if (fault === 'destroy') stream.destroy(failure);
  };
  let seen = 0;
  const error = await stream
    .run(sourceUpTo(input.bytes, fault === 'sink error' ? input.bytes.length : input.place, atPlace), (chunk) => {
      seen += chunk.length;
      if (fault === 'sink error' && seen > outputPlace) throw failure;
    })
    .then(
      () => 'no error',
      (reason: unknown) => reason,
    );
  expect(error).toBe(failure);
  return error;
}

const cases = streamKinds.flatMap((kind) =>
  suites.flatMap((suite) =>
    faults.flatMap((fault) => positions.map((position) => ({ kind, suite, fault, position, name: kind.name }))),
  ),
);

describe.each(cases)('$name stream, suite $suite, $fault at $position', ({ kind, suite, fault, position }) => {
  it('settles the encrypting side', async () => {
    const manager = new CountingManager();
    const controller = new AbortController();
    const options = { algorithmSuite: suite, frameLength, signal: controller.signal };
    const stream = kind.encrypt(manager, options);
    const { message, bodyAt } = await messageOf(suite);
    const outputPlace = position === 'header' ? 0 : placeInMessage(position, message.length - 20, bodyAt);
    await runFault(stream, fault, { bytes: plaintext, place: placeInPlaintext(position) }, outputPlace, controller);
    expect(await outcome(stream.header)).not.toBe('pending');
    expect(manager.badLeases).toBe(0);
  });

  it('settles the decrypting side', async () => {
    const manager = new CountingManager();
    const controller = new AbortController();
    const { message, bodyAt } = await messageOf(suite);
    const stream = kind.decrypt(manager, { signal: controller.signal });
    const place = placeInMessage(position, message.length, bodyAt);
    const outputPlace = Math.min(placeInPlaintext(position), plaintext.length - 1);
    await runFault(stream, fault, { bytes: message, place }, outputPlace, controller);
    expect(await outcome(stream.header)).not.toBe('pending');
    expect(await outcome(stream.encryptionContext ?? Promise.reject(new Error('missing')))).not.toBe('pending');
    expect(manager.badLeases).toBe(0);
  });
});
