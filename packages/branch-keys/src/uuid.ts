// UUIDs as text and as the 16 bytes that encrypted data keys carry.

const PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Bytes of a UUID. */
export const UUID_LENGTH = 16;

/** Whether a text is a UUID in the one form used here: lower case, with hyphens. */
export function isUuid(text: string): boolean {
  return PATTERN.test(text);
}

/** @param uuid - Lower case, with hyphens. @returns Its 16 bytes in the order of the text, a fresh array. */
export function encodeUuid(uuid: string): Uint8Array {
  return Uint8Array.from(uuid.replaceAll('-', '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** @param bytes - 16 bytes. @returns The UUID in lower case, with hyphens. */
export function decodeUuid(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
