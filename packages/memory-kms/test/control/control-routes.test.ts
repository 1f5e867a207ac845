import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createControlRoutes,
  FakeClock,
  type KmsServer,
  MemoryKms,
  startKmsServer,
  TravelClock,
} from '../../src/index.ts';

let kms: MemoryKms;
let server: KmsServer;

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

beforeEach(async () => {
  kms = new MemoryKms({ clock: new FakeClock('2026-01-01T00:00:00Z') });
  server = await startKmsServer(kms, { control: createControlRoutes(kms) });
});
afterEach(() => server.close());

describe('/_kms/', () => {
  it('is off unless asked for', async () => {
    const plain = await startKmsServer(kms);
    const response = await fetch(`${plain.url}/_kms/health`);
    expect(response.status).toBe(400);
    await plain.close();
  });

  it('tells health', async () => {
    expect(await ask('GET', '/_kms/health')).toEqual({
      status: 200,
      body: { status: 'ok', service: 'kms', production: false, now: '2026-01-01T00:00:00.000Z' },
    });
  });

  it('moves the clock, and with it rotation', async () => {
    const { KeyMetadata } = await kms.client().createKey({});
    await kms.client().enableKeyRotation({ KeyId: KeyMetadata?.KeyId, RotationPeriodInDays: 90 });
    expect((await ask('POST', '/_kms/clock', { advance: '91d' })).body).toEqual({ now: '2026-04-02T00:00:00.000Z' });
    expect((await kms.client().listKeyRotations({ KeyId: KeyMetadata?.KeyId })).Rotations).toHaveLength(1);
    expect((await ask('POST', '/_kms/clock', { advance: 'soon' })).status).toBe(400);
    expect((await ask('POST', '/_kms/clock', {})).status).toBe(400);
  });

  it('does not move the clock of the system', async () => {
    const real = createControlRoutes(new MemoryKms());
    const headers = { 'content-type': 'application/json' };
    const answer = await real.answer({
      method: 'POST',
      path: '/_kms/clock',
      headers,
      body: Buffer.from('{"advance":"1d"}'),
    });
    expect(answer?.status).toBe(409);
  });

  it('sets, shows and removes faults', async () => {
    await ask('PUT', '/_kms/faults', [{ error: 'ThrottlingException' }]);
    await expect(kms.client().listKeys({})).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect((await ask('GET', '/_kms/faults')).body).toMatchObject([{ struck: 1 }]);
    expect((await ask('PUT', '/_kms/faults', [{ eror: 'x' }])).body['message']).toContain('"eror" of faults[0]');
    for (const rule of [
      { error: 'x', operation: 'Decript' },
      { error: 'x', operation: ['ReEncryptTo'] },
    ]) {
      const { status, body } = await ask('PUT', '/_kms/faults', [rule]);
      expect([status, body['message']]).toEqual([400, expect.stringContaining('KMS has no operation')]);
    }
    expect((await ask('GET', '/_kms/faults')).body).toMatchObject([{ struck: 1 }]);
    await ask('DELETE', '/_kms/faults');
    await kms.client().listKeys({});
  });

  it('resets, shows audit and counts, and explains', async () => {
    await kms.client().createKey({});
    expect((await ask('GET', '/_kms/audit')).body).toMatchObject([{ eventName: 'CreateKey' }]);
    expect((await ask('GET', '/_kms/counts')).body).toMatchObject({ total: 1, byOperation: { CreateKey: 1 } });
    expect((await ask('POST', '/_kms/explain', { action: 'ListKeys' })).body['decision']).toContain(
      'allowed: kms:ListKeys',
    );
    const misspelt = { action: 'Decrypt', keyID: 'alias/app' };
    expect(await ask('POST', '/_kms/explain', misspelt)).toEqual({
      status: 400,
      body: { message: 'unknown option "keyID" of explain(): did you mean keyId?' },
    });
    expect((await ask('POST', '/_kms/explain', { action: 'Decrypt', keyId: 'alias/nope' })).status).toBe(400);
    await ask('POST', '/_kms/reset');
    expect((await ask('GET', '/_kms/counts')).body).toMatchObject({ total: 0 });
    expect((await kms.client().listKeys({})).Keys).toEqual([]);
  });

  it.each([
    ['GET', '/_kms/nothing', undefined, {}, 404],
    ['GET', '/_kms/reset', undefined, {}, 404],
    ['GET', '/_kms/__proto__', undefined, {}, 404],
    ['POST', '/_kms/reset', undefined, { origin: 'http://evil.example' }, 403],
    ['POST', '/_kms/reset', undefined, { 'content-type': 'text/plain' }, 415],
    ['POST', '/_kms/clock', '{', {}, 400],
    ['POST', '/_kms/clock', 'null', {}, 400],
  ])('answers %s %s %j %j with %i', async (method, path, body, headers, status) => {
    await kms.client().createKey({});
    expect((await ask(method, path, body, headers)).status).toBe(status);
    expect((await kms.client().listKeys({})).Keys).toHaveLength(1);
  });
});

describe('TravelClock', () => {
  it('goes on by itself and can be advanced; timers fire on both ways', async () => {
    const clock = new TravelClock();
    const fired: string[] = [];
    clock.setTimer(() => fired.push('day'), 86_400_000);
    clock.setTimer(() => fired.push('hour'), 3_600_000);
    const cancel = clock.setTimer(() => fired.push('cancelled'), 1000);
    clock.setTimer(() => fired.push('soon'), 5);
    cancel();
    expect(clock.now() - Date.now()).toBeLessThan(50);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(fired).toEqual(['soon']);
    clock.advance('2d');
    expect(fired).toEqual(['soon', 'hour', 'day']);
    expect(clock.now() - Date.now()).toBeGreaterThan(172_700_000);
  });
});
