// Scripted latency whose caller goes away: nothing is left that holds the process.

import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { type Clock, MemoryKms, startKmsServer } from '@waxseal/memory-kms';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { frontNames, openFront } from '../fronts.ts';

afterEach(() => vi.useRealTimers());

/** A clock whose timers never fire, and which tells how many there are. */
class StoppedClock implements Clock {
  pending = 0;
  now = () => Date.now();
  setTimer() {
    this.pending += 1;
    return () => {
      this.pending -= 1;
    };
  }
}

function slowKms() {
  const clock = new StoppedClock();
  return { clock, kms: new MemoryKms({ clock, faults: [{ latencyMs: 60_000 }] }) };
}

async function until(isSo: () => boolean): Promise<void> {
  for (let waited = 0; waited < 5000 && !isSo(); waited += 5) await pause(5);
}

describe.each(frontNames)('an aborted call, %s', (name) => {
  it('fails at once, ends the wait, and is never carried out', async () => {
    const { clock, kms } = slowKms();
    const front = await openFront(kms, name);
    const controller = new AbortController();
    const call = front.client().createKey({}, { abortSignal: controller.signal });
    const outcome = call.then(
      () => 'ok',
      (error: Error) => error.name,
    );
    await until(() => clock.pending === 1);
    expect(clock.pending).toBe(1);
    controller.abort();
    expect(await outcome).toBe('AbortError');
    await until(() => clock.pending === 0);
    expect(clock.pending).toBe(0);
    kms.faults.replace([]);
    expect((await front.client().listKeys({})).Keys).toEqual([]);
    expect(kms.auditLog.map((record) => record.eventName)).toEqual(['ListKeys']);
    await front.close();
  });
});

it('leaves no timer of the system either', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const kms = new MemoryKms({ faults: [{ latencyMs: 60_000 }] });
  const controller = new AbortController();
  const call = kms.client().listKeys({}, { abortSignal: controller.signal });
  expect(vi.getTimerCount()).toBe(1);
  controller.abort();
  await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  expect(vi.getTimerCount()).toBe(0);
});

it('forgets the signal of a call that was answered', async () => {
  const kms = new MemoryKms({ faults: [{ latencyMs: 1 }] });
  const { signal } = new AbortController();
  const [added, removed] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
  await kms.client().listKeys({}, { abortSignal: signal });
  expect(added.mock.calls.length).toBe(2);
  expect(removed.mock.calls.length).toBe(2);
});

it('ends with the connection, and with the server', async () => {
  const { clock, kms } = slowKms();
  const server = await startKmsServer(kms);
  const headers = {
    'x-amz-target': 'TrentService.ListKeys',
    authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/kms/aws4_request',
  };
  const [left, dropped] = [0, 1].map(() =>
    request(server.url, { method: 'POST', headers })
      .on('error', () => {})
      .end('{}'),
  );
  await until(() => clock.pending === 2);
  expect(clock.pending).toBe(2);
  left?.destroy();
  await until(() => clock.pending === 1);
  expect(clock.pending).toBe(1);
  await server.close();
  await until(() => clock.pending === 0);
  expect(clock.pending).toBe(0);
  dropped?.destroy();
});
