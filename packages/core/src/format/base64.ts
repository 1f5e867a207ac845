// Base64 (RFC 4648, section 4) with padding, strict, in every runtime.

const PATTERN = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** @returns Base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** @returns The bytes, or undefined when the text is not base64 with padding. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (!PATTERN.test(text)) return undefined;
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
