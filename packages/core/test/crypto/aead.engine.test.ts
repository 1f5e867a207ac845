import { describe, expect, test } from 'vitest';
import { engine } from '../../src/crypto/index.ts';
import { fromHex, toHex } from './bytes.ts';

// The Galois/Counter Mode of Operation (GCM), D. McGrew and J. Viega, appendix B: test cases 1, 2, 4, 7, 10, 13, 14, 16.
const key128 = 'feffe9928665731c6d6a8f9467308308';
const key192 = `${key128}feffe9928665731c`;
const key256 = `${key128}${key128}`;
const iv = 'cafebabefacedbaddecaf888';
const aad = 'feedfacedeadbeeffeedfacedeadbeefabaddad2';
const plaintext =
  'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39';
const zeros = (length: number): string => '00'.repeat(length);

const knownAnswers = [
  {
    name: 'case 1',
    key: zeros(16),
    iv: zeros(12),
    aad: '',
    plaintext: '',
    ciphertext: '',
    tag: '58e2fccefa7e3061367f1d57a4e7455a',
  },
  {
    name: 'case 2',
    key: zeros(16),
    iv: zeros(12),
    aad: '',
    plaintext: zeros(16),
    ciphertext: '0388dace60b6a392f328c2b971b2fe78',
    tag: 'ab6e47d42cec13bdf53a67b21257bddf',
  },
  {
    name: 'case 4',
    key: key128,
    iv,
    aad,
    plaintext,
    ciphertext:
      '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091',
    tag: '5bc94fbc3221a5db94fae95ae7121a47',
  },
  {
    name: 'case 7',
    key: zeros(24),
    iv: zeros(12),
    aad: '',
    plaintext: '',
    ciphertext: '',
    tag: 'cd33b28ac773f74ba00ed1f312572435',
  },
  {
    name: 'case 10',
    key: key192,
    iv,
    aad,
    plaintext,
    ciphertext:
      '3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710',
    tag: '2519498e80f1478f37ba55bd6d27618c',
  },
  {
    name: 'case 13',
    key: zeros(32),
    iv: zeros(12),
    aad: '',
    plaintext: '',
    ciphertext: '',
    tag: '530f8afbc74536b9a963b4f1c4cb738b',
  },
  {
    name: 'case 14',
    key: zeros(32),
    iv: zeros(12),
    aad: '',
    plaintext: zeros(16),
    ciphertext: 'cea7403d4d606b6e074ec5d3baf39d18',
    tag: 'd0d1c8a799996bf0265b98b5d48ab919',
  },
  {
    name: 'case 16',
    key: key256,
    iv,
    aad,
    plaintext,
    ciphertext:
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662',
    tag: '76fc6ece0f4e1768cddf8853bb2d551b',
  },
];

describe('AES-GCM', () => {
  test.each(knownAnswers)('gives the published answer: $name', (answer) => {
    const aead = engine.createAead(fromHex(answer.key));
    const sealed: Uint8Array[] = [];
    const tag = aead.seal(fromHex(answer.iv), fromHex(answer.aad), [fromHex(answer.plaintext)], sealed);
    expect(toHex(...sealed)).toBe(answer.ciphertext);
    expect(toHex(tag)).toBe(answer.tag);

    const opened: Uint8Array[] = [];
    expect(aead.open(fromHex(answer.iv), fromHex(answer.aad), sealed, tag, opened)).toBe(true);
    expect(toHex(...opened)).toBe(answer.plaintext);
  });

  test('takes a frame in any parts', () => {
    const aead = engine.createAead(fromHex(key256));
    const bytes = fromHex(plaintext);
    const parts = [
      bytes.subarray(0, 0),
      bytes.subarray(0, 7),
      bytes.subarray(7, 8),
      bytes.subarray(8),
      bytes.subarray(0, 0),
    ];
    const whole: Uint8Array[] = [];
    const sealed: Uint8Array[] = [];
    const wholeTag = aead.seal(fromHex(iv), fromHex(aad), [bytes], whole);
    const tag = aead.seal(fromHex(iv), fromHex(aad), parts, sealed);
    expect(toHex(...sealed)).toBe(toHex(...whole));
    expect(toHex(tag)).toBe(toHex(wholeTag));
    expect(sealed.every((piece) => piece.length > 0)).toBe(true);

    const opened: Uint8Array[] = [];
    expect(aead.open(fromHex(iv), fromHex(aad), sealed, tag, opened)).toBe(true);
    expect(toHex(...opened)).toBe(plaintext);
  });

  test('releases nothing when one bit of ciphertext, tag, IV or AAD differs', () => {
    const aead = engine.createAead(fromHex(key256));
    const sealed: Uint8Array[] = [];
    const tag = Uint8Array.from(aead.seal(fromHex(iv), fromHex(aad), [fromHex(plaintext)], sealed));
    const inputs = { iv: fromHex(iv), aad: fromHex(aad), ciphertext: fromHex(toHex(...sealed)), tag };
    for (const field of ['iv', 'aad', 'ciphertext', 'tag'] as const) {
      for (let bit = 0; bit < 8 * inputs[field].length; bit += 1) {
        const changed = { ...inputs, [field]: Uint8Array.from(inputs[field]) };
        changed[field][bit >> 3]! ^= 1 << (bit & 7);
        const output: Uint8Array[] = [];
        expect(aead.open(changed.iv, changed.aad, [changed.ciphertext], changed.tag, output)).toBe(false);
        expect(output).toEqual([]);
      }
    }
  });

  test('refuses tags of any other length than 16, although their bytes are right', () => {
    const aead = engine.createAead(fromHex(key128));
    const sealed: Uint8Array[] = [];
    const tag = aead.seal(fromHex(iv), fromHex(aad), [fromHex(plaintext)], sealed);
    for (const length of [0, 4, 8, 12, 13, 14, 15, 17, 32]) {
      const other = new Uint8Array(length);
      other.set(tag.subarray(0, length));
      const output: Uint8Array[] = [];
      expect(aead.open(fromHex(iv), fromHex(aad), sealed, other, output)).toBe(false);
      expect(output).toEqual([]);
    }
  });

  test('keeps a copy of the key, so that the caller can wipe its own', () => {
    const key = fromHex(key256);
    const aead = engine.createAead(key);
    key.fill(0);
    const sealed: Uint8Array[] = [];
    const tag = aead.seal(fromHex(iv), fromHex(aad), [fromHex(plaintext)], sealed);
    expect(toHex(tag)).toBe('76fc6ece0f4e1768cddf8853bb2d551b');
  });

  test('leaves its inputs as they were', () => {
    const aead = engine.createAead(fromHex(key256));
    const inputs = [fromHex(iv), fromHex(aad), fromHex(plaintext)] as const;
    const sealed: Uint8Array[] = [];
    const tag = aead.seal(inputs[0], inputs[1], [inputs[2]], sealed);
    expect(inputs.map((bytes) => toHex(bytes))).toEqual([iv, aad, plaintext]);
    const ciphertext = toHex(...sealed);
    aead.open(inputs[0], inputs[1], sealed, tag, []);
    expect(toHex(...sealed)).toBe(ciphertext);
  });

  test.each([0, 8, 15, 17, 31, 33, 64])('refuses a key of %i bytes', (length) => {
    expect(() => engine.createAead(new Uint8Array(length))).toThrow(RangeError);
  });

  test.each([0, 8, 11, 13, 16])('refuses an IV of %i bytes', (length) => {
    const aead = engine.createAead(fromHex(key256));
    const output: Uint8Array[] = [];
    expect(() => aead.seal(new Uint8Array(length), fromHex(aad), [fromHex(plaintext)], output)).toThrow(RangeError);
    expect(() => aead.open(new Uint8Array(length), fromHex(aad), [], new Uint8Array(16), output)).toThrow(RangeError);
    expect(output).toEqual([]);
  });

  test('seals into a given buffer exactly what it seals into new ones', () => {
    const aead = engine.createAead(fromHex(key256));
    const bytes = fromHex(plaintext);
    const pieces: Uint8Array[] = [];
    const tag = aead.seal(fromHex(iv), fromHex(aad), [bytes], pieces);
    const target = new Uint8Array(bytes.length + 16 + 10).fill(0xee);
    const end = aead.sealInto(fromHex(iv), fromHex(aad), [bytes.subarray(0, 9), bytes.subarray(9)], target, 5);
    expect(end).toBe(5 + bytes.length + 16);
    expect(toHex(target)).toBe(`${'ee'.repeat(5)}${toHex(...pieces, tag)}${'ee'.repeat(5)}`);
    expect(toHex(bytes)).toBe(plaintext);
  });

  test('opens into a given buffer, also in place of the ciphertext', () => {
    const aead = engine.createAead(fromHex(key256));
    const bytes = fromHex(plaintext);
    const message = new Uint8Array(bytes.length + 16);
    aead.sealInto(fromHex(iv), fromHex(aad), [bytes], message, 0);
    const tag = message.slice(bytes.length);
    const target = new Uint8Array(bytes.length + 4).fill(0xee);
    const parts = [message.subarray(0, 30), message.subarray(30, bytes.length)];
    expect(aead.openInto(fromHex(iv), fromHex(aad), parts, tag, target, 2)).toBe(true);
    expect(toHex(target)).toBe(`eeee${plaintext}eeee`);
    expect(aead.openInto(fromHex(iv), fromHex(aad), parts, tag, message, 0)).toBe(true);
    expect(toHex(message.subarray(0, bytes.length))).toBe(plaintext);
  });

  test('changes no byte of the given buffer when the tag does not verify', () => {
    const aead = engine.createAead(fromHex(key256));
    const pieces: Uint8Array[] = [];
    const tag = Uint8Array.from(aead.seal(fromHex(iv), fromHex(aad), [fromHex(plaintext)], pieces));
    tag[15]! ^= 1;
    const target = new Uint8Array(plaintext.length / 2).fill(0xee);
    expect(aead.openInto(fromHex(iv), fromHex(aad), pieces, tag, target, 0)).toBe(false);
    expect(aead.openInto(fromHex(iv), fromHex(aad), pieces, tag.subarray(0, 4), target, 0)).toBe(false);
    expect(toHex(target)).toBe('ee'.repeat(target.length));
  });

  test('refuses a given buffer that is too small, and leaves it alone', () => {
    const aead = engine.createAead(fromHex(key256));
    const bytes = fromHex(plaintext);
    const pieces: Uint8Array[] = [];
    const tag = aead.seal(fromHex(iv), fromHex(aad), [bytes], pieces);
    const target = new Uint8Array(bytes.length + 15).fill(0xee);
    expect(() => aead.sealInto(fromHex(iv), fromHex(aad), [bytes], target, 0)).toThrow(RangeError);
    expect(() => aead.sealInto(fromHex(iv), fromHex(aad), [], target, -1)).toThrow(RangeError);
    expect(() => aead.openInto(fromHex(iv), fromHex(aad), pieces, tag, target, 16)).toThrow(RangeError);
    expect(() => aead.openInto(fromHex(iv), fromHex(aad), pieces, tag, target, -1)).toThrow(RangeError);
    expect(toHex(target)).toBe('ee'.repeat(target.length));
  });
});
