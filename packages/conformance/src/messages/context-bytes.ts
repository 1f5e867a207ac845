// The encoded encryption context as it stands, in any order; apart from core's codec, to check it by.

/** One pair, in the order of the wire. */
export type ContextPair = readonly [key: string, value: string];

/** Encodes pairs in the order given; none at all are no bytes. */
export function encodePairs(pairs: readonly ContextPair[]): Buffer {
  if (pairs.length === 0) return Buffer.alloc(0);
  return Buffer.concat([u16(pairs.length), ...pairs.flat().map((text) => lengthPrefixed(Buffer.from(text, 'utf8')))]);
}

/** Reads pairs in the order of the wire. */
export function decodePairs(bytes: Uint8Array): ContextPair[] {
  const buffer = Buffer.from(bytes);
  if (buffer.length === 0) return [];
  let position = 2;
  const text = (): string => {
    const start = position + 2;
    position = start + buffer.readUInt16BE(position);
    return buffer.toString('utf8', start, position);
  };
  const pairs = Array.from({ length: buffer.readUInt16BE(0) }, (): ContextPair => [text(), text()]);
  if (position !== buffer.length) throw new Error('the length of the context is wrong');
  return pairs;
}

/** Sorts pairs by the UTF-8 bytes of their keys, as writers must. */
export function sortPairs(pairs: readonly ContextPair[]): ContextPair[] {
  return [...pairs].sort(([left], [right]) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
}

/** Two bytes, big-endian. */
export function u16(value: number): Buffer {
  return Buffer.of(value >>> 8, value & 0xff);
}

/** Four bytes, big-endian. */
export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A field with its two-byte length before it. */
export function lengthPrefixed(bytes: Uint8Array): Buffer {
  return Buffer.concat([u16(bytes.length), bytes]);
}
