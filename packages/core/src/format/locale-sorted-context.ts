// The encryption context as the official JavaScript SDK encodes it by default: pairs in the order of a locale.

import type { EncryptionContext } from '../encryption-context.ts';
import { encodeEncryptionContext } from './encryption-context-codec.ts';

/**
 * Encodes a context like `encodeEncryptionContext`, except that keys are in the order of `localeCompare`.
 *
 *   count (2 B) ‖ for each pair: key length (2 B) ‖ key ‖ value length (2 B) ‖ value; nothing at all for no pairs
 *
 * Only to read: the raw AES and hierarchical keyrings of the official JavaScript SDK (without `utf8Sorting: true`) bind these bytes.
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

/**
 * What a wrapped data key may be bound to: the specified encoding first, then, if a locale is given, the one in its order.
 *
 * @throws RangeError when the context does not fit the format.
 */
export function acceptedContextEncodings(context: EncryptionContext, locale: string | undefined): Uint8Array[] {
  const specified = encodeEncryptionContext(context);
  return locale === undefined ? [specified] : [specified, encodeLocaleSortedContext(context, locale)];
}

/**
 * Checks a keyring's option `localeSortedContext`.
 *
 * @throws TypeError when it is not one BCP 47 language tag.
 */
export function requireLocale(locale: unknown): string {
  try {
    if (typeof locale === 'string' && Intl.getCanonicalLocales(locale).length === 1) return locale;
  } catch {}
  throw new TypeError("localeSortedContext must be a BCP 47 language tag, such as 'en-US'");
}
