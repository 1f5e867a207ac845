import { createHash, randomBytes } from 'node:crypto';
import { encrypt } from '@waxseal/core';
import { decryptStream, encryptStream } from '@waxseal/core/node';
import { openBare, prepareBare, sealBare } from '../harness/bare-loop.ts';
import { type Comparison, compare } from '../harness/compare.ts';
import { keyring } from '../harness/keys.ts';
import { createThrough } from '../harness/stream-through.ts';

const CHUNK_LENGTH = 262_144;
const FRAME_LENGTH = 65_536;
const shape = { unit: 'MB/s', scale: 1e6, rounds: 9, seconds: 0.3 };
const threads = { parallelism: 2 };

/** SHA-384 over the same bytes, in the pieces in which a signature takes them. */
function hash(bytes: Uint8Array): number {
  const state = createHash('sha384');
  for (let position = 0; position < bytes.length; position += CHUNK_LENGTH) {
    state.update(bytes.subarray(position, position + CHUNK_LENGTH));
  }
  state.digest();
  return bytes.length;
}

/**
 * Signed streams, 64 KiB frames, without the official SDK: one thread beside AES-GCM and SHA-384 one after the other; two
 * threads beside one, and beside SHA-384 alone.
 */
export async function compareSignedStreams(): Promise<Comparison[]> {
  const input = new Uint8Array(randomBytes(128 * 1_048_576));
  const through = createThrough(input.length, CHUNK_LENGTH);
  const { message } = await encrypt(keyring, input);
  const bareFrames = prepareBare(input, FRAME_LENGTH);
  const directions = {
    encrypt: {
      serial: () => through(input, encryptStream(keyring)),
      parallel: () => through(input, encryptStream(keyring, threads)),
      bare: () => sealBare(input, FRAME_LENGTH) && hash(input),
    },
    decrypt: {
      serial: () => through(message, decryptStream(keyring)),
      parallel: () => through(message, decryptStream(keyring, threads)),
      bare: () => openBare(bareFrames, FRAME_LENGTH) && hash(input),
    },
  };
  const results: Comparison[] = [];
  for (const [name, work] of Object.entries(directions)) {
    results.push(
      await compare({ title: `signed stream, 64 KiB frames: ${name}`, ...shape }, [
        { name: 'waxseal, serial', run: work.serial },
        { name: 'bare AES-GCM loop, then SHA-384', run: work.bare },
      ]),
      await compare({ title: `signed stream, parallelism 2: ${name}`, ...shape }, [
        { name: 'waxseal, parallelism 2', run: work.parallel },
        { name: 'waxseal, serial', run: work.serial },
        { name: 'SHA-384 alone', run: () => hash(input) },
      ]),
    );
  }
  return results;
}

/** All our defaults against all defaults of the official SDK: both sign; our frames are of 64 KiB, theirs of 4 KiB. */
export async function compareSignedDefaults(): Promise<Comparison[]> {
  const { official, officialKeyring } = await import('../harness/official.ts');
  const input = new Uint8Array(randomBytes(64 * 1_048_576));
  const through = createThrough(input.length, CHUNK_LENGTH);
  const ours = (await encrypt(keyring, input)).message;
  const theirs = (await official.encrypt(officialKeyring, Buffer.from(input))).result;
  const title = 'signed stream, all defaults against all defaults';
  return [
    await compare({ title: `${title}: encrypt`, ...shape }, [
      { name: 'waxseal', run: () => through(input, encryptStream(keyring)) },
      { name: 'official SDK', run: () => through(input, official.encryptStream(officialKeyring)) },
    ]),
    await compare({ title: `${title}: decrypt`, ...shape }, [
      { name: 'waxseal', run: () => through(ours, decryptStream(keyring)) },
      { name: 'official SDK', run: () => through(theirs, official.decryptStream(officialKeyring)) },
    ]),
  ];
}
