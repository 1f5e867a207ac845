// Damaged messages of every suite and form: readers refuse them by an EnvelopeError or give the true plaintext. A short run;
// `FUZZ=1` runs packages/conformance/fuzz at length.

import { describe, expect, test } from 'vitest';
import { GivenDataKeyKeyring } from '../src/given-data-key-keyring.ts';
import { buildMessage } from '../src/messages/build-message.ts';
import { assertReadersWithstand } from '../src/messages/fuzz-message.ts';
import { mutate, SeededNumbers } from '../src/messages/mutate.ts';
import { SUITES, suiteName } from '../src/messages/suite-facts.ts';

const RUNS = 150;

describe.each(SUITES.map((suite) => [suiteName(suite), suite.id] as const))('suite %s', (_name, suiteId) => {
  test.each([{ nonFramed: false }, { nonFramed: true }])(`withstands ${RUNS} mutations: %o`, async (form) => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const numbers = new SeededNumbers(seed);
    const original = buildMessage({
      suiteId,
      context: [
        ['a', 'b'],
        ['é', '\u{10000}'],
      ],
      ...form,
    });
    const other = buildMessage({ suiteId, dataKey: original.dataKey, context: [['c', 'd']] }).message;
    const keyring = new GivenDataKeyKeyring(original.dataKey);
    for (let run = 0; run < RUNS; run++) {
      const bytes = mutate(original.message, numbers, other);
      const message = `seed ${seed}, run ${run}: ${Buffer.from(bytes).toString('hex')}`;
      await expect(assertReadersWithstand(bytes, original, keyring), message).resolves.toBeLessThanOrEqual(4);
    }
  });
});
