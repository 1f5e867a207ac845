import { randomBytes } from 'node:crypto';
import { encrypt } from '@waxseal/core';
import { decryptStream, encryptStream } from '@waxseal/core/node';
import { openBare, prepareBare, sealBare } from '../harness/bare-loop.ts';
import { type Comparison, compare } from '../harness/compare.ts';
import { keyring } from '../harness/keys.ts';
import { createThrough } from '../harness/stream-through.ts';

const shape = { unit: 'MB/s', scale: 1e6, rounds: 15, seconds: 0.3 };
const algorithmSuite = 0x0478;
/** Input in MiB: more than the processor's caches hold. */
const MEGABYTES = 64;

/** One shape of unsigned streams. */
export type UnsignedShape = { readonly frameLength: number; readonly chunkLength: number };

/** Unsigned streams in both directions beside the bare loop and the official SDK over the same input, in the same frames. */
export async function compareUnsignedStreams({ frameLength, chunkLength }: UnsignedShape): Promise<Comparison[]> {
  const { official, officialKeyring, officialSuites } = await import('../harness/official.ts');
  const suiteId = officialSuites.unsigned;
  const input = new Uint8Array(randomBytes(MEGABYTES * 1_048_576));
  const { message } = await encrypt(keyring, input, { algorithmSuite, frameLength });
  const bareFrames = prepareBare(input, frameLength);
  const through = createThrough(input.length, chunkLength);
  const label = `unsigned stream, ${frameLength / 1024} KiB frames, ${chunkLength / 1024} KiB chunks`;
  const bare = 'bare node:crypto loop';
  const theirs = 'official SDK, same frames';
  return [
    await compare({ title: `${label}: encrypt`, ...shape }, [
      { name: 'waxseal', run: () => through(input, encryptStream(keyring, { algorithmSuite, frameLength })) },
      { name: bare, run: () => sealBare(input, frameLength) },
      { name: theirs, run: () => through(input, official.encryptStream(officialKeyring, { suiteId, frameLength })) },
    ]),
    await compare({ title: `${label}: decrypt`, ...shape }, [
      { name: 'waxseal', run: () => through(message, decryptStream(keyring)) },
      { name: bare, run: () => openBare(bareFrames, frameLength) },
      { name: theirs, run: () => through(message, official.decryptStream(officialKeyring)) },
    ]),
  ];
}

/** Default frames against default frames: ours of 64 KiB, theirs of 4 KiB; unsigned. */
export async function compareDefaultFrames(): Promise<Comparison[]> {
  const { official, officialKeyring, officialSuites } = await import('../harness/official.ts');
  const suiteId = officialSuites.unsigned;
  const input = new Uint8Array(randomBytes(MEGABYTES * 1_048_576));
  const ours = (await encrypt(keyring, input, { algorithmSuite })).message;
  const theirs = (await encrypt(keyring, input, { algorithmSuite, frameLength: 4096 })).message;
  const through = createThrough(input.length, 262_144);
  const label = 'unsigned stream, default frames against default frames';
  return [
    await compare({ title: `${label}: encrypt`, ...shape }, [
      { name: 'waxseal, 64 KiB', run: () => through(input, encryptStream(keyring, { algorithmSuite })) },
      { name: 'official SDK, 4 KiB', run: () => through(input, official.encryptStream(officialKeyring, { suiteId })) },
    ]),
    await compare({ title: `${label}: decrypt`, ...shape }, [
      { name: 'waxseal, 64 KiB', run: () => through(ours, decryptStream(keyring)) },
      { name: 'official SDK, 4 KiB', run: () => through(theirs, official.decryptStream(officialKeyring)) },
    ]),
  ];
}
