// One step of fuzzing: hostile bytes go to every reader, and each must do one of two things.

import { EnvelopeError, type Keyring, parseMessageHeader } from '@waxseal/core';
import type { BuiltMessage } from './build-message.ts';
import { READERS } from './message-forms.ts';
import { reencodeHeaderBody, writtenForm } from './reencode-header.ts';

/**
 * Lets every reader read hostile bytes.
 *
 * @param original - The message that they were made of.
 * @returns How many readers opened them; each gave the original's plaintext.
 * @throws Error when a reader gave another plaintext, or failed by anything but an `EnvelopeError`.
 */
export async function assertReadersWithstand(
  bytes: Uint8Array,
  original: BuiltMessage,
  keyring: Keyring,
): Promise<number> {
  assertHeaderWithstands(bytes);
  const options = { commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT' } as const;
  let opened = 0;
  for (const [name, read] of Object.entries(READERS)) {
    const plaintext = await read(keyring, bytes, options, [1, 13, 64]).catch((error: unknown) => refused(name, error));
    if (plaintext === undefined) continue;
    if (Buffer.compare(plaintext, original.plaintext) !== 0) throw new Error(`${name} gave another plaintext`);
    opened += 1;
  }
  return opened;
}

/**
 * Parses a header of hostile bytes; if it parses, it re-encodes to the same bytes, but for the read-only forms.
 *
 * @returns Whether it parsed.
 */
export function assertHeaderWithstands(bytes: Uint8Array): boolean {
  let header: ReturnType<typeof parseMessageHeader>;
  try {
    header = parseMessageHeader(bytes);
  } catch (error) {
    refused('parseMessageHeader', error);
    return false;
  }
  const written = writtenForm(bytes.subarray(0, header.headerLength));
  if (Buffer.compare(reencodeHeaderBody(header), written) !== 0)
    throw new Error('the header re-encodes to other bytes');
  return true;
}

function refused(name: string, error: unknown): undefined {
  if (!EnvelopeError.is(error)) throw new Error(`${name} failed by something else`, { cause: error });
}
