import { randomBytes } from 'node:crypto';
import { encrypt } from '@waxseal/core';
import { decryptStream, encryptStream } from '@waxseal/core/node';
import { openBare, prepareBare, sealBare } from '../harness/bare-loop.ts';
import { type Comparison, compare } from '../harness/compare.ts';
import { keyring } from '../harness/keys.ts';
import { official, officialKeyring, officialSuites } from '../harness/official.ts';
import { streamThrough } from '../harness/stream-through.ts';

const MEBIBYTE = 1_048_576;
const input = new Uint8Array(randomBytes(64 * MEBIBYTE));
/** The official SDK is slow: a part of the input is enough. */
const less = input.subarray(0, 16 * MEBIBYTE);
const shape = { unit: 'MB/s', scale: 1e6 };
const algorithmSuite = 0x0478;

/** Unsigned streams of one frame length, both directions, beside the bare loop and the official SDK. */
export async function compareUnsignedStreams(frameLength: number, chunkLength: number): Promise<Comparison[]> {
  const label = `unsigned stream, ${frameLength / 1024} KiB frames, ${chunkLength / 1024} KiB chunks`;
  const { message } = await encrypt(keyring, input, { algorithmSuite, frameLength });
  const short = (await encrypt(keyring, less, { algorithmSuite, frameLength })).message;
  const bareFrames = prepareBare(input, frameLength);
  const encrypting = await compare({ title: `${label}: encrypt`, ...shape }, [
    {
      name: 'waxseal',
      run: () =>
        streamThrough(input, chunkLength, encryptStream(keyring, { algorithmSuite, frameLength })).then(
          () => input.length,
        ),
    },
    { name: 'bare node:crypto loop', run: () => sealBare(input, frameLength) },
    {
      name: 'official SDK, same frames',
      run: async () => {
        const stream = official.encryptStream(officialKeyring, { suiteId: officialSuites.unsigned, frameLength });
        await streamThrough(less, chunkLength, stream);
        return less.length;
      },
    },
  ]);
  const decrypting = await compare({ title: `${label}: decrypt`, ...shape }, [
    { name: 'waxseal', run: () => streamThrough(message, chunkLength, decryptStream(keyring)) },
    { name: 'bare node:crypto loop', run: () => openBare(bareFrames, frameLength) },
    {
      name: 'official SDK, same frames',
      run: () => streamThrough(short, chunkLength, official.decryptStream(officialKeyring)),
    },
  ]);
  return [encrypting, decrypting];
}
