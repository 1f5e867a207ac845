// A file, encrypted and opened again: nothing appears under its name before it is whole and verified.

import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryKms } from '@waxseal/memory-kms';
import { decryptFile, encryptFile, KmsKeyring, openFile } from 'waxseal';

const kms = new MemoryKms().client(); // with AWS: awsKms() of waxseal/aws
const { KeyMetadata } = await kms.createKey({});
const keys = new KmsKeyring({ kms, generatorKeyId: KeyMetadata?.Arn });

const folder = await mkdtemp(join(tmpdir(), 'example-'));
const [report, sealed, opened] = ['report.bin', 'report.bin.wax', 'report.opened.bin'].map((name) =>
  join(folder, name),
);
if (report === undefined || sealed === undefined || opened === undefined) throw new Error('unreachable');
await writeFile(report, randomBytes(5_000_000));

const percents: number[] = [];
const { bytesWritten } = await encryptFile(keys, report, sealed, {
  encryptionContext: { document: 'report' },
  onProgress: ({ bytesDone, bytesTotal }) => percents.push(Math.floor((100 * bytesDone) / bytesTotal)),
});
console.log(`sealed: ${bytesWritten} bytes, in ${percents.length} steps to ${percents.at(-1)} %`);

await decryptFile(keys, sealed, opened, { encryptionContext: { document: 'report' } });
console.log(`opened the same: ${(await readFile(opened)).equals(await readFile(report))}`);

// An existing target is kept unless `overwrite: true` is given.
await decryptFile(keys, sealed, opened).catch((error) => console.log(`refused: ${error.code}`));

// A few bytes out of the middle, without decrypting the rest. The default suite signs, and ranges don't check that.
const reader = await openFile(keys, sealed, { acceptUnsignedRanges: true });
const range = await reader.read(2_000_000, 2_000_016);
await reader.close();
console.log(`a range: ${(await readFile(report)).subarray(2_000_000, 2_000_016).equals(range)}`);

// A damaged file gives an error, and no target.
await rm(opened);
const damaged = await readFile(sealed);
damaged.writeUInt8(damaged.readUInt8(3_000_000) ^ 1, 3_000_000);
await writeFile(sealed, damaged);
await decryptFile(keys, sealed, opened).catch((error) => console.log(`damaged: ${error.code}`));
console.log(`in the folder: ${(await readdir(folder)).join(', ')}`);
await rm(folder, { recursive: true });
