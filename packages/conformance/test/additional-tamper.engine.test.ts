// Bodies whose pieces are all sealed under the right key and yet are no body: order, number, length and kind of frames.

import { EnvelopeError, encrypt } from '@waxseal/core';
import { decryptStream } from '@waxseal/core/node';
import { describe, expect, test } from 'vitest';
import { GivenDataKeyKeyring } from '../src/given-data-key-keyring.ts';
import { buildMessage, type MessagePlan, type PlannedFrame } from '../src/messages/build-message.ts';
import { collectStream } from '../src/messages/collect-stream.ts';
import { readMessageLayout } from '../src/messages/message-layout.ts';
import { readBuilt } from '../src/messages/read-built.ts';

const FAILED = 'ERR_DECRYPTION_FAILED';
const MALFORMED = 'ERR_MESSAGE_MALFORMED';
const EITHER = 'ERR_MESSAGE_MALFORMED or ERR_DECRYPTION_FAILED';
const SUITES = [
  ['0x0178', 0x0178],
  ['0x0214', 0x0214],
  ['0x0478', 0x0478],
  ['0x0578', 0x0578],
] as const;

/** 20 bytes in frames of 8: 8, 8, 4. */
type Edit = readonly [name: string, edit: (frames: PlannedFrame[]) => PlannedFrame[], code: string, released: number];

const renumber = (frames: PlannedFrame[], ...numbers: number[]): PlannedFrame[] =>
  frames.map((frame, at) => ({ ...frame, sequenceNumber: numbers[at]! }));

const EDITS: Edit[] = [
  ['the first frame is missing', ([, b, c]) => [b!, c!], FAILED, 0],
  ['a frame in the middle is missing', ([a, , c]) => [a!, c!], FAILED, 8],
  ['two frames are swapped', ([a, b, c]) => [b!, a!, c!], FAILED, 0],
  ['a frame comes twice', ([a, b, c]) => [a!, a!, b!, c!], FAILED, 8],
  ['the final frame comes first', ([a, b, c]) => [c!, a!, b!], FAILED, 0],
  ['numbers start at 0', (frames) => renumber(frames, 0, 1, 2), FAILED, 0],
  ['numbers start at 2', (frames) => renumber(frames, 2, 3, 4), FAILED, 0],
  ['a number is skipped', (frames) => renumber(frames, 1, 3, 4), FAILED, 8],
  ['a number is repeated', (frames) => renumber(frames, 1, 1, 2), FAILED, 8],
  ['the final frame has its predecessor’s number', (frames) => renumber(frames, 1, 2, 2), FAILED, 16],
  ['the final frame skips a number', (frames) => renumber(frames, 1, 2, 4), FAILED, 16],
  ['there is no final frame', ([a, b]) => [a!, b!], MALFORMED, 16],
  ['there are no frames at all', () => [], MALFORMED, 0],
  [
    'the final frame is longer than the frame length',
    ([a, b]) => [a!, { kind: 'finalFrame', sequenceNumber: 2, plaintext: Buffer.concat([b!.plaintext, Buffer.of(1)]) }],
    FAILED,
    8,
  ],
  [
    'the final frame says it is longer than the frame length',
    ([a, b, c]) => [a!, b!, { ...c!, declaredLength: 0xffffffff }],
    FAILED,
    16,
  ],
  // The bytes that are left over may be met before the tag or after.
  ['the final frame says it is shorter', ([a, b, c]) => [a!, b!, { ...c!, declaredLength: 3 }], EITHER, 16],
  [
    'a regular frame is sealed as a final one',
    ([a, b, c]) => [a!, { ...b!, kind: 'finalFrame' }, c!],
    // Unsigned, the message ends there; signed, the next frame is read as its footer.
    MALFORMED,
    16,
  ],
];

describe.each(SUITES)('suite %s', (_name, suiteId) => {
  const isSigned = suiteId === 0x0214 || suiteId === 0x0578;

  test.each(EDITS)('refuses a body where %s', async (name, frames, code, released) => {
    const built = buildMessage({ suiteId, frameLength: 8, frames });
    const { outcome, streamed } = await readBuilt(built);
    if (code === EITHER || (isSigned && code === MALFORMED)) expect([MALFORMED, FAILED]).toContain(outcome);
    else expect(outcome).toBe(code);
    const seen = isSigned && name.includes('sealed as a final') ? 8 : released;
    expect(streamed.length).toBeLessThanOrEqual(seen);
    expect(Buffer.compare(streamed, built.plaintext.subarray(0, streamed.length))).toBe(0);
  });

  test('refuses frames of another message under the same data key', async () => {
    const keyring = new GivenDataKeyKeyring(Buffer.alloc(suiteId === 0x0214 ? 16 : 32, 9));
    const commitmentPolicy = suiteId < 0x0400 ? 'FORBID_ENCRYPT_ALLOW_DECRYPT' : 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT';
    const options = { algorithmSuite: suiteId, frameLength: 8, commitmentPolicy } as const;
    const plaintext = Buffer.alloc(20, 1);
    const [one, two] = [
      (await encrypt(keyring, plaintext, options)).message,
      (await encrypt(keyring, plaintext, options)).message,
    ];
    const second = readMessageLayout(one).pieces[1]!;
    const other = readMessageLayout(two).pieces[1]!;
    const spliced = Uint8Array.from(one);
    spliced.set(two.subarray(other.start, other.end), second.start);
    const stream = decryptStream(keyring, { commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT' });
    const { seen, error } = await collectStream(stream, spliced, 11);
    expect(EnvelopeError.is(error) && error.code).toBe(FAILED);
    expect(seen.length).toBeLessThanOrEqual(8);
  });

  test('refuses the first byte that follows the message, in whatever chunk it comes', async () => {
    for (const trailer of [Buffer.of(0), Buffer.alloc(1000)]) {
      expect((await readBuilt(buildMessage({ suiteId, trailer }))).outcome).toBe(MALFORMED);
    }
  });

  test('refuses a second message behind the first', async () => {
    const plan: MessagePlan = { suiteId };
    const { message } = buildMessage(plan);
    expect((await readBuilt(buildMessage({ ...plan, trailer: message }))).outcome).toBe(MALFORMED);
  });
});

describe('non-framed bodies', () => {
  test.each(SUITES)('suite %s: refuses a frame in the place of the body', async (_name, suiteId) => {
    const frames = ([piece]: PlannedFrame[]): PlannedFrame[] => [{ ...piece!, kind: 'finalFrame' }];
    const { outcome, streamed } = await readBuilt(buildMessage({ suiteId, nonFramed: true, frames }));
    expect([MALFORMED, FAILED]).toContain(outcome);
    expect(streamed).toHaveLength(0);
  });

  test.each(SUITES)('suite %s: refuses another content length', async (_name, suiteId) => {
    for (const declaredLength of [19, 21]) {
      const frames = ([piece]: PlannedFrame[]): PlannedFrame[] => [{ ...piece!, declaredLength }];
      const { outcome, streamed } = await readBuilt(buildMessage({ suiteId, nonFramed: true, frames }));
      expect([MALFORMED, FAILED]).toContain(outcome);
      expect(streamed).toHaveLength(0);
    }
  });
});
