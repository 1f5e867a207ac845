import { describe, expect, test } from 'vitest';
import { decodeDerSignature, encodeDerSignature, fitDerSignature } from '../../src/crypto/der-signature.ts';
import { ecdsaCurves } from '../../src/crypto/ecdsa-curves.ts';
import { fromHex, toHex } from './bytes.ts';

const curve = ecdsaCurves['P-256'];
const order = toHex(curve.order);
const one = `${'00'.repeat(31)}01`;
const raw = (r: string, s: string): Uint8Array => fromHex(r + s);

describe('encodeDerSignature and decodeDerSignature', () => {
  test.each([
    { name: 'smallest integers', r: one, s: one, der: '3006020101020101' },
    { name: 'top bit set', r: `80${'00'.repeat(31)}`, s: one, der: `3026022100 80${'00'.repeat(31)} 020101` },
    { name: 'leading zeros', r: `0000ff${'11'.repeat(29)}`, s: one, der: `3024021f00ff${'11'.repeat(29)} 020101` },
    { name: 'n - 1', r: one, s: `${order.slice(0, -2)}50`, der: `3026020101022100${order.slice(0, -2)}50` },
  ])('are minimal and inverse to each other: $name', ({ r, s, der }) => {
    expect(toHex(encodeDerSignature(curve, raw(r, s)))).toBe(der.replaceAll(' ', ''));
    expect(toHex(decodeDerSignature(curve, fromHex(der))!)).toBe(r + s);
  });

  test.each([
    ['nothing', ''],
    ['no SEQUENCE', '3106020101020101'],
    ['no INTEGER for r', '3006030101020101'],
    ['no INTEGER for s', '3006020101030101'],
    ['bytes after the SEQUENCE', '300602010102010100'],
    ['bytes inside after s', '300702010102010100'],
    ['a third integer', '3009020101020101020101'],
    ['SEQUENCE too short for its length', '30070201010201'],
    ['SEQUENCE length in long form', '308106020101020101'],
    ['indefinite length', '30800201010201010000'],
    ['integer length in long form', '300702810101020101'],
    ['an empty integer', '30050200020101'],
    ['r padded with zero', '300702020001020101'],
    ['s padded with zero', '300702010102020001'],
    ['a negative r', '3006020181020101'],
    ['a negative s', '3006020101020181'],
    ['r = 0', '3006020100020101'],
    ['s = 0', '3006020101020100'],
    ['r = n', `3026022100${order}020101`],
    ['s = n', `3026020101022100${order}`],
    ['r above n', `3026022100${'ff'.repeat(32)}020101`],
    ['r longer than the order', `302602210100${'00'.repeat(31)}020101`],
    ['r running past the end', '3006020501020101'],
    ['s running past the end', '3006020101020201'],
    ['s missing', '3003020101'],
  ])('refuse %s', (_name, der) => {
    expect(decodeDerSignature(curve, fromHex(der))).toBeUndefined();
  });
});

describe('fitDerSignature', () => {
  const low = encodeDerSignature(curve, raw(one, one));

  test('leaves a signature of the wanted length as it is', () => {
    expect(fitDerSignature(curve, low, low.length)).toBe(low);
  });

  test('replaces s by n - s where that gives the wanted length', () => {
    const fitted = fitDerSignature(curve, low, 40);
    expect(toHex(decodeDerSignature(curve, fitted)!)).toBe(`${one}${order.slice(0, -2)}50`);
    expect(fitDerSignature(curve, fitted, low.length)).toEqual(low);
  });

  test('leaves a signature that cannot get the wanted length', () => {
    expect(fitDerSignature(curve, low, 71)).toBe(low);
  });
});
