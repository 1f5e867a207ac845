// The encryption context as the official JavaScript SDK encodes it by default: pairs in the order of a locale.

import type { EncryptionContext } from '@waxseal/core';

/**
 * Encodes a context like `encodeEncryptionContext`, except that keys are in the order of `localeCompare`.
 *
 *   count (2 B) ‖ for each pair: key length (2 B) ‖ key ‖ value length (2 B) ‖ value; nothing at all for no pairs
 *
 * Only to read: the raw AES keyring of the official JavaScript SDK (without `utf8Sorting: true`) binds these bytes.
 *
 * @param locale - BCP 47 tag of the locale in which the writer ran.
 */
export function encodeLocaleSortedContext(context: EncryptionContext, locale: string): Uint8Array {
  const pairs = Object.entries(context);
  if (pairs.length === 0) return new Uint8Array(0);
  const { compare } = new Intl.Collator(locale);
  const texts = pairs
    .sort(([left], [right]) => compare(left, right))
    .flat()
    .map((text) => new TextEncoder().encode(text));
  const encoded = new Uint8Array(2 + texts.reduce((sum, text) => sum + 2 + text.length, 0));
  const view = new DataView(encoded.buffer);
  view.setUint16(0, pairs.length);
  let offset = 2;
  for (const text of texts) {
    view.setUint16(offset, text.length);
    encoded.set(text, offset + 2);
    offset += 2 + text.length;
  }
  return encoded;
}
