import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KmsDiscoveryKeyring, KmsKeyring } from '@waxseal/keyring';
import { awsKms } from '@waxseal/keyring/aws';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { dataKeyFailure } from './failures.ts';
import { decryptRequest, encryptRequest } from './requests.ts';
import { keyArn } from './stub-kms.ts';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const LIMIT = 32;

const regionOf = (index: number) => `xx-north-${index}`;

describe('without a call', () => {
  const supply = awsKms({ credentials });

  test('makes one client for each Region, and one for ids without a Region', async () => {
    expect(supply('us-east-1')).toBe(supply('us-east-1'));
    expect(supply('us-east-1')).not.toBe(supply('eu-west-1'));
    expect(await supply('eu-west-1').config.region()).toBe('eu-west-1');
    const home = awsKms({ credentials, region: 'eu-central-1' });
    expect(await home(undefined).config.region()).toBe('eu-central-1');
    expect(await home('us-east-1').config.region()).toBe('us-east-1');
  });

  test.each(['', 'us-east', 'US-EAST-1', 'us-east-1.evil.example', 'evil.example/', 'us_east_1', 'a'.repeat(100)])(
    'makes none for %j, which is no Region',
    (region) => {
      expect(() => supply(region)).toThrow(RangeError);
    },
  );

  test('sets time limits, which the configuration may replace', async () => {
    const handler = supply('us-east-1').config.requestHandler as never as { configProvider: Promise<object> };
    expect(await handler.configProvider).toMatchObject({ connectionTimeout: 2_000, requestTimeout: 5_000 });
    const own = awsKms({ credentials, requestHandler: { requestTimeout: 7 } })('us-east-1');
    const ownHandler = own.config.requestHandler as never as { configProvider: Promise<object> };
    expect(await ownHandler.configProvider).toMatchObject({ requestTimeout: 7 });
  });

  test('supplies nothing after close', async () => {
    const closed = awsKms({ credentials });
    closed('us-east-1');
    closed.close();
    expect(() => closed('us-east-1')).toThrow(TypeError);
    await closed[Symbol.asyncDispose]();
  });
});

describe('with an endpoint that answers', () => {
  let server: Server;
  let endpoint: string;
  let answer: { status: number; body: object };
  beforeEach(async () => {
    answer = { status: 400, body: { __type: 'AccessDeniedException' } };
    server = createServer((request, response) => {
      request.resume();
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(answer.body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  test('invented Regions never push out a client that was answered, if only by a refusal', async () => {
    const supply = awsKms({ credentials, endpoint });
    const used = supply('us-east-1');
    await expect(used.decrypt({ CiphertextBlob: new Uint8Array(1) })).rejects.toThrow();
    const unused = supply('eu-west-1');
    for (let index = 0; index < 3 * LIMIT; index += 1) supply(regionOf(index % 90));
    expect(supply('us-east-1')).toBe(used);
    expect(supply('eu-west-1')).not.toBe(unused);
    supply.close();
  });

  test('at most 32 clients are kept: of answered ones, the one unused for longest goes', async () => {
    const supply = awsKms({ credentials, endpoint });
    const clients = [];
    for (let index = 0; index <= LIMIT; index += 1) {
      const client = supply(regionOf(index));
      clients.push(client);
      await expect(client.decrypt({ CiphertextBlob: new Uint8Array(1) })).rejects.toThrow();
      supply(regionOf(0));
    }
    expect(supply(regionOf(0))).toBe(clients[0]);
    expect(supply(regionOf(LIMIT))).toBe(clients[LIMIT]);
    expect(supply(regionOf(1))).not.toBe(clients[1]);
    supply.close();
  });

  test('serves keyrings: errors keep their AWS name', async () => {
    const kms = awsKms({ credentials, endpoint });
    const keyring = new KmsKeyring({ kms, generatorKeyId: keyArn('k') });
    const error = await dataKeyFailure(keyring.onEncrypt(encryptRequest()));
    expect(error.attempts).toMatchObject([
      { cause: { code: 'ERR_KMS_ACCESS_DENIED', cause: { name: 'AccessDeniedException' } } },
    ]);
    kms.close();
  });

  test('passes the signal on to the request', async () => {
    server.removeAllListeners('request');
    const controller = new AbortController();
    server.on('request', () => controller.abort(new Error('enough')));
    const kms = awsKms({ credentials, endpoint });
    const keyring = new KmsKeyring({ kms, generatorKeyId: keyArn('k') });
    await expect(keyring.onEncrypt(encryptRequest({ signal: controller.signal }))).rejects.toThrow('enough');
    kms.close();
  });
});

test('a Region that can not be one, in a message, is told of without a call', async () => {
  const kms = awsKms({ credentials });
  const entry = {
    providerId: 'aws-kms',
    providerInfo: Buffer.from(keyArn('k', 'not-a-region-at-all')),
    ciphertext: new Uint8Array(1),
  };
  const error = await dataKeyFailure(
    new KmsDiscoveryKeyring({ kms, filter: 'any' }).onDecrypt(decryptRequest([entry])),
  );
  expect(error.attempts).toMatchObject([{ cause: { code: 'ERR_KMS_NO_CLIENT' } }]);
});

describe('the SDK without settings', () => {
  beforeEach(() => {
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere/config');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere/credentials');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  });
  afterEach(() => vi.unstubAllEnvs());

  test('says that it found no credentials, and that is denied', async () => {
    const keyring = new KmsKeyring({ kms: awsKms(), generatorKeyId: keyArn('k') });
    const error = await dataKeyFailure(keyring.onEncrypt(encryptRequest()));
    expect(error.category).toBe('denied');
    expect(error.message).toContain('CredentialsProviderError: no credentials were found: ');
    expect(error.attempts[0]?.cause).toMatchObject({ code: 'ERR_KMS_CREDENTIALS' });
  });

  test('says that it has no Region, for an id that names none', async () => {
    const keyring = new KmsKeyring({ kms: awsKms({ credentials }), generatorKeyId: 'alias/app' });
    const error = await dataKeyFailure(keyring.onEncrypt(encryptRequest()));
    expect(error.category).toBe('mismatch');
    expect(error.message).toContain('Region is missing: not called: give the client a region');
    expect(error.attempts[0]?.cause).toMatchObject({ code: 'ERR_KMS_INVALID_REQUEST', category: 'invalid' });
  });

  test('says that nobody listens, with the address', async () => {
    const kms = awsKms({ credentials, endpoint: 'http://127.0.0.1:1', maxAttempts: 1 });
    const keyring = new KmsKeyring({ kms, generatorKeyId: keyArn('k') });
    const error = await dataKeyFailure(keyring.onEncrypt(encryptRequest()));
    expect(error.category).toBe('transient');
    expect(error.message).toContain('connect ECONNREFUSED 127.0.0.1:1: KMS could not be reached');
  });
});
