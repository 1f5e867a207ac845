// Damaged messages: whole ones, and ones whose header is authentic however it was damaged, so that the body is reached.

import { GivenDataKeyKeyring } from '../src/given-data-key-keyring.ts';
import { type BuiltMessage, buildMessage, type PlannedFrame } from '../src/messages/build-message.ts';
import { assertReadersWithstand } from '../src/messages/fuzz-message.ts';
import { mutate, type SeededNumbers } from '../src/messages/mutate.ts';
import { readBuilt } from '../src/messages/read-built.ts';
import { SUITES } from '../src/messages/suite-facts.ts';
import { fuzzTarget } from './fuzz-target.ts';

const FRAME_LENGTH = 8;

const originals = SUITES.flatMap(({ id }) =>
  [false, true].map((nonFramed) =>
    buildMessage({
      suiteId: id,
      nonFramed,
      context: [
        ['a', 'b'],
        ['é', '\u{10000}'],
      ],
    }),
  ),
) as [BuiltMessage, ...BuiltMessage[]];

fuzzTarget('damaged messages: every reader', async (numbers) => {
  const original = numbers.pick(originals);
  const bytes = mutate(original.message, numbers, numbers.pick(originals).message);
  await assertReadersWithstand(bytes, original, new GivenDataKeyKeyring(original.dataKey));
});

fuzzTarget('damaged bodies behind an authentic header: every reader', async (numbers) => {
  const original = numbers.pick(originals);
  const bodyStart = original.message.length - numbers.below(original.message.length >> 1);
  const head = original.message.subarray(0, bodyStart);
  const body = mutate(original.message.subarray(bodyStart), numbers, numbers.pick(originals).message);
  const bytes = Uint8Array.from([...head, ...body]);
  await assertReadersWithstand(bytes, original, new GivenDataKeyKeyring(original.dataKey));
});

fuzzTarget('authentic frames in any order and form: opened exactly when they are a body', async (numbers) => {
  const { id } = numbers.pick(SUITES as [(typeof SUITES)[number], ...typeof SUITES]);
  let planned: PlannedFrame[] = [];
  const frames = (usual: PlannedFrame[]): PlannedFrame[] => {
    planned = shuffle(usual, numbers);
    return planned;
  };
  const { outcome, streamed } = await readBuilt(buildMessage({ suiteId: id, frameLength: FRAME_LENGTH, frames }));
  const written = Buffer.concat(planned.map(({ plaintext }) => plaintext));
  if (Buffer.compare(streamed, written.subarray(0, streamed.length)) !== 0) throw new Error('other bytes were seen');
  if ((outcome === 'opened') !== isBody(planned)) throw new Error(`${outcome}: ${JSON.stringify(planned)}`);
  if (outcome === 'opened' && streamed.length !== written.length) throw new Error('part of the body was given');
});

function isBody(frames: readonly PlannedFrame[]): boolean {
  return (
    frames.length > 0 &&
    frames.every((frame, at) => {
      const { kind, sequenceNumber, plaintext, declaredLength = plaintext.length } = frame;
      if (sequenceNumber !== at + 1) return false;
      if (at < frames.length - 1) return kind === 'frame' && plaintext.length === FRAME_LENGTH;
      return kind === 'finalFrame' && plaintext.length <= FRAME_LENGTH && declaredLength === plaintext.length;
    })
  );
}

function shuffle(frames: PlannedFrame[], numbers: SeededNumbers): PlannedFrame[] {
  const changed = [...frames];
  for (let count = numbers.below(3); count > 0; count--) {
    const at = numbers.below(changed.length);
    const frame = changed[at] ?? frames[0]!;
    const edits: PlannedFrame[][] = [
      [],
      [frame, frame],
      [{ ...frame, sequenceNumber: numbers.pick([0, 1, 2, 3, 4, 0xfffffffe, 0xffffffff]) }],
      [{ ...frame, kind: frame.kind === 'frame' ? 'finalFrame' : 'frame' }],
      [{ ...frame, declaredLength: numbers.pick([0, 7, 8, 9, 0xffffffff]) }],
    ];
    changed.splice(at, 1, ...edits[numbers.below(edits.length)]!);
  }
  return changed;
}
