// Reads parts of an encrypted object in a store that answers like S3: GetObject with Range and IfMatch.

import { createHash } from 'node:crypto';
import { MemoryKms } from '@waxseal/memory-kms';
import { encrypt, KmsKeyring, openMessage, type RangedSource } from 'waxseal';

type GetObject = { Bucket: string; Key: string; Range?: string; IfMatch?: string };
type Answer = { ETag: string; ContentLength: number; Body: { transformToByteArray(): Promise<Uint8Array> } };

/** Stands for `new S3({})` of @aws-sdk/client-s3: the same calls, an object in memory. */
class ObjectStore {
  readonly objects = new Map<string, Uint8Array>();
  calls = 0;

  async headObject({ Key }: { Bucket: string; Key: string }): Promise<Answer> {
    return this.#answer(this.objects.get(Key) ?? new Uint8Array(0));
  }

  async getObject({ Key, Range = '', IfMatch }: GetObject): Promise<Answer> {
    this.calls += 1;
    const object = this.objects.get(Key) ?? new Uint8Array(0);
    if (IfMatch !== this.#answer(object).ETag) throw new Error('PreconditionFailed: the object was replaced');
    const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(Range) ?? [];
    return this.#answer(object.subarray(Number(start), Number(last) + 1));
  }

  #answer(bytes: Uint8Array): Answer {
    const ETag = createHash('md5').update(bytes).digest('hex');
    return { ETag, ContentLength: bytes.length, Body: { transformToByteArray: async () => bytes } };
  }
}

/** An object as a source, pinned to its version. */
async function objectSource(s3: ObjectStore, Bucket: string, Key: string): Promise<RangedSource> {
  const { ETag, ContentLength } = await s3.headObject({ Bucket, Key });
  return {
    size: ContentLength,
    async read(start, end) {
      const { Body } = await s3.getObject({ Bucket, Key, Range: `bytes=${start}-${end - 1}`, IfMatch: ETag });
      return Body.transformToByteArray();
    },
  };
}

const kms = new MemoryKms().client(); // with AWS: awsKms() of waxseal/aws
const { KeyMetadata } = await kms.createKey({});
const keys = new KmsKeyring({ kms, generatorKeyId: KeyMetadata?.Arn });
const s3 = new ObjectStore();
const table = Buffer.from(
  Array.from({ length: 200_000 }, (_, row) => `row ${String(row).padStart(8, '0')}\n`).join(''),
);
const options = { algorithmSuite: 0x0478, frameLength: 4096 }; // small frames: a small range fetches little more
s3.objects.set('orders.wax', (await encrypt(keys, table, options)).message);

const reader = await openMessage(keys, await objectSource(s3, 'tables', 'orders.wax'));
console.log(`opened with ${s3.calls} reads: ${reader.plaintextLength / 13} rows`);
console.log(`row 123456: ${Buffer.from(await reader.read(123_456 * 13, 123_457 * 13 - 1))}`);
s3.objects.set('orders.wax', new Uint8Array(10)); // somebody replaces the object
await reader.read(0, 13).catch((error) => console.log(`refused: ${error.message}`));
await reader.close();
