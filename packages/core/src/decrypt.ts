import { toBytes } from './bytes.ts';
import type { EncryptionContext } from './encryption-context.ts';
import { decodeHeader } from './format/header-decoder.ts';
import type { MessageHeader } from './format/message-header.ts';
import type { Keyring } from './materials/keyring.ts';
import type { MaterialsManager } from './materials/materials-manager.ts';
import { checkDecryptOptions, type DecryptOptions } from './message-options.ts';
import { authenticateHeader } from './stream/authenticate-header.ts';
import { openWhole } from './stream/whole-message.ts';

/** What `decrypt` gives; all of it is authenticated. */
export type DecryptResult = {
  /** A fresh array. */
  readonly plaintext: Uint8Array;
  /** Everything that was authenticated: stored and reproduced pairs, and `aws-crypto-public-key` of a signing suite. */
  readonly encryptionContext: EncryptionContext;
  readonly header: MessageHeader;
};

/**
 * Decrypts one whole message that is in memory. Nothing is returned before all of it is verified, the signature included.
 *
 * @param keys - A keyring or a materials manager.
 * @param message - Exactly one message: trailing bytes are an error. Not changed; must not change before the result is there.
 * @throws MalformedMessageError, UnsupportedMessageError, LimitExceededError for what is read;
 *   PolicyViolationError, ContextMismatchError for what was asked; DataKeyUnavailableError when no keyring has the key;
 *   DecryptionFailedError for everything that is not authentic. TypeError, RangeError for a caller's mistake.
 * @see AWS Encryption SDK specification, client-apis/decrypt.md
 */
export async function decrypt(
  keys: Keyring | MaterialsManager,
  message: Uint8Array,
  options: DecryptOptions = {},
): Promise<DecryptResult> {
  const bytes = toBytes(message, 'message');
  const settings = checkDecryptOptions(options, Number.POSITIVE_INFINITY);
  const decoded = decodeHeader(bytes, settings);
  const authenticated = await authenticateHeader(decoded, keys, settings);
  const { header, encryptionContext } = authenticated;
  return { plaintext: await openWhole(authenticated, bytes, settings), encryptionContext, header };
}
