import { expect, test } from 'vitest';
import { selectMessage } from '../src/rsa-pkcs1.ts';

const LENGTH = 32;
const FALSE_KEY = new Uint8Array(LENGTH).fill(0x55);

function block(): Uint8Array {
  const bytes = new Uint8Array(256).map((_byte, index) => (index % 255) + 1);
  bytes.set([0, 2]);
  bytes[256 - LENGTH - 1] = 0;
  return bytes;
}

function select(bytes: Uint8Array): Uint8Array {
  const target = Uint8Array.from(FALSE_KEY);
  selectMessage(bytes, target);
  return target;
}

test('a right block gives its message, whatever bytes that has', () => {
  const zeros = block();
  zeros.fill(0, 256 - LENGTH);
  expect(select(zeros)).toEqual(new Uint8Array(LENGTH));
  expect(select(block())).toEqual(block().slice(256 - LENGTH));
});

test('any one byte of the padding wrong gives the false key, unchanged', () => {
  for (let at = 0; at < 256 - LENGTH; at += 1) {
    const wrong = block();
    wrong[at] = at === 0 || at === 256 - LENGTH - 1 ? 0x80 : 0;
    expect(select(wrong), `byte ${at}`).toEqual(FALSE_KEY);
  }
});

test('every value but 2 is refused as block type, and every value but 0 around it', () => {
  for (let value = 0; value < 256; value += 1) {
    for (const [at, right] of [
      [0, 0],
      [1, 2],
      [256 - LENGTH - 1, 0],
    ] as const) {
      const bytes = block();
      bytes[at] = value;
      expect(Buffer.compare(select(bytes), FALSE_KEY) === 0).toBe(value !== right);
    }
  }
});
