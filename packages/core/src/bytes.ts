// Byte strings: the conversions and comparisons that several layers need. Knows nothing of messages.

/**
 * Views what a caller gave as bytes, without copying; shared memory is copied, since another thread could change it
 * between check and use. Never returns a Node `Buffer`, whose `slice` shares memory where a Uint8Array's copies.
 *
 * @param what - Name of the parameter, for the error.
 * @throws TypeError for anything else, which says how to make bytes of it.
 */
export function toBytes(value: unknown, what: string): Uint8Array {
  if (ArrayBuffer.isView(value)) {
    const isPlain = value instanceof Uint8Array && value.constructor === Uint8Array;
    const bytes = isPlain ? value : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return isShared(bytes.buffer) ? bytes.slice() : bytes;
  }
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (isShared(value)) return new Uint8Array(value).slice();
  throw new TypeError(`${what} must be a Uint8Array, got ${adviseOnBytes(value, what)}`);
}

function adviseOnBytes(value: unknown, what: string): string {
  if (typeof value === 'string') {
    const isMessage = what === 'message' || what === 'source';
    return `a string: pass ${isMessage ? "Buffer.from(text, 'base64')" : "new TextEncoder().encode(text) or Buffer.from(text, 'utf8')"}`;
  }
  if (value instanceof Promise) return 'a Promise: await it';
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return 'message' in value ? 'an object with a message: pass that' : 'an object';
}

/** Whether a value is a Uint8Array, of this realm or another: what other people's code hands over is checked by this. */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && (value as Partial<Uint8Array>)[Symbol.toStringTag] === 'Uint8Array';
}

function isShared(value: unknown): value is SharedArrayBuffer {
  return typeof SharedArrayBuffer !== 'undefined' && value instanceof SharedArrayBuffer;
}

/** @returns A fresh array with the contents of all parts, or a view of the only one that is not empty. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const filled = parts.filter((part) => part.length > 0);
  const [first] = filled;
  if (first !== undefined && filled.length === 1)
    return new Uint8Array(first.buffer, first.byteOffset, first.byteLength);
  const whole = new Uint8Array(totalLength(parts));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** @returns The sum of the lengths. */
export function totalLength(parts: readonly Uint8Array[]): number {
  let total = 0;
  for (const part of parts) total += part.length;
  return total;
}

/** Orders byte strings as unsigned bytes, a prefix first. Not constant-time. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Overwrites bytes that held a secret. Copies made elsewhere by the runtime are out of reach. */
export function wipe(bytes: Uint8Array): void {
  bytes.fill(0);
}
