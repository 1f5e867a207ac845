// The official AWS Encryption SDK for JavaScript, as the other side of interop tests.

import {
  type AlgorithmSuiteIdentifier,
  buildClient,
  CommitmentPolicy,
  type KeyringNode,
} from '@aws-crypto/client-node';
import { suiteFacts } from '../messages/suite-facts.ts';

/** What a message is written with. */
export type MessageForm = {
  readonly suiteId: number;
  readonly frameLength: number;
  readonly encryptionContext: Readonly<Record<string, string>>;
};

const committing = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
const nonCommitting = buildClient(CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT);

function clientFor(suiteId: number): typeof committing {
  return suiteFacts(suiteId).committing ? committing : nonCommitting;
}

/** Encrypts by the official SDK. */
export async function officialEncrypt(
  keyring: KeyringNode,
  plaintext: Uint8Array,
  form: MessageForm,
): Promise<Uint8Array> {
  // Without its reverse mapping an id of the enumeration is a plain number to the compiler.
  const suiteId = form.suiteId as AlgorithmSuiteIdentifier;
  const { frameLength, encryptionContext } = form;
  const { result } = await clientFor(form.suiteId).encrypt(keyring, plaintext, {
    suiteId,
    frameLength,
    encryptionContext: { ...encryptionContext },
  });
  return new Uint8Array(result);
}

/** Decrypts by the official SDK. */
export async function officialDecrypt(
  keyring: KeyringNode,
  message: Uint8Array,
  suiteId: number,
): Promise<{ readonly plaintext: Uint8Array; readonly encryptionContext: Readonly<Record<string, string>> }> {
  const { plaintext, messageHeader } = await clientFor(suiteId).decrypt(keyring, message);
  return { plaintext, encryptionContext: messageHeader.encryptionContext };
}
