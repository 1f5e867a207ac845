import type { KeyringNode } from '@aws-crypto/client-node';
import { decrypt, encrypt, type Keyring } from '@waxseal/core';
import { suiteFacts } from '../messages/suite-facts.ts';
import type { InteropCase } from './interop-cases.ts';
import { officialDecrypt, officialEncrypt } from './official-client.ts';

/** The same keys as keyrings of each side. Who writes and who reads differ where a keyring only decrypts. */
export type KeyringPair = {
  readonly ours: { readonly writes: Keyring; readonly reads: Keyring };
  readonly theirs: { readonly writes: KeyringNode; readonly reads: KeyringNode };
};

/** What a reader gives. */
export type OpenedMessage = {
  readonly plaintext: Uint8Array;
  readonly encryptionContext: Readonly<Record<string, string>>;
};

/** A pair whose keyrings both write and read. */
export function pairOf(ours: Keyring, theirs: KeyringNode): KeyringPair {
  return { ours: { writes: ours, reads: ours }, theirs: { writes: theirs, reads: theirs } };
}

const PUBLIC_KEY = 'aws-crypto-public-key';

/** Lets the official SDK write a message and ours read it. @throws Error naming the case. */
export async function assertWeReadTheirs({ ours, theirs }: KeyringPair, message: InteropCase): Promise<void> {
  const ciphertext = await officialEncrypt(theirs.writes, message.plaintext, message);
  const result = await decrypt(ours.reads, ciphertext, { commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT' });
  assertSame('the official SDK wrote it, we read it', message, result);
}

/** Lets us write a message and the official SDK read it. @throws Error naming the case. */
export async function assertTheyReadOurs({ ours, theirs }: KeyringPair, message: InteropCase): Promise<void> {
  const ciphertext = await writeOurs(ours.writes, message);
  assertSame(
    'we wrote it, the official SDK read it',
    message,
    await officialDecrypt(theirs.reads, ciphertext, message.suiteId),
  );
}

/** @returns Our message of a case. */
export async function writeOurs(keyring: Keyring, message: InteropCase): Promise<Uint8Array> {
  const { suiteId, frameLength, encryptionContext } = message;
  const { message: ciphertext } = await encrypt(keyring, message.plaintext, {
    algorithmSuite: suiteId,
    frameLength,
    encryptionContext,
    commitmentPolicy: suiteFacts(suiteId).committing
      ? 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT'
      : 'FORBID_ENCRYPT_ALLOW_DECRYPT',
  });
  return ciphertext;
}

/** Compares what was read with what was written. @throws Error naming the direction and the case. */
export function assertSame(direction: string, message: InteropCase, result: OpenedMessage): void {
  const { suiteId, frameLength, encryptionContext, plaintext } = message;
  const name = `${direction}: suite ${suiteId.toString(16)}, frames of ${frameLength}, ${plaintext.length} bytes`;
  if (Buffer.compare(result.plaintext, plaintext) !== 0) throw new Error(`${name}: the plaintext differs`);
  const { [PUBLIC_KEY]: publicKey, ...context } = result.encryptionContext;
  const isSigned = suiteFacts(suiteId).curve !== undefined;
  if ((publicKey !== undefined) !== isSigned) throw new Error(`${name}: the public key is missing or too many`);
  if (!isSameContext(context, encryptionContext)) throw new Error(`${name}: the context differs`);
}

function isSameContext(left: Readonly<Record<string, string>>, right: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(right);
  return Object.keys(left).length === keys.length && keys.every((key) => left[key] === right[key]);
}
