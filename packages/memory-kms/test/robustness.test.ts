import { createHash } from 'node:crypto';
import { FakeClock, MemoryKms } from '@waxseal/memory-kms';
import { Encoder, encode, Tag } from 'cbor-x';
import { describe, expect, it } from 'vitest';
import { operationNames, operationTable } from '../src/engine/operation-table.ts';
import { bytes, errorOf, newKey, outcomeOf, stillKms } from './keys-in-states.ts';
import { modelledErrors } from './modelled-errors.ts';
import { learn, type Pool, randomRequest, randomSource } from './random-requests.ts';

const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/kms/aws4_request, SignedHeaders=host, Signature=0';

/** Sends bytes as they are. */
async function post(kms: MemoryKms, target: string, body: string | Uint8Array, headers: object = {}) {
  const response = await kms.answer({
    method: 'POST',
    path: '/',
    headers: { 'x-amz-target': `TrentService.${target}`, authorization: AUTHORIZATION, ...headers },
    body: typeof body === 'string' ? Buffer.from(body) : body,
  });
  const text = Buffer.from(response.body).toString();
  return {
    status: response.status,
    error: text === '' ? {} : (JSON.parse(text) as { __type?: string; message?: string }),
  };
}

describe('requests that are none', () => {
  it.each([
    '',
    'null',
    '[]',
    '1',
    '"x"',
    '{',
    '{"KeyId":}',
    '{"KeyId":"a"',
    'KeyId=a',
    '\ufeff{}',
    '['.repeat(100_000),
    `{"KeyId":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
    new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
  ])('%#: are a SerializationException', async (body) => {
    const { status, error } = await post(new MemoryKms(), 'DescribeKey', body);
    expect([status, error.__type]).toEqual([400, 'SerializationException']);
  });

  it.each([
    '',
    'Encrypt',
    'TrentService',
    'TrentService.',
    'TrentService.encrypt',
    'TrentService.__proto__',
    'TrentService.constructor',
    'TrentService.toString',
    'DynamoDB.Encrypt',
    'TrentService.Encrypt; x',
  ])('for the target %j are an UnknownOperationException', async (target) => {
    const { status, error } = await post(new MemoryKms(), '', '{}', { 'x-amz-target': target });
    expect([status, error.__type]).toEqual([400, 'UnknownOperationException']);
  });

  it.each([
    [{ authorization: undefined }, 'MissingAuthenticationToken'],
    [{ authorization: 'Basic eDp5' }, 'IncompleteSignature'],
    [{ authorization: 'AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request' }, 'IncompleteSignature'],
  ])('with %j are an error of the signature family', async (headers, name) => {
    const { status, error } = await post(new MemoryKms(), 'ListKeys', '{}', headers);
    expect(status).toBe(400);
    expect(error.__type).toContain(name);
  });

  it.each(['not base64!', 'YQ', 'YR==', 'Y Q==', 'YQ==\n'])(
    'with the blob %j are a SerializationException',
    async (blob) => {
      const { error } = await post(new MemoryKms(), 'Decrypt', JSON.stringify({ CiphertextBlob: blob }));
      expect(error.__type).toBe('SerializationException');
    },
  );
});

describe('members of the wrong type', () => {
  const wrong: readonly (readonly [string, unknown])[] = [
    ['string', 1],
    ['string', ['x']],
    ['blob', 5],
    ['blob', {}],
    ['integer', '5'],
    ['integer', true],
    ['boolean', 'true'],
    ['boolean', 0],
    ['timestamp', '2026-01-01'],
    ['list', 'x'],
    ['list', {}],
    ['map', 'x'],
    ['map', []],
    ['map', { a: 1 }],
    ['map', { a: ['b'] }],
    ['map', { a: { b: 'c' } }],
    ['structure', 'x'],
    ['structure', []],
  ];

  it.each(operationNames)('%s refuses each of them', async (operation) => {
    const kms = new MemoryKms();
    for (const [marked, shape] of Object.entries(operationTable[operation].members)) {
      for (const [, value] of wrong.filter(([kind]) => kind === shape.kind)) {
        const { status, error } = await post(kms, operation, JSON.stringify({ [marked.replace('!', '')]: value }));
        expect([marked, status, error.__type]).toEqual([marked, 400, 'SerializationException']);
      }
    }
  });
});

describe('__proto__', () => {
  it('is an encryption-context key like any other', async () => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client);
    const EncryptionContext = JSON.parse('{"__proto__":"x"}') as Record<string, string>;
    const { CiphertextBlob } = await client.encrypt({ KeyId, Plaintext: bytes('x'), EncryptionContext });
    expect(await outcomeOf(client.decrypt({ CiphertextBlob, EncryptionContext }))).toBe('ok');
    expect(await outcomeOf(client.decrypt({ CiphertextBlob }))).toMatch(/^InvalidCiphertext/);
    const onTheWire = new MemoryKms();
    const made = await newKey(onTheWire.client());
    const body = `{"KeyId":"${made.id}","Plaintext":"eA==","EncryptionContext":{"__proto__":"x"}}`;
    expect((await post(onTheWire, 'Encrypt', body)).status).toBe(200);
  });

  it('changes no prototype wherever it stands in a request', async () => {
    const kms = new MemoryKms();
    const poison = '{"polluted":"yes"}';
    for (const operation of operationNames) {
      const members = Object.keys(operationTable[operation].members).map(
        (name) => `"${name.replace('!', '')}":{"__proto__":${poison}}`,
      );
      await post(kms, operation, `{"__proto__":${poison}}`);
      await post(kms, operation, `{${members.join(',')},"__proto__":${poison}}`);
    }
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });

  it('names no key, Region, account or access key', async () => {
    const kms = new MemoryKms();
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect((await errorOf(kms.client().describeKey({ KeyId: name }))).name).toBe('NotFoundException');
      expect((await errorOf(kms.client().describeKey({ KeyId: `alias/${name}` }))).name).toBe('NotFoundException');
      const { id: KeyId } = await newKey(kms.client(), { MultiRegion: true });
      expect((await errorOf(kms.client().replicateKey({ KeyId, ReplicaRegion: name }))).name).toBe(
        'ValidationException',
      );
      const authorization = AUTHORIZATION.replace('Credential=test', `Credential=${name}`);
      expect((await post(kms, 'ListKeys', '{}', { authorization })).status).toBe(200);
    }
  });
});

describe('hostile ciphertext blobs', () => {
  const records = new Encoder({ structuredClone: true });
  const hostile: readonly (readonly [string, Uint8Array])[] = [
    ['an array of 2^32 - 1 items', Uint8Array.from([0x9a, 0xff, 0xff, 0xff, 0xff])],
    ['an array of 2^30 items after the first byte', Uint8Array.from([0x88, 0x9a, 0x40, 0, 0, 0])],
    ['text of 2^32 - 1 bytes', Uint8Array.from([0x88, 0x7a, 0xff, 0xff, 0xff, 0xff])],
    ['text of 2^64 - 1 bytes', Uint8Array.from([0x88, 0x7b, 255, 255, 255, 255, 255, 255, 255, 255])],
    ['text of indefinite length', Uint8Array.from([0x88, 0x7f, 0x61, 0x61, 0xff])],
    ['an indefinite array', Uint8Array.from([0x9f, 0x61, 0x61, 0xff])],
    ['deep nesting', new Uint8Array(6144).fill(0x81)],
    ['deep tags', new Uint8Array(6144).fill(0xc1)],
    ['a date', encode(new Date(0))],
    ['a regular expression', records.encode(/(a+)+$/)],
    ['an error', records.encode(new Error('x'))],
    ['a set', encode(new Set([1, 2]))],
    ['a tag', encode(new Tag('x', 27))],
    ['an object', encode({ magic: 'waxseal-kms/1' })],
    ['a bundle of strings', new Encoder({ bundleStrings: true }).encode(['a', 'b'])],
    ['eight numbers', encode([1, 2, 3, 4, 5, 6, 7, 8])],
    ['eight dates', records.encode(Array.from({ length: 8 }, () => new Date(0)))],
  ];

  it.each(hostile)('%s: InvalidCiphertextException', async (_, blob) => {
    const { client } = stillKms();
    const CiphertextBlob = Uint8Array.from(blob.subarray(0, 6144));
    expect((await errorOf(client.decrypt({ CiphertextBlob }))).name).toBe('InvalidCiphertextException');
  });

  it('with a right checksum but items of the wrong kind or length: InvalidCiphertextException', async () => {
    const { client } = stillKms();
    const { arn } = await newKey(client);
    const id = arn.split('/')[1]!;
    const good: readonly unknown[] = ['waxseal-kms/1', 'aws', '111122223333', id, Buffer.alloc(32), Buffer.alloc(32)];
    const variants = [
      ...good.map((_, index) => good.with(index, 7)),
      ...good.map((_, index) => good.with(index, Buffer.alloc(31))),
      ...good.map((_, index) => good.with(index, new Date(0))),
      good.with(0, 'waxseal-kms/2'),
      good,
    ];
    for (const items of variants) {
      const encoder = new Encoder({ useRecords: false, tagUint8Array: false });
      const covered = Buffer.concat([Uint8Array.of(0x88), ...items.map((item) => Buffer.from(encoder.encode(item)))]);
      const checksum = createHash('sha256').update(covered).digest().subarray(0, 8);
      const rest = [checksum, Buffer.alloc(16)].map((item) => Buffer.from(encoder.encode(item)));
      const CiphertextBlob = new Uint8Array(Buffer.concat([covered, ...rest]));
      expect((await errorOf(client.decrypt({ CiphertextBlob }))).name).toBe('InvalidCiphertextException');
    }
  });

  it('of 6,145 bytes are a ValidationException, of 6,144 an InvalidCiphertextException', async () => {
    const { client } = stillKms();
    expect((await errorOf(client.decrypt({ CiphertextBlob: new Uint8Array(6145) }))).name).toBe('ValidationException');
    expect((await errorOf(client.decrypt({ CiphertextBlob: new Uint8Array(6144) }))).name).toBe(
      'InvalidCiphertextException',
    );
  });
});

describe('random requests', () => {
  const count = process.env['SLOW'] === '1' ? 100_000 : 10_000;

  it(`${count} of them meet only modelled errors, and bounded memory`, { timeout: 600_000 }, async () => {
    const clock = new FakeClock();
    const kms = new MemoryKms({ clock, audit: { keep: 1000 } });
    const client = kms.client();
    const random = randomSource(Number(process.env['SEED'] ?? 7));
    const pool: Pool = {
      strings: ['alias/app', 'alias/aws/s3', 'default', 'eu-west-1', 'us-east-1', '{"Version":"2012-10-17"}', 'x'],
      blobs: [bytes('x'), new Uint8Array(32), new Uint8Array(6144)],
    };
    for (const input of [
      {},
      { MultiRegion: true },
      { Origin: 'EXTERNAL' },
      { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' },
      { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
      { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
    ] as const) {
      learn(await client.createKey(input), pool);
    }
    const allowed = new Map(operationNames.map((name) => [name, modelledErrors(name)]));
    const met = new Set<string>();
    const before = process.memoryUsage().rss;
    for (let call = 0; call < count; call++) {
      const { operation, input } = randomRequest(random, pool);
      const method = `${operation.charAt(0).toLowerCase()}${operation.slice(1)}` as 'describeKey';
      try {
        learn(await client[method](input as never), pool);
        met.add(`${operation}: ok`);
      } catch (error) {
        const { name, cause } = error as Error;
        met.add(`${operation}: ${name}`);
        if (!allowed.get(operation)!.has(name)) {
          throw new Error(`call ${call}: ${operation} ${JSON.stringify(input)} → ${name}`, { cause: cause ?? error });
        }
      }
      if (random.below(500) === 0) clock.advance('1h');
    }
    expect(met.size).toBeGreaterThan(100);
    expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(300);
  });
});
