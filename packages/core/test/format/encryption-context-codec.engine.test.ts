import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { copyEncryptionContext } from '../../src/encryption-context.ts';
import { decodeEncryptionContext, encodeEncryptionContext } from '../../src/format/encryption-context-codec.ts';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const fromPairs = (pairs: readonly (readonly [string, string])[]): Record<string, string> =>
  Object.assign(
    Object.create(null),
    ...pairs.map(([key, value]) => JSON.parse(`{${JSON.stringify(key)}:${JSON.stringify(value)}}`)),
  );

describe('encodeEncryptionContext', () => {
  it('encodes an empty context as no bytes, without a count', () => {
    expect(encodeEncryptionContext({}).length).toBe(0);
  });

  it('sorts by unsigned UTF-8 bytes, not by UTF-16 code units or locale', () => {
    const context = { '\u{10000}': '1', '\uFFFD': '2', a: '3', B: '4', ab: '5' };
    expect(Object.keys(decodeEncryptionContext(encodeEncryptionContext(context)))).toEqual([
      'B',
      'a',
      'ab',
      '\uFFFD',
      '\u{10000}',
    ]);
  });

  it('writes count, lengths and bytes big-endian', () => {
    expect(toHex(encodeEncryptionContext({ a: 'é', '': '' }))).toBe(
      '0002' + '0000' + '0000' + '0001' + '61' + '0002' + 'c3a9',
    );
  });

  it('refuses a lone surrogate, which would be encoded as another character', () => {
    for (const context of [{ '\uD800': 'x' }, { x: '\uDFFF' }])
      expect(() => encodeEncryptionContext(context)).toThrow(TypeError);
  });

  it('takes a value of the longest length that the whole allows, and refuses a byte more', () => {
    const longest = 65_535 - 2 - 4 - 1;
    expect(encodeEncryptionContext({ a: 'x'.repeat(longest) }).length).toBe(65_535);
    expect(() => encodeEncryptionContext({ a: 'x'.repeat(longest + 1) })).toThrow(RangeError);
  });
});

describe('decodeEncryptionContext', () => {
  it('reads the legacy form of an empty context, a count of zero', () => {
    expect(Object.keys(decodeEncryptionContext(hex('0000')))).toEqual([]);
  });

  it('reads pairs in any order', () => {
    const decoded = decodeEncryptionContext(hex('0002 0001 62 0001 32 0001 61 0001 31'));
    expect({ ...decoded }).toEqual({ a: '1', b: '2' });
  });

  it.each([
    ['a duplicate key', '0002 0001 61 0001 31 0001 61 0001 32'],
    ['bytes after the last pair', '0001 0001 61 0001 31 00'],
    ['a key beyond the end', '0001 0005 61'],
    ['a count beyond the end', '0002 0001 61 0001 31'],
    ['half a count', '00'],
    ['invalid UTF-8', '0001 0001 ff 0001 31'],
    ['an overlong UTF-8 form', '0001 0002 c080 0001 31'],
    ['an encoded surrogate', '0001 0003 eda080 0001 31'],
  ])('refuses %s', (_, bytes) => {
    expect(() => decodeEncryptionContext(hex(bytes))).toThrow(
      expect.objectContaining({ code: 'ERR_MESSAGE_MALFORMED' }),
    );
  });

  it('keeps a leading byte order mark', () => {
    expect(Object.keys(decodeEncryptionContext(encodeEncryptionContext({ '\uFEFFkey': 'value' })))).toEqual([
      '\uFEFFkey',
    ]);
  });

  property.prop([fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), { maxLength: 8 })])(
    'gives back what was encoded, __proto__ and constructor included',
    (pairs) => {
      const context = fromPairs([...pairs, ['__proto__', 'p'], ['constructor', 'c'], ['hasOwnProperty', 'h']]);
      const decoded = decodeEncryptionContext(encodeEncryptionContext(context));
      expect(Object.entries(decoded).sort()).toEqual(Object.entries(context).sort());
      expect(Object.getPrototypeOf(decoded)).toBeNull();
    },
  );
});

describe('copyEncryptionContext', () => {
  it('keeps an own __proto__ pair, however the object was built', () => {
    const defined = Object.defineProperty({}, '__proto__', { value: 'x', enumerable: true }) as Record<string, string>;
    for (const context of [JSON.parse('{"__proto__":"x"}'), defined]) {
      expect(Object.entries(copyEncryptionContext(context))).toEqual([['__proto__', 'x']]);
    }
  });

  it.each([
    ['a number as value', { a: 1 }],
    ['a lone surrogate in a key', { '\uD800': 'x' }],
    ['a lone surrogate in a value', { a: '\uDC00x' }],
    ['a Map', new Map([['a', 'b']])],
    ['an array', ['a']],
    ['a string', 'a=b'],
    ['null', null],
  ])('refuses %s as the caller’s mistake', (_, context) => {
    expect(() => copyEncryptionContext(context as never)).toThrow(TypeError);
  });
});
