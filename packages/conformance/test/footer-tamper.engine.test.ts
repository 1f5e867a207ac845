// Footers: what is no signature, what is one of somebody else, and what is one in another form.

import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { buildMessage } from '../src/messages/build-message.ts';
import { decodeDer, encodeDer, negateS } from '../src/messages/der.ts';
import { readMessageLayout } from '../src/messages/message-layout.ts';
import { readBuilt } from '../src/messages/read-built.ts';

const FAILED = 'ERR_DECRYPTION_FAILED';
const MALFORMED = 'ERR_MESSAGE_MALFORMED';
const SIGNING = [
  ['0x0214', 0x0214, 'P-256'],
  ['0x0346', 0x0346, 'P-384'],
  ['0x0378', 0x0378, 'P-384'],
  ['0x0578', 0x0578, 'P-384'],
] as const;

describe.each(SIGNING)('suite %s', (_name, suiteId, curve) => {
  async function read(signature: (der: Uint8Array) => Uint8Array) {
    const built = buildMessage({ suiteId, signature });
    const { outcome, streamed } = await readBuilt(built);
    return { outcome, seen: streamed.length, length: built.plaintext.length };
  }

  test('opens whichever length the signature has', async () => {
    const lengths = new Set<number>();
    for (let run = 0; run < 12; run++) {
      const built = buildMessage({ suiteId });
      const { signature } = readMessageLayout(built.message).footer!;
      lengths.add(signature.end - signature.start);
      expect((await readBuilt(built)).outcome).toBe('opened');
    }
    expect(lengths.size).toBeGreaterThan(1);
  });

  test('opens with s replaced by n − s, which is as valid', async () => {
    expect((await read((der) => negateS(der, curve))).outcome).toBe('opened');
  });

  const refused: [string, (der: Uint8Array) => Uint8Array][] = [
    ['no bytes', () => Buffer.alloc(0)],
    ['zeros', (der) => Buffer.alloc(der.length)],
    ['cut by a byte', (der) => der.subarray(0, -1)],
    ['followed by a byte inside its field', (der) => Buffer.concat([der, Buffer.of(0)])],
    ['in the fixed form', (der) => fixedForm(der, curve)],
    [
      'r with a needless zero',
      (der) => encodeDer([Buffer.concat([Buffer.of(0), decodeDer(der)[0]]), decodeDer(der)[1]]),
    ],
    [
      's with a needless zero',
      (der) => encodeDer([decodeDer(der)[0], Buffer.concat([Buffer.of(0), decodeDer(der)[1]])]),
    ],
    ['r = 0', (der) => encodeDer([Buffer.of(0), decodeDer(der)[1]])],
    ['s = 0', (der) => encodeDer([decodeDer(der)[0], Buffer.of(0)])],
    ['r and s swapped', (der) => encodeDer([decodeDer(der)[1], decodeDer(der)[0]])],
    ['a length in the long form', (der) => Buffer.concat([Buffer.of(0x30, 0x81, der.length - 2), der.subarray(2)])],
    ['a set in place of a sequence', (der) => Buffer.concat([Buffer.of(0x31), der.subarray(1)])],
    ['somebody else’s', () => sign(curve === 'P-256' ? 'sha256' : 'sha384', Buffer.of(1), keyOf(curve))],
  ];
  test.each(refused)('refuses a signature: %s; nothing of the final frame is seen', async (_what, signature) => {
    const { outcome, seen, length } = await read(signature);
    expect(outcome).toBe(FAILED);
    expect(seen).toBeLessThan(length);
    expect(seen).toBeLessThanOrEqual(16);
  });

  test('refuses a message without footer, and one whose footer is cut; nothing of the final frame is seen', async () => {
    const built = buildMessage({ suiteId });
    const { footer } = readMessageLayout(built.message);
    for (const end of [
      footer!.length.start,
      footer!.length.start + 1,
      footer!.signature.start,
      footer!.signature.end - 1,
    ]) {
      const { outcome, streamed } = await readBuilt({ ...built, message: built.message.subarray(0, end) });
      expect(outcome).toBe(MALFORMED);
      expect(streamed.length).toBeLessThanOrEqual(16);
    }
  });

  test('withholds the only frame of a short message until its signature is verified', async () => {
    const built = buildMessage({
      suiteId,
      plaintext: Buffer.alloc(8, 1),
      frameLength: 8,
      signature: () => Buffer.alloc(70, 1),
    });
    expect(await readBuilt(built)).toMatchObject({ outcome: FAILED, streamed: new Uint8Array(0) });
    const nonFramed = buildMessage({ suiteId, nonFramed: true, signature: () => Buffer.alloc(70, 1) });
    expect(await readBuilt(nonFramed)).toMatchObject({ outcome: FAILED, streamed: new Uint8Array(0) });
  });
});

function keyOf(curve: 'P-256' | 'P-384') {
  return generateKeyPairSync('ec', { namedCurve: curve }).privateKey;
}

function fixedForm(der: Uint8Array, curve: 'P-256' | 'P-384'): Uint8Array {
  const length = curve === 'P-256' ? 32 : 48;
  return Buffer.concat(
    decodeDer(der).map((integer) => {
      const magnitude = Buffer.from(integer).subarray(integer[0] === 0 ? 1 : 0);
      return Buffer.concat([Buffer.alloc(length - magnitude.length), magnitude]);
    }),
  );
}
