import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMessage } from '@waxseal/core';
import { encryptFile, openFile } from '@waxseal/core/node';
import { type Comparison, compare } from '../harness/compare.ts';
import { keyring } from '../harness/keys.ts';

const READ_LENGTH = 4096;

/**
 * Random reads of 4 KiB: how many a second at 1 and 8 in flight, and how many bytes are fetched for each byte asked.
 *
 * @param megabytes - Plaintext in MiB.
 */
export async function compareRandomReads(megabytes: number): Promise<Comparison[]> {
  const folder = await mkdtemp(join(tmpdir(), 'waxseal-reads-'));
  try {
    await writeFile(join(folder, 'plain'), randomBytes(megabytes * 1_048_576));
    const contestants = [];
    for (const frameLength of [65_536, 4096]) {
      const path = join(folder, `frames of ${frameLength}`);
      await encryptFile(keyring, join(folder, 'plain'), path, { algorithmSuite: 0x0478, frameLength });
      for (const inFlight of [1, 8]) {
        const name = `${frameLength / 1024} KiB frames, ${inFlight} in flight`;
        contestants.push({ name, run: () => readRandomly(path, inFlight, 2000) });
      }
      await printFetched(path, frameLength);
    }
    return [await compare({ title: `random 4 KiB reads, ${megabytes} MiB`, unit: 'reads/s', scale: 1 }, contestants)];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function readRandomly(path: string, inFlight: number, count: number): Promise<number> {
  const reader = await openFile(keyring, path);
  const worker = async (): Promise<void> => {
    for (let done = 0; done < count / inFlight; done++) {
      const start = Math.floor(Math.random() * (reader.plaintextLength - READ_LENGTH));
      await reader.read(start, start + READ_LENGTH);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  await reader.close();
  return count;
}

async function printFetched(path: string, frameLength: number): Promise<void> {
  const file = await openFile(keyring, path);
  const layout = { headerLength: file.header.headerLength, plaintextLength: file.plaintextLength };
  await file.close();
  const { promises } = await import('node:fs');
  const handle = await promises.open(path);
  const { size } = await handle.stat();
  let fetched = 0;
  const source = {
    size,
    async read(start: number, end: number): Promise<Uint8Array> {
      fetched += end - start;
      const bytes = new Uint8Array(end - start);
      await handle.read(bytes, 0, bytes.length, start);
      return bytes;
    },
  };
  const reader = await openMessage(keyring, source);
  fetched = 0;
  const count = 2000;
  for (let done = 0; done < count; done++) {
    const start = Math.floor(Math.random() * (layout.plaintextLength - READ_LENGTH));
    await reader.read(start, start + READ_LENGTH);
  }
  await reader.close();
  await handle.close();
  const ratio = fetched / (count * READ_LENGTH);
  console.log(`\n${frameLength / 1024} KiB frames: ${ratio.toFixed(2)} bytes fetched for each byte asked`);
}
