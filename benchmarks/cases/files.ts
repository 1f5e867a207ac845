import { randomFillSync } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { decryptFile, decryptStream, encryptFile, encryptStream } from '@waxseal/core/node';
import { type Comparison, type Contestant, compare } from '../harness/compare.ts';
import { keyring } from '../harness/keys.ts';

const MEBIBYTE = 1_048_576;
const algorithmSuite = 0x0478;
const shape = { unit: 'MB/s', scale: 1e6, rounds: 9 };

/**
 * Files, unsigned: beside a pipeline of our own streams over file streams, two threads beside one, and a plain copy that
 * reads, writes and syncs in the same way. `WAXSEAL_BENCH_FOLDER` tells where.
 *
 * @param megabytes - Length of the file in MiB.
 */
export async function compareFiles(megabytes: number): Promise<Comparison[]> {
  const folder = await mkdtemp(join(process.env['WAXSEAL_BENCH_FOLDER'] ?? tmpdir(), 'waxseal-files-'));
  const at = (name: string): string => join(folder, name);
  try {
    await fill(at('plain'), megabytes);
    await encryptFile(keyring, at('plain'), at('sealed'), { algorithmSuite });
    return await compareBoth(at, megabytes * MEBIBYTE);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function compareBoth(at: (name: string) => string, length: number): Promise<Comparison[]> {
  const target = at('out');
  // Every contestant makes a new file, in memory used a moment ago: what a virtual machine has freed comes back slowly from its host,
  // which would make one round four times as long as another.
  const prepare = async (): Promise<void> => {
    await rm(target, { force: true });
    await fill(at('warm'), length / MEBIBYTE);
    await rm(at('warm'));
  };
  const contestant = (name: string, run: () => Promise<unknown>): Contestant => ({
    name,
    prepare,
    run: async () => {
      await run();
      return length;
    },
  });
  const encrypting = (parallelism: number): Contestant =>
    contestant(`encryptFile, parallelism ${parallelism}`, () =>
      encryptFile(keyring, at('plain'), target, { algorithmSuite, parallelism }),
    );
  const decrypting = (parallelism: number): Contestant =>
    contestant(`decryptFile, parallelism ${parallelism}`, () =>
      decryptFile(keyring, at('sealed'), target, { parallelism }),
    );
  const piped = (from: string, create: () => NodeJS.ReadWriteStream): Contestant =>
    contestant('pipeline of streams', () =>
      pipeline(createReadStream(at(from)), create(), createWriteStream(target, { flush: true })),
    );
  const copy = contestant('plain copy, synced', () => copyPlainly(at('plain'), target));
  const size = `${length / MEBIBYTE} MiB file`;
  return [
    await compare({ title: `${size}: encrypt`, ...shape }, [
      encrypting(1),
      piped('plain', () => encryptStream(keyring, { algorithmSuite })),
      copy,
    ]),
    await compare({ title: `${size}: decrypt`, ...shape }, [
      decrypting(1),
      piped('sealed', () => decryptStream(keyring)),
      copy,
    ]),
    await compare({ title: `${size}, parallelism 2: encrypt`, ...shape, rounds: 15 }, [encrypting(2), encrypting(1)]),
    await compare({ title: `${size}, parallelism 2: decrypt`, ...shape, rounds: 15 }, [decrypting(2), decrypting(1)]),
  ];
}

/** Makes a file of one random block again and again; it need not reach the disk. */
async function fill(path: string, megabytes: number): Promise<void> {
  const file = await open(path, 'w');
  const block = randomFillSync(new Uint8Array(MEBIBYTE));
  for (let index = 0; index < megabytes; index++) await file.write(block);
  await file.close();
}

/** Reads and writes 1 MiB at a time with one read ahead, then syncs: what a copy through Node costs. */
async function copyPlainly(from: string, to: string): Promise<void> {
  const source = await open(from, 'r');
  const target = await open(to, 'w');
  const buffers = [new Uint8Array(MEBIBYTE), new Uint8Array(MEBIBYTE)] as const;
  let copied = 0;
  let reading = source.read(buffers[0], 0, MEBIBYTE, 0);
  for (let slot = 0; ; slot = 1 - slot) {
    const { bytesRead, buffer } = await reading;
    if (bytesRead === 0) break;
    reading = source.read(buffers[1 - slot] ?? buffers[0], 0, MEBIBYTE, copied + bytesRead);
    await target.write(buffer, 0, bytesRead, copied);
    copied += bytesRead;
  }
  await target.sync();
  await Promise.all([source.close(), target.close()]);
}
