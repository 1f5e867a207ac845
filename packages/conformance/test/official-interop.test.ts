// The official AWS Encryption SDK for JavaScript opens our messages and we open its, under raw AES keys: every suite with
// every frame length, size and context.

import { describe, test } from 'vitest';
import { assertTheyReadOurs, assertWeReadTheirs } from '../src/interop/assert-interop.ts';
import { caseOfEachSuite, interopCases, patternedBytes } from '../src/interop/interop-cases.ts';
import { rawAesPair } from '../src/interop/official-keyrings.ts';
import { SUITES, suiteName } from '../src/messages/suite-facts.ts';

const suites = SUITES.map((suite) => [suiteName(suite), suite.id] as const);

describe('raw AES, wrapping key of 32 bytes', () => {
  const pair = rawAesPair(patternedBytes(32), 32);
  test.each(suites)('suite %s: we open what the official SDK writes', async (_name, suiteId) => {
    for (const message of interopCases(suiteId)) await assertWeReadTheirs(pair, message);
  });
  test.each(suites)('suite %s: the official SDK opens what we write', async (_name, suiteId) => {
    for (const message of interopCases(suiteId)) await assertTheyReadOurs(pair, message);
  });
});

describe.each([16, 24] as const)('raw AES, wrapping key of %i bytes, one message of each suite', (length) => {
  const pair = rawAesPair(patternedBytes(length), length);
  test('we open what the official SDK writes', async () => {
    for (const message of caseOfEachSuite()) await assertWeReadTheirs(pair, message);
  });
  test('the official SDK opens what we write', async () => {
    for (const message of caseOfEachSuite()) await assertTheyReadOurs(pair, message);
  });
});
