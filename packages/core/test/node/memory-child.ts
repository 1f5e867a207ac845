// Run as a process of its own by memory.test.ts: pipes that many MiB through both streams into a slow sink, and prints how
// far its memory rose.

import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { decryptStream, encryptStream } from '../../src/node/index.ts';
import { FakeKeyring } from '../materials/fake-keyring.ts';

const CHUNK_LENGTH = 262_144;
const keyring = new FakeKeyring();

async function run(megabytes: number): Promise<void> {
  let left = (megabytes * 1_048_576) / CHUNK_LENGTH;
  const source = new Readable({
    highWaterMark: CHUNK_LENGTH,
    read() {
      left -= 1;
      this.push(left >= 0 ? new Uint8Array(CHUNK_LENGTH) : null);
    },
  });
  let count = 0;
  const sink = new Writable({
    write(_chunk, _encoding, callback) {
      count += 1;
      if (count % 64 === 0) setTimeout(callback, 1);
      else callback();
    },
  });
  await pipeline(source, encryptStream(keyring, { algorithmSuite: 0x0478 }), decryptStream(keyring), sink);
}

await run(8);
const idle = process.memoryUsage.rss();
let peak = 0;
const timer = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 2);
await run(Number(process.argv[2]));
clearInterval(timer);
console.log(Math.round((peak - idle) / 1_048_576));
