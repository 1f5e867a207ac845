import { describe, expect, test } from 'vitest';
import { engine } from '../../src/crypto/index.ts';
import { fromHex, toHex, utf8 } from './bytes.ts';

// RFC 4231 §4.2, §4.3, §4.7
const hmacAnswers = [
  {
    key: '0b'.repeat(20),
    data: 'Hi There',
    sha256: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    sha384: 'afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6',
    sha512:
      '87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854',
  },
  {
    key: toHex(utf8('Jefe')),
    data: 'what do ya want for nothing?',
    sha256: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    sha384: 'af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649',
    sha512:
      '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
  },
  {
    key: 'aa'.repeat(131),
    data: 'Test Using Larger Than Block-Size Key - Hash Key First',
    sha256: '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    sha384: '4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952',
    sha512:
      '80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598',
  },
] as const;

// FIPS 180-4 examples: "abc"
const digestAnswers = {
  sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  sha384: 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
  sha512:
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
} as const;

describe.each(['sha256', 'sha384', 'sha512'] as const)('%s', (hash) => {
  test.each(hmacAnswers)('HMAC gives the published answer for "$data"', (answer) => {
    const data = utf8(answer.data);
    expect(toHex(engine.hmac(hash, fromHex(answer.key), [data]))).toBe(answer[hash]);
    expect(toHex(engine.hmac(hash, fromHex(answer.key), [data.subarray(0, 3), data.subarray(3)]))).toBe(answer[hash]);
  });

  test('a digest is the published answer, whole or in parts', () => {
    expect(toHex(engine.digest(hash, [utf8('abc')]))).toBe(digestAnswers[hash]);
    expect(toHex(engine.digest(hash, [utf8('a'), utf8(''), utf8('bc')]))).toBe(digestAnswers[hash]);
  });

  test('results own their memory: slice copies and wiping one spoils no other', () => {
    const first = engine.hmac(hash, utf8('key'), [utf8('data')]);
    const second = engine.hmac(hash, utf8('key'), [utf8('data')]);
    first.slice().fill(0);
    expect(first).toEqual(second);
    first.fill(0);
    expect(toHex(second)).not.toMatch(/^0+$/);
  });
});
