// The messages that go both ways between the official SDK and ours.

import { SUITES } from '../messages/suite-facts.ts';
import type { MessageForm } from './official-client.ts';

/** One message of interop tests. */
export type InteropCase = MessageForm & { readonly plaintext: Uint8Array };

const FRAME_LENGTHS = [1, 17, 4096, 65_536];

/** Contexts whose order differs between UTF-8, UTF-16 and locales. */
export const CONTEXTS: readonly Readonly<Record<string, string>>[] = [
  {},
  { a: 'lower', B: 'upper', 'Key-1': 'x', key: 'y', _: 'z' },
  { '\u{10000}': 'beyond the basic plane', '\uFFFD': 'the last of it', é: '\u{1F512}', e: 'ascii' },
];

/** Every frame length with every size and context, for one suite. */
export function interopCases(suiteId: number): InteropCase[] {
  return FRAME_LENGTHS.flatMap((frameLength) =>
    CONTEXTS.flatMap((encryptionContext, at) =>
      plaintextLengths(frameLength, at === 0).map((length) => ({
        suiteId,
        frameLength,
        encryptionContext,
        plaintext: patternedBytes(length),
      })),
    ),
  );
}

/** One case for each suite. */
export function caseOfEachSuite(): InteropCase[] {
  return SUITES.map(({ id }, at) => ({
    suiteId: id,
    frameLength: 17,
    encryptionContext: CONTEXTS[at % CONTEXTS.length] ?? {},
    plaintext: patternedBytes(17 * 2 + at),
  }));
}

/** Empty, one byte, an exact multiple of the frame, and larger: a thousand frames where asked. */
function plaintextLengths(frameLength: number, isLong: boolean): number[] {
  const larger = isLong && frameLength < 100 ? 1000 * frameLength - (frameLength >> 1) : 3 * frameLength + 1;
  return [...new Set([0, 1, 2 * frameLength, larger])];
}

/** Bytes that tell when pieces are swapped, dropped or repeated. */
export function patternedBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 167 + (at >> 8)) & 0xff;
  return bytes;
}
