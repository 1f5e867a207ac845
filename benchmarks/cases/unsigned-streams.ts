import { randomBytes } from 'node:crypto';
import { encrypt } from '@waxseal/core';
import { decryptStream, encryptStream } from '@waxseal/core/node';
import { openBare, prepareBare, sealBare } from '../harness/bare-loop.ts';
import { type Comparison, type Contestant, compare } from '../harness/compare.ts';
import { keyring } from '../harness/keys.ts';
import { streamThrough } from '../harness/stream-through.ts';

const shape = { unit: 'MB/s', scale: 1e6, rounds: 15, settles: true };
const algorithmSuite = 0x0478;

/** One shape of unsigned streams. */
export type UnsignedShape = {
  readonly frameLength: number;
  readonly chunkLength: number;
  /** Input in MiB: more than the processor's caches hold. */
  readonly megabytes: number;
};

/** Unsigned streams in both directions beside the bare loop over the same input. */
export async function compareWithBareLoop({
  frameLength,
  chunkLength,
  megabytes,
}: UnsignedShape): Promise<Comparison[]> {
  const input = new Uint8Array(randomBytes(megabytes * 1_048_576));
  const { message } = await encrypt(keyring, input, { algorithmSuite, frameLength });
  const bareFrames = prepareBare(input, frameLength);
  const ours = ourStreams(input, message, { frameLength, chunkLength, megabytes });
  const label = labelOf({ frameLength, chunkLength, megabytes });
  return [
    await compare({ title: `${label}: encrypt`, ...shape }, [
      ours.encrypt,
      { name: 'bare node:crypto loop', run: () => sealBare(input, frameLength) },
    ]),
    await compare({ title: `${label}: decrypt`, ...shape }, [
      ours.decrypt,
      { name: 'bare node:crypto loop', run: () => openBare(bareFrames, frameLength) },
    ]),
  ];
}

/** Unsigned streams in both directions beside the official SDK over the same input, in the same frames. */
export async function compareWithOfficialStreams(given: UnsignedShape): Promise<Comparison[]> {
  const { official, officialKeyring, officialSuites } = await import('../harness/official.ts');
  const { frameLength, chunkLength, megabytes } = given;
  const input = new Uint8Array(randomBytes(megabytes * 1_048_576));
  const { message } = await encrypt(keyring, input, { algorithmSuite, frameLength });
  const ours = ourStreams(input, message, given);
  const through = async (bytes: Uint8Array, stream: Parameters<typeof streamThrough>[2]): Promise<number> => {
    await streamThrough(bytes, chunkLength, stream);
    return input.length;
  };
  const options = { suiteId: officialSuites.unsigned, frameLength };
  const name = 'official SDK, same frames';
  return [
    await compare({ title: `${labelOf(given)}: encrypt`, ...shape }, [
      ours.encrypt,
      { name, run: () => through(input, official.encryptStream(officialKeyring, options)) },
    ]),
    await compare({ title: `${labelOf(given)}: decrypt`, ...shape }, [
      ours.decrypt,
      { name, run: () => through(message, official.decryptStream(officialKeyring)) },
    ]),
  ];
}

function labelOf({ frameLength, chunkLength }: UnsignedShape): string {
  return `unsigned stream, ${frameLength / 1024} KiB frames, ${chunkLength / 1024} KiB chunks`;
}

function ourStreams(
  input: Uint8Array,
  message: Uint8Array,
  { frameLength, chunkLength }: UnsignedShape,
): { readonly encrypt: Contestant; readonly decrypt: Contestant } {
  const through = async (bytes: Uint8Array, stream: Parameters<typeof streamThrough>[2]): Promise<number> => {
    await streamThrough(bytes, chunkLength, stream);
    return input.length;
  };
  return {
    encrypt: {
      name: 'waxseal',
      run: () => through(input, encryptStream(keyring, { algorithmSuite, frameLength })),
    },
    decrypt: { name: 'waxseal', run: () => through(message, decryptStream(keyring)) },
  };
}

/** Default frames against default frames: ours of 64 KiB, theirs of 4 KiB; unsigned. */
export async function compareDefaultFrames(): Promise<Comparison[]> {
  const { official, officialKeyring, officialSuites } = await import('../harness/official.ts');
  const input = new Uint8Array(randomBytes(32 * 1_048_576));
  const ours = (await encrypt(keyring, input, { algorithmSuite })).message;
  const theirs = (await encrypt(keyring, input, { algorithmSuite, frameLength: 4096 })).message;
  const run = async (bytes: Uint8Array, stream: Parameters<typeof streamThrough>[2]): Promise<number> => {
    await streamThrough(bytes, 262_144, stream);
    return input.length;
  };
  const label = 'unsigned stream, default frames against default frames';
  return [
    await compare({ title: `${label}: encrypt`, ...shape }, [
      { name: 'waxseal, 64 KiB', run: () => run(input, encryptStream(keyring, { algorithmSuite })) },
      {
        name: 'official SDK, 4 KiB',
        run: () => run(input, official.encryptStream(officialKeyring, { suiteId: officialSuites.unsigned })),
      },
    ]),
    await compare({ title: `${label}: decrypt`, ...shape }, [
      { name: 'waxseal, 64 KiB', run: () => run(ours, decryptStream(keyring)) },
      { name: 'official SDK, 4 KiB', run: () => run(theirs, official.decryptStream(officialKeyring)) },
    ]),
  ];
}
