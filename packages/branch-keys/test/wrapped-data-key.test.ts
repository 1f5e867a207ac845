import { createDecipheriv, createHmac } from 'node:crypto';
import { encodeEncryptionContext } from '@waxseal/core/crypto';
import { describe, expect, it } from 'vitest';
import { unwrapDataKey, versionBytes, wrapDataKey, wrappedLength } from '../src/wrapped-data-key.ts';

const wrappingKey = {
  branchKeyId: 'tenant-ä',
  version: '01234567-89ab-4cde-8f01-23456789abcd',
  key: Uint8Array.from({ length: 32 }, (_, index) => index),
};
const context = { b: '2', a: '1', '\uffff': 'bmp', '\u{10000}': 'astral' };
const dataKey = Uint8Array.from({ length: 32 }, (_, index) => 255 - index);

const encoded = (pairs: Record<string, string>): Uint8Array[] => [encodeEncryptionContext(pairs)];

/** The same from the specification's text, by node:crypto alone. */
function openByHand(ciphertext: Uint8Array, encodedContext: Buffer): Buffer {
  const label = Buffer.from('aws-kms-hierarchy');
  const salt = ciphertext.subarray(0, 16);
  const input = Buffer.concat([Buffer.from([0, 0, 0, 1]), label, Buffer.from([0]), salt, Buffer.from([0, 0, 1, 0])]);
  const derived = createHmac('sha256', wrappingKey.key).update(input).digest();
  const version = Buffer.from('0123456789ab4cde8f0123456789abcd', 'hex');
  const decipher = createDecipheriv('aes-256-gcm', derived, ciphertext.subarray(16, 28), { authTagLength: 16 });
  decipher.setAAD(Buffer.concat([label, Buffer.from('tenant-ä'), version, encodedContext]));
  decipher.setAuthTag(ciphertext.subarray(-16));
  return Buffer.concat([decipher.update(ciphertext.subarray(44, -16)), decipher.final()]);
}

function field(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([0, bytes.length]), bytes]);
}

/** Sorted by the keys' UTF-8: U+FFFF before U+10000, unlike in UTF-16. */
const encodedContext = Buffer.concat([
  Buffer.from([0, 4]),
  ...['a', '1', 'b', '2', '\uffff', 'bmp', '\u{10000}', 'astral'].map(field),
]);

describe('wrapDataKey', () => {
  it('makes what the specification says: salt, IV, version, encrypted key, tag', () => {
    const ciphertext = wrapDataKey(wrappingKey, context, dataKey);
    expect(ciphertext).toHaveLength(16 + 12 + 16 + 32 + 16);
    expect(Buffer.from(versionBytes(ciphertext)).toString('hex')).toBe('0123456789ab4cde8f0123456789abcd');
    expect(Uint8Array.from(openByHand(ciphertext, encodedContext))).toEqual(dataKey);
  });

  it('takes a fresh salt and IV each time', () => {
    const made = Array.from({ length: 100 }, () => Buffer.from(wrapDataKey(wrappingKey, context, dataKey)));
    expect(new Set(made.map((each) => each.subarray(0, 28).toString('hex'))).size).toBe(100);
  });

  it.each([16, 24, 32])('wraps data keys of %i bytes', (length) => {
    const key = dataKey.subarray(0, length);
    const ciphertext = wrapDataKey(wrappingKey, {}, key);
    expect(ciphertext).toHaveLength(wrappedLength(length));
    expect(unwrapDataKey(wrappingKey, encoded({}), ciphertext)).toEqual(key);
  });

  it('binds no context as no bytes at all', () => {
    const ciphertext = wrapDataKey(wrappingKey, {}, dataKey);
    expect(Uint8Array.from(openByHand(ciphertext, Buffer.alloc(0)))).toEqual(dataKey);
  });
});

describe('unwrapDataKey', () => {
  it('opens nothing that has one bit changed', () => {
    const ciphertext = wrapDataKey(wrappingKey, context, dataKey);
    for (let bit = 0; bit < ciphertext.length * 8; bit += 1) {
      // The version's bytes select the key; that they are authenticated is the next test.
      if (bit >= 28 * 8 && bit < 44 * 8) continue;
      const changed = Uint8Array.from(ciphertext);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(unwrapDataKey(wrappingKey, encoded(context), changed)).toBeUndefined();
    }
  });

  it('binds branch key id, version, key and context', () => {
    const ciphertext = wrapDataKey(wrappingKey, context, dataKey);
    const others = [
      { ...wrappingKey, branchKeyId: 'tenant-b' },
      { ...wrappingKey, version: '11234567-89ab-4cde-8f01-23456789abcd' },
      { ...wrappingKey, key: new Uint8Array(32) },
    ];
    for (const other of others) expect(unwrapDataKey(other, encoded(context), ciphertext)).toBeUndefined();
    expect(unwrapDataKey(wrappingKey, encoded({ ...context, a: '2' }), ciphertext)).toBeUndefined();
    expect(unwrapDataKey(wrappingKey, encoded({}), ciphertext)).toBeUndefined();
    expect(unwrapDataKey(wrappingKey, encoded(context), ciphertext)).toEqual(dataKey);
  });
});
