// An HTTP service that keeps uploads encrypted on its disk. It never holds a whole file, in memory or in the clear.

import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { MemoryKms } from '@waxseal/memory-kms';
import { decryptStream, encryptStream, KmsKeyring } from 'waxseal';

const kms = new MemoryKms().client(); // with AWS: awsKms() of waxseal/aws
const { KeyMetadata } = await kms.createKey({});
const keys = new KmsKeyring({ kms, generatorKeyId: KeyMetadata?.Arn });
const folder = await mkdtemp(join(tmpdir(), 'uploads-'));

async function upload(request: IncomingMessage, response: ServerResponse, name: string) {
  const draft = join(folder, `${randomBytes(8).toString('hex')}.draft`);
  try {
    // The name is bound to the message: a file moved to another name on the disk can't be read under it.
    const sealing = encryptStream(keys, { encryptionContext: { name }, maxPlaintextLength: 100e6 });
    await pipeline(request, sealing, createWriteStream(draft, { flags: 'wx', mode: 0o600 }));
    await rename(draft, join(folder, name));
    response.writeHead(201).end();
  } finally {
    await rm(draft, { force: true });
  }
}

async function download(response: ServerResponse, name: string) {
  const opening = decryptStream(keys, { encryptionContext: { name } });
  const reading = pipeline(createReadStream(join(folder, name)), opening);
  await Promise.race([reading, opening.header]); // an answer begins only once the header is authentic
  await Promise.all([reading, pipeline(opening, response)]);
}

const server = createServer((request, response) => {
  const name = /^\/files\/([\w-]{1,50})$/.exec(request.url ?? '')?.[1];
  if (name === undefined) return void response.writeHead(404).end();
  const work = request.method === 'PUT' ? upload(request, response, name) : download(response, name);
  work.catch((error) => {
    console.log(`${request.method} ${name}: ${error.code}`);
    // Where a part is out already, the client must see that it is no whole file.
    response.headersSent ? response.destroy() : response.writeHead(error.code === 'ENOENT' ? 404 : 500).end();
  });
}).listen(0);
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/files`;

const body = randomBytes(5_000_000);
console.log(`uploaded: ${(await fetch(`${url}/report`, { method: 'PUT', body })).status}`);
const back = Buffer.from(await (await fetch(`${url}/report`)).arrayBuffer());
console.log(`downloaded the same: ${back.equals(body)}`);
console.log(`in the clear on the disk: ${(await readFile(join(folder, 'report'))).includes(body.subarray(0, 32))}`);
await rename(join(folder, 'report'), join(folder, 'payroll'));
console.log(`under another name: ${(await fetch(`${url}/payroll`)).status}`);
console.log(`on the disk: ${await readdir(folder)}`);
server.close();
await rm(folder, { recursive: true });
