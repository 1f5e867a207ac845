// Random bytes and identifiers: from the system, or (for fixtures only) from a seed.

import { createHmac, randomBytes, randomUUID } from 'node:crypto';

/** Where key material, salts and identifiers come from. RSA and EC key pairs always come from the system. */
export interface RandomSource {
  /** @returns `length` fresh bytes, owned by the caller. */
  bytes(length: number): Uint8Array;
  /** A version 4 UUID in lower case; made from `bytes` where absent. */
  uuid?(): string;
}

/** The system's generator. */
export const systemRandom: RandomSource = { bytes: (length) => randomBytes(length), uuid: () => randomUUID() };

/**
 * The same bytes on every run, for fixtures: never for anything that should stay secret.
 *
 * @param seed - Any text; HMAC-SHA-256 in counter mode turns it into the stream.
 */
export function insecureSeededRandom(seed: string): RandomSource {
  let counter = 0;
  return {
    bytes(length) {
      const blocks: Buffer[] = [];
      for (let size = 0; size < length; size += 32) {
        blocks.push(createHmac('sha256', seed).update(String(counter++)).digest());
      }
      return Buffer.concat(blocks).subarray(0, length);
    },
  };
}

/** A random version 4 UUID in lower case. */
export function randomUuid(random: RandomSource): string {
  if (random.uuid !== undefined) return random.uuid();
  const bytes = Buffer.from(random.bytes(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
