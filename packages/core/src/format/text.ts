import { MalformedMessageError } from '../errors.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decodes UTF-8, keeping a leading U+FEFF. @throws MalformedMessageError when the bytes are not UTF-8. */
export function decodeText(bytes: Uint8Array, what: string): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new MalformedMessageError(`the ${what} is not valid UTF-8`);
  }
}

/** Whether a string can be encoded as UTF-8 without loss: it has no lone surrogate. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
