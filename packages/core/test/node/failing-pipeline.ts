// Run as a process of its own by message-transform.test.ts: fails in the way that is named, and must end by itself.

import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { encryptStream } from '../../src/node/index.ts';
import { FakeKeyring } from '../materials/fake-keyring.ts';

const fault = process.argv[2] ?? '';
const controller = new AbortController();
const stream = encryptStream(new FakeKeyring(), { signal: controller.signal });
const failure = new Error(fault);

function* source(): Generator<Uint8Array> {
  for (let count = 0; count < 100; count++) {
    if (count === 50 && fault === 'source') throw failure;
    if (count === 50 && fault === 'abort') controller.abort(failure);
    if (count === 50 && fault === 'destroy') stream.destroy(failure);
    yield new Uint8Array(65_536);
  }
}

const sink = new Writable({
  write: (_chunk, _encoding, callback) => callback(fault === 'sink' ? failure : null),
});

if (fault === 'unused') {
  controller.abort(failure);
  await stream.header.catch((error: Error) => console.log(`caught ${error.message}`));
} else {
  await pipeline(Readable.from(source()), stream, sink).catch((error: Error) => console.log(`caught ${error.message}`));
}
