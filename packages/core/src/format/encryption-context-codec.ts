// Encryption context to bytes and back.

import { compareBytes } from '../bytes.ts';
import { EMPTY_CONTEXT, type EncryptionContext } from '../encryption-context.ts';
import { MalformedMessageError } from '../errors.ts';
import { MAX_FIELD_LENGTH } from '../limits.ts';
import { ByteWriter } from './byte-writer.ts';
import { decodeText, isWellFormed } from './text.ts';

const EMPTY = new Uint8Array(0);
const encoder = new TextEncoder();

/**
 * Encodes a context; this is what is authenticated and what keyrings bind.
 *
 *   count (2 B) ‖ for each pair, sorted by the key's UTF-8 bytes: key length (2 B) ‖ key ‖ value length (2 B) ‖ value
 *
 * An empty context is no bytes at all, without a count.
 *
 * @returns A fresh array, at most 65,535 bytes.
 * @throws RangeError when a key, a value or the whole is longer than 65,535 bytes; TypeError for a lone surrogate, which
 *   would be encoded as another character.
 * @see AWS Encryption SDK specification, framework/structures.md, "Encryption Context Serialization"
 */
export function encodeEncryptionContext(context: EncryptionContext): Uint8Array {
  const keys = Object.keys(context);
  if (keys.length === 0) return EMPTY;
  const pairs = keys.map((key) => [encodeText(key), encodeText(context[key] ?? '')] as const);
  pairs.sort(([left], [right]) => compareBytes(left, right));
  const length = pairs.reduce((sum, [key, value]) => sum + 4 + key.length + value.length, 2);
  if (length > MAX_FIELD_LENGTH) {
    throw new RangeError(`the encryption context takes ${length} bytes, the format allows ${MAX_FIELD_LENGTH}`);
  }
  const writer = new ByteWriter(length);
  writer.writeU16(pairs.length);
  for (const [key, value] of pairs) {
    writer.writeField(key);
    writer.writeField(value);
  }
  return writer.bytes;
}

function encodeText(text: string): Uint8Array {
  if (!isWellFormed(text)) throw new TypeError('the encryption context has a lone surrogate');
  return encoder.encode(text);
}

/**
 * Decodes a context as stored in a header. The order of the pairs is not checked, and a count of zero is read though it
 * is never written: other implementations wrote both.
 *
 * @throws MalformedMessageError for duplicate keys, invalid UTF-8, and lengths that do not fit.
 */
export function decodeEncryptionContext(bytes: Uint8Array): EncryptionContext {
  if (bytes.length === 0) return EMPTY_CONTEXT;
  const context: Record<string, string> = Object.create(null);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let position = 0;
  const readU16 = (): number => {
    if (position + 2 > bytes.length) throw overflow();
    position += 2;
    return view.getUint16(position - 2);
  };
  const readText = (): string => {
    const end = readU16() + position;
    if (end > bytes.length) throw overflow();
    const text = decodeText(bytes.subarray(position, end), 'encryption context');
    position = end;
    return text;
  };
  for (let remaining = readU16(); remaining > 0; remaining--) {
    const key = readText();
    if (key in context) throw new MalformedMessageError('the encryption context has a duplicate key');
    context[key] = readText();
  }
  if (position !== bytes.length)
    throw new MalformedMessageError('the encryption context is shorter than its length field');
  return Object.freeze(context);
}

function overflow(): MalformedMessageError {
  return new MalformedMessageError('the encryption context is longer than its length field');
}
