import { type KmsClient, KmsGovernor, type KmsGovernorOptions } from '@waxseal/keyring';
import { beforeEach, describe, expect, test } from 'vitest';
import { awsError, keyArn, StubKms } from '../stub-kms.ts';
import { FakeClock, settle } from './fake-clock.ts';

const REAL = 'us-east-1';
const MAX_GATES = 64;
const generate = { KeyId: keyArn('k'), NumberOfBytes: 32 };

let clock: FakeClock;
/** Of the Regions that are none: nobody answers there. */
let nowhere: StubKms;
let real: StubKms;
beforeEach(() => {
  clock = new FakeClock();
  nowhere = failing('ENOTFOUND', 'server');
  real = new StubKms();
});

function failing(...error: Parameters<typeof awsError>): StubKms {
  const kms = new StubKms();
  kms.bend = () => {
    throw awsError(...error);
  };
  return kms;
}

/** A governor over one real Region and any number of invented ones, each with a client of its own. */
function setUp(
  options: Partial<KmsGovernorOptions> = {},
  invented = (): Pick<KmsClient, 'generateDataKey'> => nowhere,
) {
  const governor = new KmsGovernor({ requestsPerSecond: 10, burst: 5, clock, ...options });
  const supply = governor.govern((region) => {
    const client = region === REAL ? real : invented();
    return { generateDataKey: client.generateDataKey.bind(client) };
  });
  const call = async (region: string, abortSignal?: AbortSignal) =>
    supply(region)?.generateDataKey(generate, abortSignal === undefined ? {} : { abortSignal });
  /** What messages of strangers do: they name Regions, each a few times. */
  const strangers = async (from: number, to: number, calls = 1) => {
    for (let index = from; index < to; index += 1) {
      for (let count = 0; count < calls; count += 1) await call(`xx-north-${index}`).catch(() => {});
    }
  };
  return { governor, call, strangers, regions: () => Object.keys(governor.stats()) };
}

describe('Regions that strangers invent', () => {
  test('10,000 of them leave a bounded number behind, and cost the same from first to last', async () => {
    const { strangers, regions } = setUp({ breakerFailures: 1 });
    const costs: number[] = [];
    for (let block = 0; block < 10; block += 1) {
      const start = process.cpuUsage();
      await strangers(block * 1_000, (block + 1) * 1_000);
      const { user, system } = process.cpuUsage(start);
      costs.push(user + system);
      // Some are open then, and some half-open.
      await clock.advance(1_000);
    }
    expect(nowhere.calls).toHaveLength(10_000);
    expect(regions()).toHaveLength(MAX_GATES);
    // The least of several: a collection of garbage may fall into any of them. Quadratic would be eight times as much.
    expect(Math.min(...costs.slice(-3))).toBeLessThan(3 * Math.min(...costs.slice(0, 3)));
  });

  test.each([
    ['closed', 1, 0, 'closed'],
    ['open', 5, 0, 'open'],
    ['half-open', 5, 5_000, 'halfOpen'],
  ])('make room for others while their breakers are %s', async (_what, calls, pauseMs, breaker) => {
    const { governor, strangers, regions } = setUp();
    await strangers(0, MAX_GATES, calls);
    await clock.advance(pauseMs);
    expect(Object.values(governor.stats()).every((stats) => stats.breaker === breaker)).toBe(true);
    await strangers(MAX_GATES, MAX_GATES + 10);
    expect(regions()).toEqual(Array.from({ length: MAX_GATES }, (_, index) => `xx-north-${index + 10}`));
  });

  test('do not wipe out what is known of a real Region under load', async () => {
    const { governor, call, strangers } = setUp({ requestsPerSecond: 1_000, burst: 1_000 });
    let throttle = 1;
    real.bend = (_call, answer) => {
      if (throttle-- > 0) throw awsError('ThrottlingException');
      return answer;
    };
    for (let message = 0; message < 51; message += 1) {
      const answer = call(REAL);
      await clock.advance(2);
      await answer;
      await strangers(message * 20, message * 20 + 20, 5);
    }
    expect(governor.stats()[REAL]).toMatchObject({ sent: 52, throttled: 1 });
    expect(governor.stats()[REAL]?.requestsPerSecond).toBeLessThan(510);
  });

  test('do not close the breaker of a real Region that is down', async () => {
    const { governor, call, strangers } = setUp();
    real.bend = () => {
      throw awsError('ECONNREFUSED', 'server');
    };
    for (let message = 0; message < 20; message += 1) {
      await strangers(message * 20, message * 20 + 20, 5);
      await call(REAL).catch(() => {});
    }
    expect(real.calls).toHaveLength(5);
    expect(governor.stats()[REAL]).toMatchObject({ breaker: 'open', refused: 15 });
  });
});

describe('a Region is forgotten', () => {
  test('when nothing is to be remembered, before one that was called longer ago', async () => {
    const { call, strangers, regions } = setUp();
    await strangers(0, 1, 5);
    await call(REAL);
    await strangers(1, MAX_GATES - 1, 5);
    // The tokens of the one real call are back, the strangers' pauses are not over.
    await clock.advance(4_999);
    await strangers(MAX_GATES, MAX_GATES + 1);
    expect(regions()).not.toContain(REAL);
    expect(regions()).toContain('xx-north-0');
  });

  test('not while a call is in it, between two attempts as well', async () => {
    const { governor, call, strangers } = setUp();
    let answer = () => {};
    real.bend = (_call, wrapped) => new Promise((resolve) => (answer = () => resolve(wrapped)));
    const slow = call(REAL);
    await strangers(0, 200, 5);
    expect(governor.stats()[REAL]).toMatchObject({ inFlight: 1, sent: 1 });
    answer();
    await slow;
    real.bend = () => {
      throw awsError('ThrottlingException');
    };
    const throttled = call(REAL).catch((error: unknown) => error);
    await settle();
    await strangers(200, 400, 5);
    expect(governor.stats()[REAL]).toMatchObject({ queued: 1, sent: 2, throttled: 1 });
    await clock.advance(3_000);
    expect(await throttled).toMatchObject({ name: 'ThrottlingException' });
    await strangers(400, 500, 5);
    expect(governor.stats()[REAL]).toBeUndefined();
  });
});

describe('while calls are in all of them', () => {
  const hanging = { generateDataKey: () => new Promise<never>(() => {}) };
  const fillUp = async (call: (region: string, signal: AbortSignal) => Promise<unknown>) => {
    const calls = Array.from({ length: MAX_GATES }, (_, index) => {
      const controller = new AbortController();
      return { controller, outcome: call(`yy-south-${index}`, controller.signal) };
    });
    await settle();
    return async () => {
      for (const { controller } of calls) controller.abort();
      await Promise.allSettled(calls.map(({ outcome }) => outcome));
    };
  };

  test('further Regions share one gate, and get their own when there is room', async () => {
    const { governor, call, regions } = setUp({ requestsPerSecond: 1_000, burst: 100 }, () => hanging);
    const end = await fillUp(call);
    await call(REAL);
    const others = ['zz-1', 'zz-2', 'zz-3'].map((region) => call(region).catch((error: unknown) => error));
    await settle();
    expect(regions()).toHaveLength(MAX_GATES + 1);
    expect(governor.stats()['*']).toMatchObject({ sent: 4, inFlight: 3 });
    await end();
    await call(REAL);
    expect(governor.stats()[REAL]).toMatchObject({ sent: 1 });
    expect(regions()).toHaveLength(MAX_GATES + 1);
    await clock.advance(10_000);
    expect(await Promise.all(others)).toMatchObject(Array(3).fill({ code: 'ERR_KMS_DEADLINE' }));
  });

  test('the failures of some that share it do not shut out the others', async () => {
    let isFull = false;
    const { call, strangers } = setUp({ requestsPerSecond: 1_000, burst: 100 }, () => (isFull ? nowhere : hanging));
    const end = await fillUp(call);
    isFull = true;
    await strangers(0, 20);
    await call(REAL);
    await end();
  });

  test('closing refuses what waits in the shared one too', async () => {
    const { governor, call } = setUp({ requestsPerSecond: 1, burst: 1 }, () => hanging);
    const end = await fillUp(call);
    await call(REAL);
    const waiting = call(REAL).catch((error: unknown) => error);
    await settle();
    expect(governor.stats()['*']).toMatchObject({ queued: 1 });
    governor.close();
    expect(await waiting).toBeInstanceOf(TypeError);
    await end();
    expect(clock.timerCount).toBe(0);
  });
});
