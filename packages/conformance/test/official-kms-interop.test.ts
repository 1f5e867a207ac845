// The official AWS Encryption SDK for JavaScript opens our messages and we open its, both sides on the same in-memory KMS:
// every suite with every frame length, size and context, by both fronts of the KMS.

import { MemoryKms } from '@waxseal/memory-kms';
import { beforeAll, describe, expect, test } from 'vitest';
import { assertTheyReadOurs, assertWeReadTheirs, type KeyringPair } from '../src/interop/assert-interop.ts';
import { interopCases } from '../src/interop/interop-cases.ts';
import { type KmsFront, regionClients, strictKmsPair } from '../src/interop/official-keyrings.ts';
import { SUITES, suiteName } from '../src/messages/suite-facts.ts';

const suites = SUITES.map((suite) => [suiteName(suite), suite.id] as const);

describe.each(['in process', 'request handler'] satisfies KmsFront[])('strict KMS keyrings, %s', (front) => {
  const kms = new MemoryKms();
  let pair: KeyringPair;
  beforeAll(async () => {
    const { KeyMetadata } = await kms.client().createKey({});
    pair = strictKmsPair(regionClients(kms, front), [KeyMetadata!.Arn!]);
  });

  test.each(suites)('suite %s: we open what the official SDK writes', async (_name, suiteId) => {
    for (const message of interopCases(suiteId)) await assertWeReadTheirs(pair, message);
  });
  test.each(suites)('suite %s: the official SDK opens what we write', async (_name, suiteId) => {
    for (const message of interopCases(suiteId)) await assertTheyReadOurs(pair, message);
  });
  test('both sides called the in-memory KMS, once for each message and side', () => {
    const messages = SUITES.reduce((sum, { id }) => sum + interopCases(id).length, 0);
    expect(kms.callCount('GenerateDataKey')).toBe(2 * messages);
    expect(kms.callCount('Decrypt')).toBe(2 * messages);
  });
});
