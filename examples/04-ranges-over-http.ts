// Reads parts of an encrypted resource over HTTP: only the frames needed are fetched, each is verified.

import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MemoryKms } from '@waxseal/memory-kms';
import { encrypt, KmsKeyring, openMessage, type RangedSource } from 'waxseal';

/** An HTTP resource as a source, pinned to the version met first, so that a change in between is told as such. */
async function httpSource(url: string): Promise<RangedSource> {
  const head = await fetch(url, { method: 'HEAD' });
  const etag = head.headers.get('etag');
  if (!head.ok || etag === null) throw new Error(`${url} can't be read in ranges: ${head.status}`);
  return {
    size: Number(head.headers.get('content-length')),
    async read(start, end, { signal }) {
      const headers = { Range: `bytes=${start}-${end - 1}`, 'If-Match': etag };
      const response = await fetch(url, { headers, signal });
      if (response.status !== 206) throw new Error(`${url} answered ${response.status} to a range`);
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}

const kms = new MemoryKms().client(); // with AWS: awsKms() of waxseal/aws
const { KeyMetadata } = await kms.createKey({});
const keys = new KmsKeyring({ kms, generatorKeyId: KeyMetadata?.Arn });
const video = randomBytes(20_000_000);
let { message } = await encrypt(keys, video, { algorithmSuite: 'ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY' });

let bytesServed = 0;
const server = createServer((request, response) => {
  const etag = `"${createHash('sha256').update(message).digest('hex').slice(0, 16)}"`;
  if (request.method === 'HEAD') return response.writeHead(200, { etag, 'content-length': message.length }).end();
  if (request.headers['if-match'] !== etag) return response.writeHead(412).end();
  const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  const part = message.subarray(Number(start), Number(last) + 1);
  bytesServed += part.length;
  return response.writeHead(206, { etag }).end(part);
}).listen(0);

const reader = await openMessage(
  keys,
  await httpSource(`http://127.0.0.1:${(server.address() as AddressInfo).port}/video`),
);
console.log(`opened: ${reader.plaintextLength} bytes of plaintext, after ${bytesServed} bytes fetched`);
bytesServed = 0;
const part = await reader.read(10_000_000, 10_000_100);
console.log(`read 100 bytes: ${video.subarray(10_000_000, 10_000_100).equals(part)}, ${bytesServed} fetched`);

let streamed = 0;
for await (const chunk of reader.stream({ start: 15_000_000, end: 18_000_000 })) streamed += chunk.length;
console.log(`streamed: ${streamed} bytes`);

({ message } = await encrypt(keys, video)); // somebody replaces the resource
await reader.read(0, 10).catch((error) => console.log(`replaced: ${error.message.replace(/http:\S+/, 'the server')}`));
await reader.close();
server.close();
