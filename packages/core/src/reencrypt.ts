import { wipe } from './bytes.ts';
import { decrypt } from './decrypt.ts';
import { type EncryptResult, encryptWith } from './encrypt.ts';
import { filterContext, PUBLIC_KEY_CONTEXT_KEY } from './encryption-context.ts';
import type { Keyring } from './materials/keyring.ts';
import type { MaterialsManager } from './materials/materials-manager.ts';
import { checkEncryptOptions, type DecryptOptions, type EncryptOptions } from './message-options.ts';

/** Options of `reencrypt`: those of decrypting for the old message, those of encrypting for the new one. */
export type ReencryptOptions = DecryptOptions & Pick<EncryptOptions, 'algorithmSuite' | 'frameLength'>;

/**
 * Decrypts a message and encrypts its plaintext anew: under other keys, another suite, or just a new data key.
 *
 * All of the old message is verified first. The new one has a data key and a message id of its own, since a header can
 * never be written again under the same key. Its context is that of the old message; pairs that were authenticated without
 * being stored stay so.
 *
 * @param fromKeys - Keys that open the old message.
 * @param toKeys - Keys that wrap the new data key.
 * @param options - `encryptionContext` is what the old message is expected to have.
 * @throws As `decrypt` and `encrypt`.
 */
export async function reencrypt(
  fromKeys: Keyring | MaterialsManager,
  toKeys: Keyring | MaterialsManager,
  message: Uint8Array,
  options: ReencryptOptions = {},
): Promise<EncryptResult> {
  const { plaintext, encryptionContext, header } = await decrypt(fromKeys, message, options);
  try {
    const carried = filterContext(encryptionContext, (key) => key !== PUBLIC_KEY_CONTEXT_KEY);
    const { algorithmSuite, frameLength, commitmentPolicy, signal } = options;
    const settings = checkEncryptOptions({
      encryptionContext: carried,
      algorithmSuite,
      frameLength,
      commitmentPolicy,
      signal,
      plaintextLength: plaintext.length,
    });
    const isUnstored = (key: string): boolean => !Object.hasOwn(header.encryptionContext, key);
    return await encryptWith(toKeys, plaintext, {
      ...settings,
      requiredEncryptionContextKeys: Object.keys(carried).filter(isUnstored),
    });
  } finally {
    wipe(plaintext);
  }
}
