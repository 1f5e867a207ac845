import { describe, expect, it } from 'vitest';
import { FakeClock, FaultPlan, type FaultRule, MemoryKms } from '../../src/index.ts';

const call = { operation: 'Decrypt', region: 'eu-west-1', principal: 'arn:aws:iam::111122223333:root' };

/** Numbers, from 1, of the calls that a plan strikes. */
function struck(rule: FaultRule, calls: number, seed?: number): number[] {
  const plan = new FaultPlan([rule], seed);
  return Array.from({ length: calls }, (_, index) => index + 1).filter(() => plan.strike(call).length > 0);
}

describe('FaultPlan', () => {
  it('strikes every third call', () => {
    expect(struck({ every: 3, error: 'ThrottlingException' }, 10)).toEqual([3, 6, 9]);
  });

  it('strikes the calls that are named', () => {
    expect(struck({ nth: [1, 4], error: 'x' }, 10)).toEqual([1, 4]);
    expect(struck({ nth: 2, error: 'x' }, 10)).toEqual([2]);
  });

  it('stops after so many strikes', () => {
    expect(struck({ times: 2, error: 'x' }, 10)).toEqual([1, 2]);
    expect(struck({ every: 2, times: 2, error: 'x' }, 10)).toEqual([2, 4]);
  });

  it('strikes with a probability, the same calls for the same seed', () => {
    const first = struck({ probability: 0.25, error: 'x' }, 4000, 7);
    expect(first).toEqual(struck({ probability: 0.25, error: 'x' }, 4000, 7));
    expect(first).not.toEqual(struck({ probability: 0.25, error: 'x' }, 4000, 8));
    expect(first.length).toBeGreaterThan(850);
    expect(first.length).toBeLessThan(1150);
  });

  it.each<[Partial<FaultRule>, number]>([
    [{ operation: 'Encrypt' }, 0],
    [{ operation: ['Encrypt', 'Decrypt'] }, 1],
    [{ operation: '*' }, 1],
    [{ region: 'us-east-1' }, 0],
    [{ principal: call.principal }, 1],
    [{ keyId: 'alias/app' }, 0],
  ])('filters by %j', (filter, strikes) => {
    expect(new FaultPlan([{ ...filter, error: 'x' }]).strike(call)).toHaveLength(strikes);
  });

  it.each([
    [{}, 'does nothing'],
    [{ error: 'x', evry: 3 }, 'unknown option "evry" of faults[0]: did you mean every?'],
    [
      { error: 'x', operation: 'Decript' },
      'faults[0].operation: KMS has no operation "Decript"; did you mean Decrypt?',
    ],
    [{ error: 'x', operation: ['Encrypt', 'decrypt'] }, 'did you mean Decrypt?'],
    [
      { error: 'x', operation: 'ReEncryptFrom' },
      'KMS has no operation "ReEncryptFrom"; names are those of the KMS API',
    ],
    [{ error: 'x', operation: [5] }, 'faults[0].operation is not the name of an operation'],
    [
      { error: { name: 'x', statuscode: 500 } },
      'unknown option "statuscode" of faults[0].error: did you mean statusCode?',
    ],
    [{ error: 'x', every: 0 }, 'faults[0].every is not a whole number from 1'],
    [{ error: 'x', nth: [1, 1.5] }, 'faults[0].nth'],
    [{ error: 'x', probability: 2 }, 'faults[0].probability'],
    [{ latencyMs: -1 }, 'faults[0].latencyMs'],
    [{ error: 5 }, 'faults[0].error'],
    [null, 'faults[0] takes an object'],
  ])('refuses the rule %j', (rule, text) => {
    expect(() => new FaultPlan([rule as unknown as FaultRule])).toThrow(text);
  });
});

describe('faults of a KMS', () => {
  it('answers with the scripted error, and with the next call as if nothing had been', async () => {
    const kms = new MemoryKms({ faults: [{ operation: 'GenerateRandom', nth: 1, error: 'KMSInternalException' }] });
    const random = () => kms.client().generateRandom({ NumberOfBytes: 8 });
    await expect(random()).rejects.toMatchObject({
      name: 'KMSInternalException',
      $fault: 'server',
      $metadata: { httpStatusCode: 500 },
    });
    expect((await random()).Plaintext).toHaveLength(8);
    expect(kms.auditLog.map((record) => record.errorCode)).toEqual(['KMSInternalException', undefined]);
  });

  it('takes an error spelled out', async () => {
    const kms = new MemoryKms({ faults: [{ error: { name: 'Teapot', message: 'short and stout', statusCode: 418 } }] });
    await expect(kms.client().listKeys({})).rejects.toMatchObject({
      name: 'Teapot',
      message: 'short and stout',
      $metadata: { httpStatusCode: 418 },
    });
  });

  it('waits on the clock, then goes on', async () => {
    const clock = new FakeClock();
    const kms = new MemoryKms({ clock, faults: [{ latencyMs: 800 }] });
    let answered = false;
    const answer = kms
      .client()
      .listKeys({})
      .then(() => {
        answered = true;
      });
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(799);
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    clock.advance(1);
    await answer;
  });

  it('plays the outage of one Region', async () => {
    const kms = new MemoryKms({ faults: [{ region: 'eu-west-1', outage: true }] });
    await expect(kms.client({ region: 'eu-west-1' }).listKeys({})).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(kms.client({ region: 'us-east-1' }).listKeys({})).resolves.toBeDefined();
  });

  it('can be rescripted while it runs', async () => {
    const kms = new MemoryKms();
    kms.faults.add({ error: 'ThrottlingException', times: 1 });
    await expect(kms.client().listKeys({})).rejects.toMatchObject({ name: 'ThrottlingException' });
    await kms.client().listKeys({});
    expect(kms.faults.status()).toMatchObject([{ matched: 2, struck: 1 }]);
  });
});
