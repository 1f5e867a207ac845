import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { KMS } from '@aws-sdk/client-kms';
import { type KmsServer, MemoryKms, startKmsServer } from '@waxseal/memory-kms';
import { afterEach, describe, expect, it } from 'vitest';

const servers: KmsServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(kms = new MemoryKms(), options: Parameters<typeof startKmsServer>[1] = {}) {
  const server = await startKmsServer(kms, options);
  servers.push(server);
  return { kms, server, port: Number(new URL(server.url).port) };
}

const HEADERS = {
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': 'TrentService.ListKeys',
  authorization:
    'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/kms/aws4_request, SignedHeaders=host, Signature=0',
};

type Sent = {
  readonly headers?: object;
  readonly body?: string | Buffer;
  readonly method?: string;
  readonly path?: string;
};

/** One request with any headers at all. */
function send(port: number, { headers = {}, body = '{}', method = 'POST', path = '/' }: Sent = {}) {
  return new Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
    const request = httpRequest({ port, method, path, headers: { ...HEADERS, ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode!, body: text, headers: response.headers }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

describe('the Host header', () => {
  it.each([
    'evil.example',
    'evil.example:4566',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'kms.evil.example',
    'amazonaws.com.evil.example',
    '[::1].evil.example',
    'evil.example@127.0.0.1',
    '127.0.0.1 evil.example',
  ])('%j is refused: a web page could have brought it', async (host) => {
    const { kms, port } = await serve();
    const { status } = await send(port, { headers: { host } }).catch(() => ({ status: 403 }));
    expect([400, 403]).toContain(status);
    expect(kms.callCount()).toBe(0);
  });

  it.each([
    '127.0.0.1',
    '127.0.0.1:4566',
    'localhost',
    'LOCALHOST:80',
    'kms.localhost',
    '[::1]:4566',
    'memory-kms:4566',
    'kms.eu-west-1.amazonaws.com',
    '192.168.0.7',
  ])('%j is answered', async (host) => {
    const { port } = await serve();
    expect((await send(port, { headers: { host } })).status).toBe(200);
  });

  it('is answered where its name was allowed on purpose', async () => {
    const { port } = await serve(undefined, { allowedHosts: ['kms.test.internal'] });
    expect((await send(port, { headers: { host: 'kms.test.internal:4566' } })).status).toBe(200);
  });
});

describe('requests', () => {
  it('are bounded, whether or not they tell their length', async () => {
    const { kms, port } = await serve(undefined, { maxBodyLength: 1000 });
    const told = await send(port, { body: 'x'.repeat(1001) }).catch((error: Error) => error);
    const chunked = await send(port, { body: 'x'.repeat(100_000), headers: { 'transfer-encoding': 'chunked' } }).catch(
      (error: Error) => error,
    );
    for (const outcome of [told, chunked]) {
      // The server may close before the client has sent everything.
      if (outcome instanceof Error) expect(outcome.message).toMatch(/EPIPE|ECONNRESET|socket hang up/);
      else expect([outcome.status, JSON.parse(outcome.body).__type]).toEqual([413, 'RequestEntityTooLargeException']);
    }
    expect(kms.callCount()).toBe(0);
    expect((await send(port, { body: `{"Marker":"${'x'.repeat(900)}"}` })).status).toBe(400);
  });

  it('of 2 MiB are refused by default', async () => {
    const { port } = await serve();
    const outcome = await send(port, { body: Buffer.alloc(2 * 1_048_576) }).catch(() => ({ status: 413 }));
    expect(outcome.status).toBe(413);
  });

  it.each([
    { method: 'GET', body: '' },
    { method: 'PUT' },
    { method: 'OPTIONS', body: '' },
    { headers: { 'x-amz-target': 'TrentService.Nothing' } },
    { headers: { 'x-amz-target': '' } },
  ])('%j are an UnknownOperationException', async (sent) => {
    const { port } = await serve();
    const { status, body } = await send(port, sent);
    expect([status, JSON.parse(body).__type]).toEqual([400, 'UnknownOperationException']);
  });

  it('get no answer that a browser would show to another origin', async () => {
    const { port } = await serve();
    const { headers } = await send(port, { headers: { origin: 'https://evil.example' }, method: 'OPTIONS', body: '' });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('carry the request id and the real date in their answers', async () => {
    const { port } = await serve();
    const { headers } = await send(port);
    expect(headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
    expect(Math.abs(Date.parse(String(headers['date'])) - Date.now())).toBeLessThan(5000);
    expect(headers).not.toHaveProperty('x-amz-crc32');
  });

  it('that are no HTTP do no harm', async () => {
    const { port } = await serve();
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.end('\u0016\u0003\u0001 this is no HTTP\r\n\r\n'));
      socket.on('close', () => resolve()).on('error', () => undefined);
      socket.resume();
    });
    expect((await send(port)).status).toBe(200);
  });
});

describe('one port', () => {
  it('serves every Region and account, as the signature says', async () => {
    const { server } = await serve();
    const client = (region: string, accessKeyId: string) =>
      new KMS({ endpoint: server.url, region, credentials: { accessKeyId, secretAccessKey: 's' } });
    const arns = new Set<string | undefined>();
    for (const region of ['us-east-1', 'eu-west-1', 'cn-north-1', 'us-gov-west-1']) {
      for (const account of ['111122223333', '444455556666']) {
        const made = await client(region, account).createKey();
        arns.add(made.KeyMetadata?.Arn?.replace(/key\/.*/, ''));
      }
    }
    expect([...arns].sort()).toEqual([
      'arn:aws-cn:kms:cn-north-1:111122223333:',
      'arn:aws-cn:kms:cn-north-1:444455556666:',
      'arn:aws-us-gov:kms:us-gov-west-1:111122223333:',
      'arn:aws-us-gov:kms:us-gov-west-1:444455556666:',
      'arn:aws:kms:eu-west-1:111122223333:',
      'arn:aws:kms:eu-west-1:444455556666:',
      'arn:aws:kms:us-east-1:111122223333:',
      'arn:aws:kms:us-east-1:444455556666:',
    ]);
  });
});

describe('close', () => {
  it('drops connections and frees the port, by Symbol.asyncDispose too', async () => {
    const server = await startKmsServer(new MemoryKms());
    const port = Number(new URL(server.url).port);
    const client = new KMS({
      endpoint: server.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    });
    await client.listKeys();
    await server[Symbol.asyncDispose]();
    await expect(send(port)).rejects.toThrow();
    const again = await startKmsServer(new MemoryKms(), { port });
    expect(again.url).toBe(server.url);
    await again.close();
    client.destroy();
  });

  it('fails where the port is taken', async () => {
    const { port } = await serve();
    await expect(startKmsServer(new MemoryKms(), { port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('a scripted outage', () => {
  it('drops the connection, which the SDK retries', async () => {
    const { kms, server } = await serve(new MemoryKms({ faults: [{ operation: 'ListKeys', outage: true, nth: 1 }] }));
    const client = new KMS({
      endpoint: server.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    });
    expect((await client.listKeys()).$metadata.attempts).toBe(2);
    expect(kms.callCount()).toBe(2);
    client.destroy();
  });
});
