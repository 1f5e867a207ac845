// Run by memory.ts: pipes that many MiB through, and prints the peak of its memory over its memory before.

import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { decryptStream, encryptStream } from '@waxseal/core/node';
import { keyring } from '../harness/keys.ts';

const CHUNK_LENGTH = 262_144;
const megabytes = Number(process.argv[2]);

async function run(length: number): Promise<void> {
  let given = 0;
  // Used in turns, so that the source makes no garbage: the memory is that of the streams.
  const chunks = Array.from({ length: 16 }, (_, index) => new Uint8Array(CHUNK_LENGTH).fill(index));
  const source = new Readable({
    highWaterMark: CHUNK_LENGTH,
    read() {
      given += CHUNK_LENGTH;
      this.push(given <= length ? chunks[(given / CHUNK_LENGTH) % chunks.length] : null);
    },
  });
  let count = 0;
  const sink = new Writable({
    write(_chunk, _encoding, callback) {
      count += 1;
      // A pause for each MiB makes it slower than the streams, so that everything before it is full.
      if (count % 16 === 0) setTimeout(callback, 1);
      else callback();
    },
  });
  const options = { algorithmSuite: 0x0478 };
  await pipeline(source, encryptStream(keyring, options), decryptStream(keyring), sink);
}

await run(1_048_576);
globalThis.gc?.();
const idle = process.memoryUsage.rss();
let peak = 0;
const timer = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 5);
await run(megabytes * 1_048_576);
clearInterval(timer);
console.log(JSON.stringify({ megabytes, peakOverIdleMiB: (peak - idle) / 1_048_576 }));
