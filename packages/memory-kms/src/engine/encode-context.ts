// The encryption context as bytes, injectively: no two contexts have the same encoding.

/**
 * Encodes an encryption context for use as additional authenticated data.
 *
 * Layout: the number of pairs (4 bytes, big-endian); for each pair, sorted by the key's UTF-8 bytes, the length of
 * the key (4), the key, the length of the value (4), the value. An empty context equals an absent one.
 *
 * @returns Fresh bytes.
 */
export function encodeContext(context: Readonly<Record<string, string>> | undefined): Uint8Array {
  const pairs = Object.entries(context ?? {}).map(([key, value]) => [textBytes(key), textBytes(value)] as const);
  pairs.sort(([left], [right]) => Buffer.compare(left, right));
  return Buffer.concat([
    uint32(pairs.length),
    ...pairs.flatMap(([key, value]) => [...prefixed(key), ...prefixed(value)]),
  ]);
}

function prefixed(bytes: Uint8Array): readonly Uint8Array[] {
  return [uint32(bytes.length), bytes];
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** UTF-16 with lone surrogates would collapse to U+FFFD in UTF-8; the escaped form (which no UTF-8 holds) keeps them apart. */
function textBytes(text: string): Buffer {
  if (!/\p{Surrogate}/u.test(text)) return Buffer.from(text, 'utf8');
  return Buffer.concat([Uint8Array.of(0xff), Buffer.from(text, 'utf16le')]);
}
