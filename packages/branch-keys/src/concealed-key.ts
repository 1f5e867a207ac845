// Keeps key bytes out of logs.

import { INSPECT } from '@waxseal/core/crypto';

/**
 * Makes a log tell a key's length in place of its bytes: `console.log` and `JSON.stringify`, of the bytes or of an object
 * that has them. They stay the bytes that they are to whoever reads, compares or wipes them; a copy is shown as usual.
 *
 * @returns The same bytes.
 */
export function concealKey(key: Uint8Array): Uint8Array {
  const text = `<${key.length} bytes, not shown>`;
  // On the bytes and not on the object around them, so that `{ ...branchKey }` conceals them too.
  return Object.defineProperties(key, { toJSON: { value: () => text }, [INSPECT]: { value: () => text } });
}
