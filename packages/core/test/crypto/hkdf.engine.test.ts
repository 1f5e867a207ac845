import { describe, expect, test } from 'vitest';
import { hkdfExpand, hkdfExtract } from '../../src/crypto/hkdf.ts';
import { engine } from '../../src/crypto/index.ts';
import { fromHex, toHex } from './bytes.ts';

const range = (from: number, to: number): Uint8Array => Uint8Array.from({ length: to - from + 1 }, (_, i) => from + i);

// RFC 5869 appendix A.1 to A.3
const answers = [
  {
    name: 'A.1',
    keyMaterial: fromHex('0b'.repeat(22)),
    salt: range(0x00, 0x0c),
    info: range(0xf0, 0xf9),
    pseudorandomKey: '077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5',
    output: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  },
  {
    name: 'A.2',
    keyMaterial: range(0x00, 0x4f),
    salt: range(0x60, 0xaf),
    info: range(0xb0, 0xff),
    pseudorandomKey: '06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244',
    output:
      'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87',
  },
  {
    name: 'A.3, salt and info empty',
    keyMaterial: fromHex('0b'.repeat(22)),
    salt: new Uint8Array(0),
    info: new Uint8Array(0),
    pseudorandomKey: '19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04',
    output: '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  },
];

describe('HKDF', () => {
  test.each(answers)('gives the published answer: $name', ({ keyMaterial, salt, info, pseudorandomKey, output }) => {
    const extracted = hkdfExtract(engine, 'sha256', salt, keyMaterial);
    expect(toHex(extracted)).toBe(pseudorandomKey);
    expect(toHex(hkdfExpand(engine, 'sha256', extracted, [info], output.length / 2))).toBe(output);
    expect(toHex(hkdfExpand(engine, 'sha256', extracted, [info.subarray(0, 2), info.subarray(2)], 16))).toBe(
      output.slice(0, 32),
    );
  });

  test.each([0, -1, 255 * 32 + 1, Number.NaN])('refuses to give %d bytes', (length) => {
    expect(() => hkdfExpand(engine, 'sha256', new Uint8Array(32), [], length)).toThrow(RangeError);
  });

  test('gives up to 255 hash lengths', () => {
    expect(hkdfExpand(engine, 'sha256', new Uint8Array(32), [], 255 * 32)).toHaveLength(8160);
  });
});
