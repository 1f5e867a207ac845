/** Bytes from hexadecimal; blanks are ignored. */
export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.replaceAll(/\s/g, '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Hexadecimal of bytes, of a Buffer or of several pieces in a row. */
export function toHex(...pieces: readonly Uint8Array[]): string {
  return pieces.flatMap((piece) => [...piece].map((byte) => byte.toString(16).padStart(2, '0'))).join('');
}

/** Bytes of ASCII or any other text. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
