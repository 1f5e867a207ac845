// Damaged headers: they are refused, or they parse and re-encode to themselves.

import { type BuiltMessage, buildMessage } from '../src/messages/build-message.ts';
import { lengthPrefixed } from '../src/messages/context-bytes.ts';
import { assertHeaderWithstands } from '../src/messages/fuzz-message.ts';
import { mutate } from '../src/messages/mutate.ts';
import { SUITES } from '../src/messages/suite-facts.ts';
import { fuzzTarget } from './fuzz-target.ts';

const entry = Buffer.concat(
  [Buffer.from('provider'), Buffer.alloc(30, 0xff), Buffer.alloc(48)].map((bytes) => lengthPrefixed(bytes)),
);
const originals = SUITES.map(({ id }) =>
  buildMessage({
    suiteId: id,
    context: [
      ['', ''],
      ['__proto__', 'x'],
      ['\uFFFD', '\u{10000}'],
    ],
    dataKeyEntries: [entry, entry],
  }),
) as [BuiltMessage, ...BuiltMessage[]];

fuzzTarget('damaged headers', async (numbers) => {
  assertHeaderWithstands(mutate(numbers.pick(originals).message, numbers, numbers.pick(originals).message));
});

fuzzTarget('bytes at random behind a plausible beginning', async (numbers) => {
  const beginning = numbers.pick(originals).message.subarray(0, numbers.below(60));
  const rest = Array.from({ length: numbers.below(400) }, () => numbers.below(256));
  assertHeaderWithstands(Uint8Array.from([...beginning, ...rest]));
});
