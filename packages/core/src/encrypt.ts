import { toBytes } from './bytes.ts';
import type { MessageHeader } from './format/message-header.ts';
import type { Keyring } from './materials/keyring.ts';
import type { MaterialsManager } from './materials/materials-manager.ts';
import { checkEncryptOptions, type EncryptOptions, type EncryptSettings } from './message-options.ts';
import { startMessage } from './stream/start-message.ts';
import { sealWhole } from './stream/whole-message.ts';

/** What `encrypt` and `reencrypt` give. */
export type EncryptResult = {
  /** The message: header, body and, for a signing suite, footer. A fresh array. */
  readonly message: Uint8Array;
  readonly header: MessageHeader;
};

/**
 * Encrypts bytes that are all in memory into one message.
 *
 * @param keys - A keyring, which makes a new data key for this message, or a materials manager.
 * @param plaintext - Of any length; not kept and not changed. The message takes as many bytes again.
 * @param options - Defaults: suite 0x0578 (committing and signing), frames of 64 KiB.
 * @throws TypeError, RangeError for a caller's mistake.
 * @throws PolicyViolationError when the policy forbids the suite; LimitExceededError; whatever the keyring throws.
 * @see AWS Encryption SDK specification, client-apis/encrypt.md
 */
export async function encrypt(
  keys: Keyring | MaterialsManager,
  plaintext: Uint8Array,
  options: EncryptOptions = {},
): Promise<EncryptResult> {
  const bytes = toBytes(plaintext, 'plaintext');
  const settings = checkEncryptOptions({ ...options, maxPlaintextLength: undefined, plaintextLength: bytes.length });
  return encryptWith(keys, bytes, settings);
}

/** Encrypts under settings that were checked; `settings.plaintextLength` is that of `plaintext`. */
export async function encryptWith(
  keys: Keyring | MaterialsManager,
  plaintext: Uint8Array,
  settings: EncryptSettings,
): Promise<EncryptResult> {
  const message = await startMessage(keys, settings);
  try {
    return { message: await sealWhole(message, plaintext), header: message.header };
  } finally {
    message.lease.release();
  }
}
