import { KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { PrincipalDirectory } from '../../src/access/principal-directory.ts';
import { MemoryKms, startKmsServer } from '../../src/index.ts';
import { signatureAuthenticator } from '../../src/sigv4/signature-authenticator.ts';
import type { WireRequest } from '../../src/wire/answer-request.ts';

const ALICE = 'arn:aws:iam::111122223333:user/alice';
const credentials = { accessKeyId: 'AKIAALICE', secretAccessKey: 'the secret of alice' };
const temporary = { accessKeyId: 'ASIAJOB', secretAccessKey: 'the secret of the job', sessionToken: 'token' };
const principals = [
  { arn: ALICE, accessKeys: [credentials, { accessKeyId: 'AKIANOSECRET' }] },
  {
    arn: 'arn:aws:sts::111122223333:assumed-role/app/job',
    accessKeys: [temporary, { ...temporary, accessKeyId: 'ASIAOLD', expiresAt: new Date('2026-01-01') }],
  },
];
const directory = new PrincipalDirectory(principals);

const MISMATCH = 'The request signature we calculated does not match the signature you provided.';

/** A request as the genuine SDK signs it. */
async function signed(config: object = {}): Promise<WireRequest> {
  let captured: WireRequest | undefined;
  const requestHandler = {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: async ({
      method,
      path,
      headers,
      body,
    }: {
      method: string;
      path: string;
      headers: Record<string, string>;
      body: unknown;
    }) => {
      const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
      captured = {
        method,
        path,
        headers: Object.fromEntries(lower),
        body: body instanceof Uint8Array ? body : Buffer.from(String(body)),
      };
      return { response: { statusCode: 200, headers: {}, body: new Uint8Array(0) } };
    },
    destroy: () => undefined,
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
  const client = new KMSClient({
    region: 'eu-west-1',
    credentials,
    ...config,
    requestHandler: requestHandler as never,
  });
  await client.send(new ListKeysCommand({ Limit: 7 }));
  return captured as WireRequest;
}

const changed = (request: WireRequest, headers: Record<string, string>): WireRequest => ({
  ...request,
  headers: { ...request.headers, ...headers },
});

const verify = async (request: WireRequest, options: object = {}) =>
  signatureAuthenticator({ directory, ...options }).authenticate(request);

const refusal = async (request: WireRequest, options: object = {}) =>
  verify(request, options).then(
    () => ({ name: 'nothing', message: '' }),
    (error: Error) => ({ name: error.name, message: error.message }),
  );

describe('signatureAuthenticator', () => {
  it('lets the holder of the secret in, by name', async () => {
    expect(await verify(await signed())).toMatchObject({
      region: 'eu-west-1',
      caller: { principal: ALICE, account: '111122223333', accessKeyId: 'AKIAALICE' },
    });
  });

  it('lets temporary credentials in with their token', async () => {
    const identity = await verify(await signed({ credentials: temporary }));
    expect(identity.caller.principal).toContain('assumed-role/app/job');
  });

  it('refuses a wrong secret', async () => {
    const request = await signed({ credentials: { ...credentials, secretAccessKey: 'the secret of bob' } });
    expect(await refusal(request)).toEqual({
      name: 'InvalidSignatureException',
      message: expect.stringContaining(MISMATCH),
    });
  });

  it.each(['AKIAEVE', 'AKIANOSECRET', '__proto__'])(
    'refuses the access key %s, which has no secret here',
    async (accessKeyId) => {
      expect(await refusal(await signed({ credentials: { ...credentials, accessKeyId } }))).toEqual({
        name: 'UnrecognizedClientException',
        message: 'The security token included in the request is invalid.',
      });
    },
  );

  it('refuses a Region that was not signed', async () => {
    const request = await signed();
    const authorization = request.headers['authorization']?.replace('eu-west-1', 'us-east-1') ?? '';
    const host = 'kms.us-east-1.amazonaws.com';
    expect((await refusal(changed(request, { authorization, host }))).message).toContain(MISMATCH);
    expect(await refusal(changed(request, { authorization }))).toEqual({
      name: 'InvalidSignatureException',
      message: 'Credential should be scoped to a valid region.',
    });
  });

  it('refuses a Region that is not served', async () => {
    expect((await refusal(await signed(), { regions: ['us-east-1'] })).message).toBe(
      'Credential should be scoped to a valid region.',
    );
  });

  it('refuses another service', async () => {
    const request = await signed();
    const authorization = request.headers['authorization']?.replace('/kms/', '/s3/') ?? '';
    expect((await refusal(changed(request, { authorization }))).message).toBe(
      "Credential should be scoped to correct service: 'kms'.",
    );
  });

  it('refuses a changed body, also where a header vouches for it', async () => {
    const request = await signed();
    const body = Buffer.from('{"Limit":8}');
    expect((await refusal({ ...request, body })).message).toContain(MISMATCH);
    const vouched = changed({ ...request, body }, { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' });
    expect((await refusal(vouched)).message).toContain(MISMATCH);
  });

  it('refuses every changed signed header', async () => {
    const request = await signed();
    const names = /SignedHeaders=([^,]+)/.exec(request.headers['authorization'] ?? '')?.[1]?.split(';') ?? [];
    expect(names).toEqual(expect.arrayContaining(['host', 'x-amz-date', 'x-amz-target', 'content-type']));
    for (const name of names) {
      const error = await refusal(changed(request, { [name]: `${request.headers[name]}x` }));
      expect([name, error.name]).toEqual([name, expect.stringMatching(/InvalidSignature|IncompleteSignature/)]);
    }
    const target = await refusal(changed(request, { 'x-amz-target': 'TrentService.ScheduleKeyDeletion' }));
    expect(target.message).toContain(MISMATCH);
  });

  it('refuses a request whose operation is not signed', async () => {
    const request = await signed();
    const authorization = request.headers['authorization']?.replace(';x-amz-target', '') ?? '';
    expect((await refusal(changed(request, { authorization }))).message).toBe(
      "'x-amz-target' must be a signed header.",
    );
  });

  it('refuses old and future dates', async () => {
    const old = await signed({ systemClockOffset: -6 * 60_000 });
    expect(await refusal(old)).toEqual({
      name: 'InvalidSignatureException',
      message: expect.stringMatching(
        /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$/,
      ),
    });
    const future = await signed({ systemClockOffset: 6 * 60_000 });
    expect((await refusal(future)).message).toMatch(/^Signature not yet current: /);
    await verify(await signed({ systemClockOffset: -4 * 60_000 }));
  });

  it('refuses a replay after five minutes', async () => {
    const request = await signed();
    expect((await refusal(request, { now: () => Date.now() + 6 * 60_000 })).message).toMatch(/^Signature expired/);
  });

  it('refuses a wrong, a missing and an expired session token', async () => {
    const request = await signed({ credentials: temporary });
    expect((await refusal(changed(request, { 'x-amz-security-token': 'other' }))).name).toBe(
      'UnrecognizedClientException',
    );
    const { 'x-amz-security-token': _, ...without } = request.headers;
    expect((await refusal({ ...request, headers: without })).name).toBe('UnrecognizedClientException');
    const expired = await signed({ credentials: { ...temporary, accessKeyId: 'ASIAOLD' } });
    expect((await refusal(expired)).name).toBe('ExpiredTokenException');
  });

  it.each([
    [undefined, 'MissingAuthenticationTokenException'],
    ['', 'MissingAuthenticationTokenException'],
    ['Bearer x', 'IncompleteSignatureException'],
    ['AWS4-HMAC-SHA256 Credential=AKIAALICE/20260101/eu-west-1/kms/aws4_request', 'IncompleteSignatureException'],
    ['AWS4-HMAC-SHA256 Credential=AKIAALICE, SignedHeaders=host, Signature=00', 'IncompleteSignatureException'],
  ])('refuses the authorization %j', async (authorization, name) => {
    const request = await signed();
    const { authorization: _, ...headers } = request.headers;
    const sent = authorization === undefined ? headers : { ...headers, authorization };
    expect((await refusal({ ...request, headers: sent })).name).toBe(name);
  });

  it('guards the HTTP server: with the secret in, without it out', async () => {
    const kms = new MemoryKms({ principals, verifySignatures: true });
    const server = await startKmsServer(kms);
    const client = (secretAccessKey: string) =>
      new KMSClient({
        region: 'eu-west-1',
        endpoint: server.url,
        maxAttempts: 1,
        credentials: { ...credentials, secretAccessKey },
      });
    try {
      expect((await client(credentials.secretAccessKey).send(new ListKeysCommand({}))).Keys).toEqual([]);
      const refused = client('guessed').send(new ListKeysCommand({}));
      await expect(refused).rejects.toMatchObject({
        name: 'InvalidSignatureException',
        $metadata: { httpStatusCode: 400 },
      });
      expect(kms.auditLog.map((record) => record.userIdentity.arn)).toEqual([ALICE]);
    } finally {
      await server.close();
    }
  });
});
