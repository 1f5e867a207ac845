import { describe, expect, test } from 'vitest';
import { deriveKeyInCounterMode } from '../../src/crypto/index.ts';
import { fromHex, toHex, utf8 } from './bytes.ts';

// aws/aws-encryption-sdk-javascript, modules/kdf-ctr-mode-node/test/fixtures.ts: C.1, C.2 and two of the permutations.
const answers = [
  {
    name: 'C.1',
    hash: 'sha256',
    key: '7dc9bdfc2534047cfe63e9eb297b77525149ed7d4afce9c6440f350e61ef3ed0',
    label: utf8('aws-kms-hierarchy'),
    context: '77dae93e689b581d3e06eb01c8d3ba02',
    output: 'bce898725589aec08f9834b3b80fdc3ff173907e5574e729fdce127cf76db7cc',
  },
  {
    name: 'C.2',
    hash: 'sha256',
    key: '5016711776440a204ba9c7c0ffdcd63cb6017e93abe96eb12391d9811e09509f',
    label: utf8('aws-kms-hierarchy'),
    context: 'd2f1c09e67421b238f42a8bd52abd3fc',
    output: '36ceae48ed85559c5d357898765259217262ccec8a39a276555cc7e8f0fc5c61',
  },
  {
    name: '384 32 ikm 16 info some purpose 64 L',
    hash: 'sha384',
    key: '00'.repeat(32),
    label: new Uint8Array(3),
    context: '00'.repeat(16),
    output:
      'bd14a1103c1b148fa6321a45c02b253281e58a8a2220d82c96ee667b86a40f1b0447be9415ae67ee2850cddae39fcfb63e019d995156000b346a913626cdc172',
  },
  {
    name: '384 32 ikm 32 info some purpose 64 L',
    hash: 'sha384',
    key: '00'.repeat(32),
    label: new Uint8Array(3),
    context: '00'.repeat(32),
    output:
      'd5bde9204f1c1bea06f269baad0bdeb7d186b0e38651f3e9c5a2fdbaad423de6afaab67a81723bb3aa96a074bda79b2d282b4d4cfad8b1edcb7f357c5274e799',
  },
] as const;

describe('deriveKeyInCounterMode', () => {
  test.each(answers)('gives the published answer: $name', ({ hash, key, label, context, output }) => {
    const derived = deriveKeyInCounterMode({
      hash,
      key: fromHex(key),
      label,
      context: fromHex(context),
      length: output.length / 2,
    });
    expect(toHex(derived)).toBe(output);
  });

  test('binds the length, so that a short key is no prefix of a long one', () => {
    const inputs = { hash: 'sha256', key: new Uint8Array(32), label: utf8('l'), context: utf8('c') } as const;
    const short = deriveKeyInCounterMode({ ...inputs, length: 16 });
    const long = deriveKeyInCounterMode({ ...inputs, length: 32 });
    expect(toHex(long).startsWith(toHex(short))).toBe(false);
  });

  test.each([0, -1, 1.5, Number.NaN, 2 ** 29])('refuses a length of %d', (length) => {
    const inputs = { hash: 'sha256', key: new Uint8Array(32), label: utf8(''), context: utf8('') } as const;
    expect(() => deriveKeyInCounterMode({ ...inputs, length })).toThrow(RangeError);
  });

  test('refuses an empty key', () => {
    const inputs = { hash: 'sha256', key: new Uint8Array(0), label: utf8(''), context: utf8(''), length: 32 } as const;
    expect(() => deriveKeyInCounterMode(inputs)).toThrow(RangeError);
  });
});
