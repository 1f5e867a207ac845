import { randomBytes } from 'node:crypto';
import { encrypt } from '@waxseal/core';
import { decryptStream, encryptStream } from '@waxseal/core/node';
import { openBare, prepareBare, sealBare } from '../harness/bare-loop.ts';
import { type Comparison, compare } from '../harness/compare.ts';
import { keyring } from '../harness/keys.ts';
import { official, officialKeyring, officialSuites } from '../harness/official.ts';
import { streamThrough } from '../harness/stream-through.ts';

const shape = { unit: 'MB/s', scale: 1e6, rounds: 15 };
const algorithmSuite = 0x0478;

/**
 * Unsigned streams of one frame length, both directions, beside the bare loop and the official SDK over the same input.
 *
 * @param megabytes - Input in MiB: more than the processor's caches hold.
 */
export async function compareUnsignedStreams(
  frameLength: number,
  chunkLength: number,
  megabytes: number,
): Promise<Comparison[]> {
  const input = new Uint8Array(randomBytes(megabytes * 1_048_576));
  const label = `unsigned stream, ${frameLength / 1024} KiB frames, ${chunkLength / 1024} KiB chunks`;
  const { message } = await encrypt(keyring, input, { algorithmSuite, frameLength });
  const bareFrames = prepareBare(input, frameLength);
  const through = async (...parameters: Parameters<typeof streamThrough>): Promise<number> => {
    await streamThrough(...parameters);
    return input.length;
  };
  const encrypting = await compare({ title: `${label}: encrypt`, ...shape }, [
    {
      name: 'waxseal',
      run: () => through(input, chunkLength, encryptStream(keyring, { algorithmSuite, frameLength })),
    },
    { name: 'bare node:crypto loop', run: () => sealBare(input, frameLength) },
    {
      name: 'official SDK, same frames',
      run: () => {
        const options = { suiteId: officialSuites.unsigned, frameLength };
        return through(input, chunkLength, official.encryptStream(officialKeyring, options));
      },
    },
  ]);
  const decrypting = await compare({ title: `${label}: decrypt`, ...shape }, [
    { name: 'waxseal', run: () => through(message, chunkLength, decryptStream(keyring)) },
    { name: 'bare node:crypto loop', run: () => openBare(bareFrames, frameLength) },
    {
      name: 'official SDK, same frames',
      run: () => through(message, chunkLength, official.decryptStream(officialKeyring)),
    },
  ]);
  return [encrypting, decrypting];
}

/** Default frames against default frames: ours of 64 KiB, theirs of 4 KiB; unsigned. */
export async function compareDefaultFrames(): Promise<Comparison[]> {
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
