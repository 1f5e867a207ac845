import { randomFillSync } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { decryptFile, decryptStream, encryptFile, encryptStream } from '@waxseal/core/node';
import { type Comparison, compare } from '../harness/compare.ts';
import { keyring } from '../harness/keys.ts';

const MEBIBYTE = 1_048_576;
const algorithmSuite = 0x0478;
const shape = { unit: 'MB/s', scale: 1e6 };
const overwrite = true;

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
  const encrypting = (parallelism: number) => async (): Promise<number> => {
    const { bytesRead } = await encryptFile(keyring, at('plain'), at('out'), {
      algorithmSuite,
      overwrite,
      parallelism,
    });
    return bytesRead;
  };
  const decrypting = (parallelism: number) => async (): Promise<number> => {
    const { bytesWritten } = await decryptFile(keyring, at('sealed'), at('out'), { overwrite, parallelism });
    return bytesWritten;
  };
  const copy = { name: 'plain copy, synced', run: () => copyPlainly(at('plain'), at('out')) };
  const piped = (from: string, create: () => NodeJS.ReadWriteStream) => async (): Promise<number> => {
    const target = createWriteStream(at('out'), { flush: true });
    await pipeline(createReadStream(at(from)), create(), target);
    return length;
  };
  const size = `${length / MEBIBYTE} MiB file`;
  return [
    await compare({ title: `${size}: encrypt`, ...shape }, [
      { name: 'encryptFile', run: encrypting(1) },
      { name: 'pipeline of streams', run: piped('plain', () => encryptStream(keyring, { algorithmSuite })) },
      copy,
    ]),
    await compare({ title: `${size}: decrypt`, ...shape }, [
      { name: 'decryptFile', run: decrypting(1) },
      { name: 'pipeline of streams', run: piped('sealed', () => decryptStream(keyring)) },
      copy,
    ]),
    await compare({ title: `${size}: encrypt, parallelism 2`, ...shape }, [
      { name: 'parallelism 2', run: encrypting(2) },
      { name: 'parallelism 1', run: encrypting(1) },
    ]),
    await compare({ title: `${size}: decrypt, parallelism 2`, ...shape }, [
      { name: 'parallelism 2', run: decrypting(2) },
      { name: 'parallelism 1', run: decrypting(1) },
    ]),
  ];
}

async function fill(path: string, megabytes: number): Promise<void> {
  const file = await open(path, 'w');
  const block = new Uint8Array(MEBIBYTE);
  for (let index = 0; index < megabytes; index++) await file.write(randomFillSync(block));
  await file.close();
}

/** Reads and writes 1 MiB at a time with one read ahead, then syncs: what a copy through Node costs. */
async function copyPlainly(from: string, to: string): Promise<number> {
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
  return copied;
}
