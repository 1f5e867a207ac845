import { KMS } from '@aws-sdk/client-kms';
import { type KmsClient, KmsGovernor, type KmsGovernorOptions, KmsKeyring, KmsMrkKeyring } from '@waxseal/keyring';
import { beforeEach, describe, expect, test } from 'vitest';
import { dataKeyFailure } from '../failures.ts';
import { decryptRequest, encryptRequest } from '../requests.ts';
import { awsError, keyArn, StubKms } from '../stub-kms.ts';
import { FakeClock, settle } from './fake-clock.ts';

const KEY = keyArn('k');

let clock: FakeClock;
let kms: StubKms;
beforeEach(() => {
  clock = new FakeClock();
  kms = new StubKms();
});

const make = (options: Partial<KmsGovernorOptions> = {}) =>
  new KmsGovernor({ requestsPerSecond: 10, burst: 1, clock, ...options });
const generate = { KeyId: KEY, NumberOfBytes: 32 };
const names = () => kms.calls.map(({ operation, options }) => `${operation} ${options?.priority ?? ''}`.trim());
const noError = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('rate', () => {
  test('a thousand calls at once go out at the rate, each of them once', async () => {
    const governed = make({ requestsPerSecond: 100, burst: 10, deadlineMs: 60_000 }).govern(kms, 'us-east-1');
    const calls = Promise.all(Array.from({ length: 1_000 }, () => governed.generateDataKey(generate)));
    const seen: number[] = [];
    for (let second = 0; second < 10; second += 1) {
      await clock.advance(1_000);
      seen.push(kms.calls.length);
    }
    expect(seen[0]).toBe(110);
    for (let second = 1; second < 9; second += 1) expect(seen[second]! - seen[second - 1]!).toBe(100);
    expect(await calls).toHaveLength(1_000);
    expect(clock.timerCount).toBe(0);
  });

  test('counts the calls of a client that is a function, too', async () => {
    const governor = make();
    const client = Object.assign(() => undefined, { generateDataKey: kms.generateDataKey.bind(kms) });
    await governor
      .govern(() => client)('us-east-1')
      ?.generateDataKey(generate);
    expect(governor.stats()).toMatchObject({ 'us-east-1': { sent: 1 } });
  });

  test('each Region has its own', async () => {
    const governor = make();
    const supply = governor.govern(() => kms);
    for (const region of ['us-east-1', 'eu-west-1', undefined]) void supply(region)?.generateDataKey(generate);
    await settle();
    // One client serves all three here, and a client is governed under the first Region that it was given for.
    expect(Object.keys(governor.stats())).toEqual(['us-east-1']);
    const regional = governor.govern((region) => (region === undefined ? undefined : new StubKms()));
    expect(regional(undefined)).toBeUndefined();
    for (const region of ['eu-west-1', 'ap-south-1']) void regional(region)?.generateDataKey(generate);
    await settle();
    expect(governor.stats()).toMatchObject({ 'eu-west-1': { sent: 1 }, 'ap-south-1': { sent: 1 } });
  });

  test('is halved by throttling, and the throttled call is sent again', async () => {
    const governor = make();
    const governed = governor.govern(kms, 'us-east-1');
    let throttle = 1;
    kms.bend = (_call, answer) => {
      if (throttle-- > 0) throw awsError('ThrottlingException');
      return answer;
    };
    const answer = governed.generateDataKey(generate);
    await settle();
    expect(governor.stats()['us-east-1']).toMatchObject({ requestsPerSecond: 5, throttled: 1, queued: 1 });
    await clock.advance(200);
    expect((await answer).KeyId).toBe(KEY);
    expect(kms.calls).toHaveLength(2);
    await clock.advance(10_000);
    expect(governor.stats()['us-east-1']).toMatchObject({ requestsPerSecond: 10 });
  });

  test('after the last attempt the error of AWS comes through as it was', async () => {
    const governed = make({ maxAttempts: 2 }).govern(kms, 'us-east-1');
    const cause = awsError('ThrottlingException');
    kms.bend = () => {
      throw cause;
    };
    const outcome = noError(governed.generateDataKey(generate));
    await clock.advance(1_000);
    expect(await outcome).toBe(cause);
    expect(kms.calls).toHaveLength(2);
  });

  test('other refusals neither slow it down nor are tried again', async () => {
    const governor = make();
    const governed = governor.govern(kms, 'us-east-1');
    kms.bend = () => {
      throw awsError('AccessDeniedException');
    };
    expect(await noError(governed.generateDataKey(generate))).toMatchObject({ name: 'AccessDeniedException' });
    expect(governor.stats()['us-east-1']).toMatchObject({
      requestsPerSecond: 10,
      throttled: 0,
      sent: 1,
      breaker: 'closed',
    });
  });

  test('settles below the quota of a KMS that throttles', async () => {
    const governor = make({ requestsPerSecond: 100, deadlineMs: 3_600_000, maxAttempts: 100 });
    const governed = governor.govern(kms, 'us-east-1');
    // A quota of 40 requests in each second.
    let second = -1;
    let inSecond = 0;
    kms.bend = (_call, answer) => {
      const now = Math.floor(clock.now() / 1_000);
      inSecond = now === second ? inSecond + 1 : 1;
      second = now;
      if (inSecond > 40) throw awsError('ThrottlingException');
      return answer;
    };
    const calls = Promise.all(Array.from({ length: 2_000 }, () => governed.generateDataKey(generate)));
    await clock.advance(120_000);
    expect(await calls).toHaveLength(2_000);
    const { sent, throttled } = governor.stats()['us-east-1']!;
    expect(sent).toBe(2_000 + throttled);
    // Uncontrolled, 60 of 100 requests each second would be throttled.
    expect(throttled / sent).toBeLessThan(0.25);
  });
});

describe('order', () => {
  test('decrypting before encrypting before the background, and in order of arrival among equals', async () => {
    const governed = make().govern(kms, 'us-east-1');
    const { CiphertextBlob = new Uint8Array(0) } = await kms.encrypt({ KeyId: KEY, Plaintext: new Uint8Array(32) });
    kms.calls.length = 0;
    const background = { priority: 'background' } as const;
    const calls = [
      governed.generateDataKey(generate),
      governed.decrypt({ KeyId: KEY, CiphertextBlob }, background),
      governed.encrypt({ KeyId: KEY, Plaintext: new Uint8Array(1) }, background),
      governed.generateDataKey(generate),
      governed.encrypt({ KeyId: KEY, Plaintext: new Uint8Array(1) }),
      governed.decrypt({ KeyId: KEY, CiphertextBlob }),
      governed.decrypt({ KeyId: KEY, CiphertextBlob }),
    ];
    await clock.advance(1_000);
    await Promise.all(calls);
    expect(names()).toEqual([
      'GenerateDataKey',
      'Decrypt',
      'Decrypt',
      'GenerateDataKey',
      'Encrypt',
      'Decrypt background',
      'Encrypt background',
    ]);
  });

  test('more waiting calls than allowed are refused at once', async () => {
    const governed = make({ maxQueued: 2 }).govern(kms, 'us-east-1');
    const calls = Array.from({ length: 4 }, () => governed.generateDataKey(generate));
    expect(await noError(calls[3]!)).toMatchObject({ code: 'ERR_KMS_QUEUE_FULL', category: 'transient', keyId: KEY });
    await clock.advance(1_000);
    await Promise.all(calls.slice(0, 3));
  });
});

describe('deadline and abort', () => {
  const silent: Pick<KmsClient, 'decrypt'> = { decrypt: () => new Promise(() => {}) };
  const input = { KeyId: KEY, CiphertextBlob: new Uint8Array(1) };

  test('a call without an answer ends at the deadline, even if the client heeds no signal', async () => {
    const governed = make({ deadlineMs: 500 }).govern(silent, 'us-east-1');
    const outcome = noError(governed.decrypt(input));
    await clock.advance(499);
    await clock.advance(1);
    expect(await outcome).toMatchObject({ code: 'ERR_KMS_DEADLINE', category: 'transient', operation: 'Decrypt' });
    expect(clock.timerCount).toBe(0);
  });

  test('the client’s own signal is aborted at the deadline', async () => {
    let signal: AbortSignal | undefined;
    const client: Pick<KmsClient, 'decrypt'> = {
      decrypt: (_input, options) => {
        signal = options?.abortSignal;
        return new Promise(() => {});
      },
    };
    const outcome = noError(make({ deadlineMs: 500 }).govern(client, 'us-east-1').decrypt(input));
    await settle();
    expect(signal?.aborted).toBe(false);
    await clock.advance(500);
    expect(signal?.aborted).toBe(true);
    await outcome;
  });

  test('waiting counts: a call that gets no turn ends at the deadline unsent', async () => {
    const governed = make({ requestsPerSecond: 1, deadlineMs: 500 }).govern(kms, 'us-east-1');
    await governed.generateDataKey(generate);
    const outcome = noError(governed.generateDataKey(generate));
    await clock.advance(500);
    expect(await outcome).toMatchObject({ code: 'ERR_KMS_DEADLINE' });
    expect(kms.calls).toHaveLength(1);
  });

  test('an aborted call leaves the queue with the caller’s reason, and takes no token', async () => {
    const governor = make();
    const governed = governor.govern(kms, 'us-east-1');
    await governed.generateDataKey(generate);
    const controller = new AbortController();
    const aborted = noError(governed.generateDataKey(generate, { abortSignal: controller.signal }));
    const patient = governed.generateDataKey(generate);
    await settle();
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await aborted).toBe(reason);
    expect(governor.stats()['us-east-1']).toMatchObject({ queued: 1 });
    await clock.advance(100);
    await patient;
    expect(kms.calls).toHaveLength(2);
  });

  test('an aborted call on its way ends at once, and is no failure of the Region', async () => {
    const governor = make({ breakerFailures: 1 });
    const controller = new AbortController();
    const outcome = noError(governor.govern(silent, 'us-east-1').decrypt(input, { abortSignal: controller.signal }));
    await settle();
    controller.abort();
    expect(await outcome).toBe(controller.signal.reason);
    expect(governor.stats()['us-east-1']).toMatchObject({ breaker: 'closed', inFlight: 0 });
  });

  test('a signal aborted before makes no call', async () => {
    const reason = new Error('never');
    const governed = make().govern(kms, 'us-east-1');
    expect(await noError(governed.generateDataKey(generate, { abortSignal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(kms.calls).toEqual([]);
  });
});

describe('breaker', () => {
  const failing = (governor: KmsGovernor) => {
    kms.bend = () => {
      throw awsError('KMSInternalException', 'server');
    };
    return governor.govern(kms, 'us-east-1');
  };

  test('after failures in a row, calls are refused unsent, and waiting ones at once, each in its own name', async () => {
    const governor = make({ breakerFailures: 3, requestsPerSecond: 1_000, burst: 3 });
    const governed = failing(governor);
    const other = keyArn('other');
    const outcomes = [
      ...[1, 2, 3].map(() => noError(governed.generateDataKey(generate))),
      noError(governed.generateDataKey({ ...generate, KeyId: other })),
    ];
    await settle();
    expect(await outcomes[3]).toMatchObject({ code: 'ERR_KMS_BREAKER_OPEN', keyId: other });
    expect(await noError(governed.generateDataKey(generate))).toMatchObject({ code: 'ERR_KMS_BREAKER_OPEN' });
    expect(kms.calls).toHaveLength(3);
    expect(governor.stats()['us-east-1']).toMatchObject({ breaker: 'open', refused: 2 });
  });

  test('after the pause one probe goes out; its answer closes the breaker', async () => {
    const governor = make({ breakerFailures: 1, breakerPauseMs: 1_000, requestsPerSecond: 1_000, burst: 100 });
    const governed = failing(governor);
    await noError(governed.generateDataKey(generate));
    await clock.advance(1_000);
    kms.bend = (_call, answer) => answer;
    const outcomes = await Promise.all([1, 2, 3].map(() => noError(governed.generateDataKey(generate))));
    expect(outcomes.filter((outcome) => outcome === undefined)).toHaveLength(1);
    expect(governor.stats()['us-east-1']).toMatchObject({ breaker: 'closed' });
    expect(await noError(governed.generateDataKey(generate))).toBeUndefined();
  });

  test('throttling does not open it', async () => {
    const governor = make({ breakerFailures: 1, maxAttempts: 1, requestsPerSecond: 1_000, burst: 100 });
    const governed = governor.govern(kms, 'us-east-1');
    kms.bend = () => {
      throw awsError('ThrottlingException');
    };
    const outcomes = Promise.all([1, 2, 3].map(() => noError(governed.generateDataKey(generate))));
    await clock.advance(1_000);
    await outcomes;
    expect(governor.stats()['us-east-1']).toMatchObject({ breaker: 'closed' });
  });

  test('missing credentials neither open it nor close it: they are no news of KMS', async () => {
    const governor = make({ breakerFailures: 2, breakerPauseMs: 1_000, requestsPerSecond: 1_000, burst: 100 });
    const governed = governor.govern(kms, 'us-east-1');
    const fail = async (name: string) => {
      kms.bend = () => {
        throw awsError(name);
      };
      return noError(governed.generateDataKey(generate));
    };
    for (let count = 0; count < 5; count += 1) await fail('CredentialsProviderError');
    expect(governor.stats()['us-east-1']).toMatchObject({ breaker: 'closed', sent: 5 });
    for (const name of ['KMSInternalException', 'TokenProviderError', 'KMSInternalException']) await fail(name);
    expect(governor.stats()['us-east-1']).toMatchObject({ breaker: 'open' });
    await clock.advance(1_000);
    expect(await fail('CredentialsProviderError')).toMatchObject({ name: 'CredentialsProviderError' });
    expect(governor.stats()['us-east-1']).toMatchObject({ breaker: 'halfOpen' });
  });

  test('missing credentials keep KmsMrkKeyring from asking further Regions', async () => {
    kms.bend = () => {
      throw awsError('CredentialsProviderError');
    };
    const keyring = new KmsMrkKeyring({ kms, keyId: keyArn('mrk-1'), regions: ['us-west-2'] });
    const error = await dataKeyFailure(keyring.onEncrypt(encryptRequest()));
    expect(error.attempts).toMatchObject([{ cause: { code: 'ERR_KMS_CREDENTIALS' } }]);
  });

  test('lets KmsMrkKeyring go on to the next Region without asking the first', async () => {
    const governor = make({ breakerFailures: 1, requestsPerSecond: 1_000, burst: 100 });
    const regions: Record<string, StubKms> = { 'us-east-1': new StubKms(), 'us-west-2': new StubKms() };
    regions['us-east-1']!.bend = () => {
      throw awsError('ECONNREFUSED', 'server');
    };
    const keyring = new KmsMrkKeyring({
      kms: governor.govern((region) => regions[region ?? '']),
      keyId: keyArn('mrk-1', 'us-east-1'),
      regions: ['us-west-2'],
    });
    for (let count = 0; count < 3; count += 1) await keyring.onEncrypt(encryptRequest());
    expect(regions['us-east-1']!.calls).toHaveLength(1);
    expect(regions['us-west-2']!.calls).toHaveLength(3);
  });
});

describe('around keyrings and clients', () => {
  test('keyrings work through it, and their errors name what the governor did', async () => {
    const governor = make({ requestsPerSecond: 1_000, burst: 100, maxQueued: 1 });
    const governed = governor.govern(kms, 'us-east-1');
    const keyring = new KmsKeyring({ kms: governed, generatorKeyId: KEY });
    const { dataKey, encryptedDataKeys } = await keyring.onEncrypt(encryptRequest({ priority: 'background' }));
    expect(await keyring.onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
    governor.close();
    const error = await dataKeyFailure(keyring.onDecrypt(decryptRequest(encryptedDataKeys)));
    expect(error.attempts[0]?.cause).toMatchObject({ cause: { message: 'the KMS governor was closed' } });
  });

  test('closing refuses what waits and lets what is on its way come to its end', async () => {
    const governor = make();
    const governed = governor.govern(kms, 'us-east-1');
    const first = governed.generateDataKey(generate);
    const second = noError(governed.generateDataKey(generate));
    governor.close();
    expect((await first).KeyId).toBe(KEY);
    expect(await second).toBeInstanceOf(TypeError);
    await governor[Symbol.asyncDispose]();
    expect(clock.timerCount).toBe(0);
  });

  test('has the methods of the client, and no others', () => {
    const governed = make().govern({ decrypt: kms.decrypt.bind(kms), describeKey: () => {} }, 'us-east-1');
    expect(Object.keys(governed)).toEqual(['decrypt']);
  });

  test('fits the SDK and the keyrings with no adapter', () => {
    const sdk: KmsClient = make().govern(new KMS({ region: 'us-east-1' }), 'us-east-1');
    expect(Object.keys(sdk)).toContain('reEncrypt');
    expect(() => new KmsKeyring({ kms: sdk, generatorKeyId: KEY })).not.toThrow();
  });

  test('forgets idle Regions: names from messages do not pile up', async () => {
    const governor = make();
    const supply = governor.govern(() => new StubKms());
    for (let index = 0; index < 1_000; index += 1) {
      await supply(`xx-north-${index}`)?.generateDataKey(generate);
    }
    expect(Object.keys(governor.stats()).length).toBeLessThanOrEqual(64);
  });
});

test.each([
  ['no rate', {}],
  ['a rate of 0', { requestsPerSecond: 0 }],
  ['an endless rate', { requestsPerSecond: Number.POSITIVE_INFINITY }],
  ['a broken burst', { requestsPerSecond: 1, burst: 1.5 }],
  ['a deadline of 0', { requestsPerSecond: 1, deadlineMs: 0 }],
  ['no attempt', { requestsPerSecond: 1, maxAttempts: 0 }],
])('is not made with %s', (_what, options) => {
  expect(() => new KmsGovernor(options as never)).toThrow(RangeError);
});

test('the system clock serves as well', async () => {
  const governed = new KmsGovernor({ requestsPerSecond: 100, burst: 1 }).govern(kms, 'us-east-1');
  const start = performance.now();
  await Promise.all([1, 2, 3].map(() => governed.generateDataKey(generate)));
  expect(performance.now() - start).toBeGreaterThanOrEqual(15);
});
