import { describe, expect, it } from 'vitest';
import { algorithmSuites } from '../../src/format/algorithm-suites.ts';
import { HeaderCollector } from '../../src/format/header-collector.ts';
import { decodeHeader } from '../../src/format/header-decoder.ts';
import { encodeHeaderBody, type HeaderFields } from '../../src/format/header-encoder.ts';

const V1 = algorithmSuites.ALG_AES_256_GCM_IV12_TAG16_HKDF_SHA256;
const V2 = algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY;
const entry = { providerId: 'aws-kms', providerInfo: new Uint8Array([1, 255]), ciphertext: new Uint8Array([9]) };

function headerBytes(changes: Partial<HeaderFields> = {}): Uint8Array {
  const suite = changes.algorithmSuite ?? V2;
  const v1 = suite.messageVersion === 1;
  const body = encodeHeaderBody({
    algorithmSuite: suite,
    messageId: new Uint8Array(v1 ? 16 : 32).fill(7),
    encryptionContext: { a: 'b' },
    encryptedDataKeys: [entry],
    frameLength: 4096,
    ...(v1 ? {} : { commitment: new Uint8Array(32).fill(5) }),
    ...changes,
  });
  return new Uint8Array([...body, ...new Uint8Array(v1 ? 28 : 16).fill(3)]);
}

const changed = (bytes: Uint8Array, at: number, value: number): Uint8Array => {
  const copy = bytes.slice();
  copy[at] = value;
  return copy;
};
const throwsCode = (code: string): unknown => expect.objectContaining({ code });

describe('decodeHeader', () => {
  it.each([V1, V2])('reads what was encoded: $name', (algorithmSuite) => {
    const bytes = headerBytes({ algorithmSuite });
    const { header, body } = decodeHeader(new Uint8Array([...bytes, 1, 2, 3]), {});
    expect(header).toMatchObject({
      version: algorithmSuite.messageVersion,
      contentType: 'framed',
      frameLength: 4096,
      verified: false,
    });
    expect(header.encryptedDataKeys).toEqual([entry]);
    expect({ ...header.encryptionContext }).toEqual({ a: 'b' });
    expect(header.headerLength).toBe(bytes.length);
    expect(body).toEqual(bytes.subarray(0, bytes.length - (algorithmSuite === V1 ? 28 : 16)));
  });

  it('refuses a committing suite in version 1 and a non-committing one in version 2', () => {
    const v2 = headerBytes();
    expect(() => decodeHeader(new Uint8Array([...[2, 0x01, 0x78], ...v2.subarray(3)]), {})).toThrow(
      throwsCode('ERR_MESSAGE_MALFORMED'),
    );
    expect(() => decodeHeader(new Uint8Array([...[1, 0x80, 0x04, 0x78], ...v2.subarray(3)]), {})).toThrow(
      throwsCode('ERR_MESSAGE_MALFORMED'),
    );
  });

  it.each([0x0000, 0x0070, 0x0073, 0x0074, 0x6700, 0x6701, 0xffff])(
    'refuses suite id %i, which is not of this format',
    (id) => {
      const bytes = changed(changed(headerBytes(), 1, id >> 8), 2, id & 255);
      expect(() => decodeHeader(bytes, {})).toThrow(throwsCode('ERR_MESSAGE_UNSUPPORTED'));
    },
  );

  it.each([0, 3, 0x42, 255])('refuses version %i', (version) => {
    expect(() => decodeHeader(changed(headerBytes(), 0, version), {})).toThrow(throwsCode('ERR_MESSAGE_UNSUPPORTED'));
  });

  it('hints at base64 for text of either version', () => {
    for (const algorithmSuite of [V1, V2]) {
      const text = new TextEncoder().encode(Buffer.from(headerBytes({ algorithmSuite })).toString('base64'));
      expect(() => decodeHeader(text, {})).toThrow(/base64/);
    }
  });

  it('counts encrypted data keys against the limit before it reads any', () => {
    const bytes = headerBytes({ encryptedDataKeys: Array.from({ length: 101 }, () => entry) });
    expect(() => decodeHeader(bytes.subarray(0, 60), {})).toThrow(throwsCode('ERR_LIMIT_EXCEEDED'));
    expect(
      decodeHeader(bytes, { maxEncryptedDataKeys: Number.POSITIVE_INFINITY }).header.encryptedDataKeys.length,
    ).toBe(101);
    const hundred = headerBytes({ encryptedDataKeys: Array.from({ length: 100 }, () => entry) });
    expect(decodeHeader(hundred, {}).header.encryptedDataKeys.length).toBe(100);
  });

  it('holds the header to its longest length before it asks for the bytes', () => {
    const bytes = headerBytes();
    expect(decodeHeader(bytes, { maxHeaderLength: bytes.length }).header.headerLength).toBe(bytes.length);
    expect(() => decodeHeader(bytes, { maxHeaderLength: bytes.length - 1 })).toThrow(throwsCode('ERR_LIMIT_EXCEEDED'));
    expect(() => decodeHeader(bytes.subarray(0, 40), { maxHeaderLength: 39 })).toThrow(
      throwsCode('ERR_LIMIT_EXCEEDED'),
    );
  });

  it('refuses a header without encrypted data keys', () => {
    expect(() => decodeHeader(headerBytes({ encryptedDataKeys: [] }), {})).toThrow(throwsCode('ERR_MESSAGE_MALFORMED'));
  });

  it('refuses frame length 0 in a framed message and another one in a non-framed message', () => {
    const bytes = headerBytes();
    const contentTypeAt = bytes.length - 16 - 32 - 4 - 1;
    expect(() => decodeHeader(headerBytes({ frameLength: 0 }), {})).toThrow(throwsCode('ERR_MESSAGE_MALFORMED'));
    expect(() => decodeHeader(changed(bytes, contentTypeAt, 1), {})).toThrow(throwsCode('ERR_MESSAGE_MALFORMED'));
    expect(() => decodeHeader(changed(bytes, contentTypeAt, 3), {})).toThrow(throwsCode('ERR_MESSAGE_MALFORMED'));
  });

  it('refuses another type, reserved bytes that are not zero, and another IV length in version 1', () => {
    const bytes = headerBytes({ algorithmSuite: V1 });
    const end = bytes.length - 28;
    for (const [at, value] of [
      [1, 0x81],
      [end - 5, 16],
      [end - 6, 1],
    ] as const) {
      expect(() => decodeHeader(changed(bytes, at, value), {})).toThrow(throwsCode('ERR_MESSAGE_MALFORMED'));
    }
  });

  it('refuses every truncation', () => {
    for (const algorithmSuite of [V1, V2]) {
      const bytes = headerBytes({ algorithmSuite });
      for (let length = 0; length < bytes.length; length++) {
        expect(() => decodeHeader(bytes.subarray(0, length), {})).toThrow(throwsCode('ERR_MESSAGE_MALFORMED'));
      }
    }
  });

  it('keeps private copies: a later change of the input changes nothing', () => {
    const bytes = headerBytes();
    const { header, body } = decodeHeader(bytes, {});
    bytes.fill(0);
    expect(header.messageId[0]).toBe(7);
    expect(body[0]).toBe(2);
  });
});

describe('HeaderCollector', () => {
  it.each([1, 7, 64, 100_000])('gives the same header and the same rest in chunks of %i', (size) => {
    const keys = Array.from({ length: 50 }, (_, index) => ({ ...entry, ciphertext: new Uint8Array(index * 3) }));
    const header = headerBytes({ encryptedDataKeys: keys });
    const bytes = new Uint8Array([...header, 11, 12, 13]);
    const collector = new HeaderCollector({});
    let found: ReturnType<HeaderCollector['push']>;
    let position = 0;
    while (found === undefined) {
      found = collector.push(bytes.subarray(position, position + size));
      position += size;
    }
    expect(found.decoded).toEqual(decodeHeader(bytes, {}));
    const after = Math.min(position, bytes.length) - header.length;
    expect([...found.rest]).toEqual([11, 12, 13].slice(0, after));
  });

  it('takes time linear in the header, one byte at a time with very many data keys', () => {
    const time = (count: number): number => {
      const bytes = headerBytes({ encryptedDataKeys: Array.from({ length: count }, () => entry) });
      const collector = new HeaderCollector({ maxEncryptedDataKeys: count });
      const start = performance.now();
      for (let index = 0; index < bytes.length; index++) collector.push(bytes.subarray(index, index + 1));
      return performance.now() - start;
    };
    const least = (count: number): number => Math.min(time(count), time(count), time(count));
    const ratio = least(32_000) / least(4000);
    expect(ratio, 'eight times the bytes must not take sixty-four times as long').toBeLessThan(30);
  });
});
