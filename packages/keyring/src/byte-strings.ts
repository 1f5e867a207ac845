// Byte strings as values: joined and compared.

/** Puts byte strings together in a fresh buffer. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Like `concatenate`, for secrets: the parts are wiped. */
export function concatenateAndWipe(parts: readonly Uint8Array[]): Uint8Array {
  const joined = concatenate(parts);
  for (const part of parts) part.fill(0);
  return joined;
}

/** Compares byte strings that are no secrets; may stop at the first difference. */
export function isSameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
