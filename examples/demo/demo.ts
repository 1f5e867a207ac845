// npm run demo [FILE]: seals a real file under a KMS key and opens it again. The KMS is embedded; no AWS account is used.

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Readable, type Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MemoryKms } from '@waxseal/memory-kms';
import { decryptStream, encryptStream, KmsKeyring, type MessageHeader } from 'waxseal';
import { meter, progressLine } from './progress.ts';

const CHUNK = { highWaterMark: 256 * 1024 };

async function main(path: string): Promise<boolean> {
  const { size } = await stat(path);
  const kms = new MemoryKms();
  const { KeyMetadata: key } = await kms.client().createKey({ Description: 'waxseal demo' });
  if (key?.Arn === undefined) throw new Error('the embedded KMS made no key');
  const keyring = new KmsKeyring({ kms: kms.client(), generatorKeyId: key.Arn });
  const folder = await mkdtemp(join(tmpdir(), 'waxseal-demo-'));
  try {
    const sealed = join(folder, `${basename(path)}.wax`);
    console.log(`file       ${path} (${format(size)})\nKMS key    ${key.Arn} (embedded, in memory)\n`);

    const encryption = encryptStream(keyring, {
      encryptionContext: { purpose: 'demo', file: basename(path) },
      plaintextLength: size,
    });
    const plaintextHash = createHash('sha256');
    const sealSeconds = await run(
      'seal',
      size,
      createReadStream(path, CHUNK),
      hashing(plaintextHash),
      encryption,
      createWriteStream(sealed, CHUNK),
    );

    const decryption = decryptStream(keyring, { encryptionContext: { purpose: 'demo' } });
    const openedHash = createHash('sha256');
    const openSeconds = await run(
      'open',
      size,
      createReadStream(sealed, CHUNK),
      decryption,
      hashing(openedHash),
      nowhere(),
    );

    const [before, after] = [plaintextHash.digest('hex'), openedHash.digest('hex')];
    report(await decryption.header, { size, sealedSize: (await stat(sealed)).size, sealSeconds, openSeconds });
    console.log(`KMS calls  ${kms.callCount('GenerateDataKey')} GenerateDataKey, ${kms.callCount('Decrypt')} Decrypt`);
    console.log('data key   lived in memory only: the message stores it wrapped by the KMS key, never in the clear');
    console.log(`SHA-256    ${before}\n           ${after}  ${before === after ? 'the same file' : 'DIFFERENT'}`);
    return before === after;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs one direction with a progress line. @returns Seconds. */
async function run(name: string, size: number, source: Readable, ...stages: (Transform | Writable)[]): Promise<number> {
  const start = performance.now();
  const line = progressLine(name, size);
  await pipeline([source, meter(line.update), ...stages]);
  line.end();
  return (performance.now() - start) / 1000;
}

/** A sink for bytes that only had to be hashed. */
function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, callback) => callback() });
}

/** Passes bytes on while hashing them. */
function hashing(hash: ReturnType<typeof createHash>): Transform {
  return meter((chunk) => void hash.update(chunk));
}

type Figures = { size: number; sealedSize: number; sealSeconds: number; openSeconds: number };

function report(header: MessageHeader, { size, sealedSize, sealSeconds, openSeconds }: Figures): void {
  const [dataKey] = header.encryptedDataKeys;
  const rate = (seconds: number): string => `${(size / 1e6 / seconds).toFixed(0)} MB/s`;
  console.log(
    `\nsealed     ${format(sealedSize)}: ${sealedSize - size} bytes more (header ${header.headerLength}, frames of ${header.frameLength})`,
  );
  console.log(`speed      seal ${rate(sealSeconds)}, open ${rate(openSeconds)}, files and hashing included`);
  console.log(`suite      0x${header.algorithmSuite.id.toString(16).padStart(4, '0')} ${header.algorithmSuite.name}`);
  console.log(
    `wrapped    ${dataKey?.providerId}: ${dataKey?.ciphertext.length} bytes for ${new TextDecoder().decode(dataKey?.providerInfo)}`,
  );
}

function format(bytes: number): string {
  return `${bytes.toLocaleString('en-US')} bytes`;
}

const sameFile = await main(process.argv[2] ?? process.execPath);
process.exitCode = sameFile ? 0 : 1;
