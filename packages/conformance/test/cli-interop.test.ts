// The command line and the official SDK: `waxseal decrypt` opens what it wrote, and it opens what `waxseal encrypt` wrote.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import {
  buildClient,
  CommitmentPolicy,
  KmsKeyringNode,
  RawAesKeyringNode,
  RawAesWrappingSuiteIdentifier,
} from '@aws-crypto/client-node';
import { KMS } from '@aws-sdk/client-kms';
import { main } from '@waxseal/cli';
import { type KmsServer, MemoryKms, startKmsServer } from '@waxseal/memory-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const official = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
const encryptionContext = { tenant: 'acme', Purpose: 'interop' };
const contextOptions = Object.entries(encryptionContext).flatMap(([key, value]) => ['--context', `${key}=${value}`]);
const plaintext = Buffer.from('interop '.repeat(20_000));

let folder: string;
let server: KmsServer;
let keyArn: string;
const kms = new MemoryKms();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waxseal-cli-interop-'));
  server = await startKmsServer(kms);
  keyArn = (await kms.client({ region: 'eu-west-1' }).createKey({})).KeyMetadata?.Arn ?? '';
  await writeFile(join(folder, 'raw.key'), Buffer.alloc(32, 9));
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** Runs the command line in this process. */
async function waxseal(
  argv: readonly string[],
  stdin: Uint8Array,
): Promise<{ code: number; bytes: Buffer; said: string }> {
  const [out, err] = [[] as Buffer[], [] as Buffer[]];
  const into = (chunks: Buffer[]) =>
    new Writable({
      write(chunk: Buffer, _encoding, callback): void {
        chunks.push(Buffer.from(chunk));
        callback();
      },
    });
  const streams = { stdin: Readable.from([stdin]), stdout: into(out), stderr: into(err) };
  const code = await main({ argv, ...streams, env: {} });
  return { code, bytes: Buffer.concat(out), said: Buffer.concat(err).toString() };
}

/** The genuine client of the AWS SDK, over HTTP. */
const sdk = () => {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new KMS({ region: 'eu-west-1', endpoint: server.url, credentials });
};

const sides = {
  'a KMS key, by HTTP': {
    options: () => ['--kms-key', keyArn, '--kms-endpoint', server.url],
    theirs: () => new KmsKeyringNode({ generatorKeyId: keyArn, clientProvider: () => sdk() as never }),
  },
  'a raw AES key': {
    options: () => ['--raw-aes-key', join(folder, 'raw.key'), '--namespace', 'app', '--name', 'k1'],
    theirs: () =>
      new RawAesKeyringNode({
        keyNamespace: 'app',
        keyName: 'k1',
        unencryptedMasterKey: new Uint8Array(32).fill(9),
        wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
        utf8Sorting: true,
      }),
  },
} as const;

describe.each(Object.entries(sides))('%s', (_name, { options, theirs }) => {
  test.each([undefined, 1024])(
    'waxseal decrypt opens what the official SDK wrote (frames of %s)',
    async (frameLength) => {
      const { result } = await official.encrypt(theirs(), plaintext, {
        encryptionContext,
        ...(frameLength === undefined ? {} : { frameLength }),
      });
      const opened = await waxseal(['decrypt', ...options(), ...contextOptions], result);
      expect([opened.code, opened.said]).toEqual([0, '']);
      expect(opened.bytes.equals(plaintext)).toBe(true);
    },
  );

  test('waxseal inspect --verify vouches for it', async () => {
    const { result } = await official.encrypt(theirs(), plaintext, { encryptionContext });
    const { code, bytes } = await waxseal(['inspect', '--verify', '--json', ...options()], result);
    expect(code).toBe(0);
    expect(JSON.parse(bytes.toString())).toMatchObject({ verified: true, suite: '0x0578', encryptionContext });
  });

  test.each(['0x0478', '0x0578'])('the official SDK opens what waxseal encrypt wrote, suite %s', async (suite) => {
    const sealed = await waxseal(['encrypt', ...options(), ...contextOptions, '--suite', suite], plaintext);
    expect([sealed.code, sealed.said]).toEqual([0, '']);
    const opened = await official.decrypt(theirs(), sealed.bytes);
    expect(opened.plaintext.equals(plaintext)).toBe(true);
    expect(opened.messageHeader.encryptionContext).toMatchObject(encryptionContext);
  });

  test('and what waxseal reencrypt made of its own message', async () => {
    const { result } = await official.encrypt(theirs(), plaintext, { encryptionContext });
    const moved = await waxseal(['reencrypt', ...options(), '--suite', '0x0478'], result);
    expect([moved.code, moved.said]).toEqual([0, '']);
    const opened = await official.decrypt(theirs(), moved.bytes);
    expect(opened.plaintext.equals(plaintext)).toBe(true);
    expect(opened.messageHeader.encryptionContext).toEqual(encryptionContext);
  });
});

test('KMS refusing, and KMS gone: exit codes 5 and 6', async () => {
  const options = sides['a KMS key, by HTTP'].options();
  const { bytes } = await waxseal(['encrypt', ...options], plaintext);
  kms.faults.replace([{ operation: 'Decrypt', error: 'AccessDeniedException' }]);
  const denied = await waxseal(['decrypt', ...options], bytes);
  expect([denied.code, denied.bytes.length]).toEqual([5, 0]);
  expect(denied.said).toContain('access denied');
  kms.faults.replace([{ operation: 'Decrypt', error: 'ThrottlingException' }]);
  const throttled = await waxseal(['decrypt', ...options], bytes);
  expect([throttled.code, throttled.bytes.length]).toEqual([6, 0]);
  expect(throttled.said).toContain('throttled');
  kms.faults.replace([]);
  expect(await readFile(join(folder, 'raw.key'))).toHaveLength(32);
});
