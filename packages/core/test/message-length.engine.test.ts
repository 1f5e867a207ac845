import { describe, expect, it } from 'vitest';
import { algorithmSuites, messageLength } from '../src/index.ts';

const unsigned = {
  algorithmSuite: algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
  frameLength: 100,
  headerLength: 200,
};

describe('messageLength', () => {
  it.each([
    [0, 200 + 40],
    [1, 200 + 40 + 1],
    [100, 200 + 40 + 100],
    [101, 200 + 32 + 40 + 101],
    [200, 200 + 32 + 40 + 200],
  ])('for %i bytes in frames of 100 is %i', (plaintext, expected) => {
    expect(messageLength(unsigned, plaintext)).toBe(expected);
  });

  it('adds the footer of a signing suite', () => {
    const signed = { ...unsigned, algorithmSuite: algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384 };
    expect(messageLength(signed, 0)).toBe(200 + 40 + 2 + 103);
  });

  it.each([-1, 1.5, Number.NaN, 2 ** 53])('refuses %d bytes', (length) => {
    expect(() => messageLength(unsigned, length)).toThrow(RangeError);
  });
});
