// What KMS and the AWS SDK fail with, as exit codes. One test calls the SDK without credentials; the others a stub.

import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Workplace } from './run-cli.ts';

const arn = 'arn:aws:kms:eu-west-1:111122223333:key/0a0a0a0a-0000-4000-8000-000000000000';
let place: Workplace;
let server: Server | undefined;
let calls: number;

beforeEach(async () => {
  place = await Workplace.create();
  await writeFile(place.file('notes.txt'), 'hello world\n');
  for (const name of [
    'AWS_PROFILE',
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_REGION',
    'AWS_DEFAULT_REGION',
  ]) {
    vi.stubEnv(name, undefined);
  }
  for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(name, place.file('none'));
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  await place.remove();
});

/** Answers every call with this error. @returns The options that lead to it. */
async function kmsThatSays(type: string, status: number): Promise<string[]> {
  calls = 0;
  server = createServer((_request, response) => {
    calls++;
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ __type: type, message: 'no' }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server?.once('listening', resolve));
  return ['--kms-endpoint', `http://127.0.0.1:${(server.address() as AddressInfo).port}`];
}

describe('encrypting', () => {
  test('without credentials: refused, and no hint to try again', async () => {
    const { code, stderr } = await place.run(['encrypt', '--kms-key', arn, './notes.txt']);
    expect(stderr).toContain('credentials');
    expect(code).toBe(5);
  });

  test('without a Region: the configuration is wrong', async () => {
    const { code, stderr } = await place.run(['encrypt', '--kms-key', 'alias/mine', './notes.txt']);
    expect(stderr).toContain('Region is missing');
    expect(code).toBe(2);
  });

  test('with a Region that is none', async () => {
    const region = ['--region', 'bad_region'];
    expect(await place.run(['encrypt', ...region, '--kms-key', 'alias/mine', './notes.txt'])).toMatchObject({
      code: 2,
      stderr: 'waxseal: --region takes the name of a Region, such as eu-west-1; got "bad_region"\n',
    });
  });

  test.each([
    ['UnrecognizedClientException', 400, 5],
    ['AccessDeniedException', 400, 5],
    ['DisabledException', 400, 5],
    ['NotFoundException', 400, 5],
    ['ValidationException', 400, 2],
    ['InvalidKeyUsageException', 400, 2],
    ['KMSInternalException', 500, 6],
  ])('and KMS says %s (%i): exit code %i', async (type, status, exitCode) => {
    const { code } = await place.run([
      'encrypt',
      ...(await kmsThatSays(type, status)),
      '--kms-key',
      arn,
      './notes.txt',
    ]);
    expect(code).toBe(exitCode);
  });
});

test('an output that cannot be costs no call', async () => {
  const keys = [...(await kmsThatSays('AccessDeniedException', 400)), '--kms-key', arn];
  await writeFile(place.file('taken'), '');
  const piped = await place.run(['encrypt', ...keys, '-o', './taken'], { stdin: 'x' });
  expect(piped).toMatchObject({ code: 7, stderr: 'waxseal: ./taken: exists already (--force overwrites it)\n' });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(calls).toBe(0);
});

describe('decrypting', () => {
  test.each([
    ['UnrecognizedClientException', 5],
    ['InvalidCiphertextException', 4],
  ])('and KMS says %s: exit code %i', async (type, exitCode) => {
    await place.run(['encrypt', '-q', '--local', './notes.txt']);
    const { stdout } = await place.run(['inspect', '--json', './notes.txt.wax']);
    expect(JSON.parse(stdout).encryptedDataKeys).toHaveLength(1);
    const keys = [...(await kmsThatSays(type, 400)), '--discovery', '--discovery-any'];
    expect((await place.run(['decrypt', ...keys, './notes.txt.wax', '-o', './out'])).code).toBe(exitCode);
  });
});
