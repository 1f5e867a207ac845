// Reading the key ARN out of encrypted data keys of the provider `aws-kms`.

import { type EncryptedDataKey, MalformedMessageError } from '@waxseal/core';
import { KMS_PROVIDER_ID } from './kms-data-keys.ts';
import { KmsError } from './kms-error.ts';
import { type KmsArn, parseKmsKeyArn } from './kms-key-arn.ts';
import { dataKeyUnavailable } from './unwrap-attempts.ts';

/** An encrypted data key that names a KMS key. */
export type KmsEncryptedDataKey = {
  readonly arn: KmsArn;
  /** The ARN as it stands in the message. */
  readonly keyArn: string;
  readonly ciphertext: Uint8Array;
};

/**
 * Picks the encrypted data keys of one KMS provider.
 *
 * @throws DataKeyUnavailableError when one of them does not name a key ARN: by the specification that fails the
 *   keyring, even where another would open.
 */
export function kmsEncryptedDataKeys(
  keyring: string,
  encryptedDataKeys: readonly EncryptedDataKey[],
  providerId: string = KMS_PROVIDER_ID,
): readonly KmsEncryptedDataKey[] {
  return encryptedDataKeys.flatMap((entry, index) => {
    if (entry.providerId !== providerId) return [];
    const keyArn = decodeText(entry.providerInfo);
    const arn = parseKmsKeyArn(keyArn ?? '');
    if (arn !== undefined && keyArn !== undefined) return [{ arn, keyArn, ciphertext: entry.ciphertext }];
    const cause = new MalformedMessageError(`encrypted data key ${index} of ${providerId} does not name a KMS key ARN`);
    throw dataKeyUnavailable('unwrap', [{ keyring, key: `encrypted data key ${index}`, cause }]);
  });
}

/**
 * Explains why a keyring without any key ARN opens nothing: messages name key ARNs. It is a common mistake.
 *
 * @throws DataKeyUnavailableError when all `keyIds` are aliases or bare ids.
 */
export function refuseAliasesAlone(keyring: string, keyIds: readonly string[]): void {
  const [key] = keyIds;
  if (key === undefined || keyIds.some((keyId) => parseKmsKeyArn(keyId) !== undefined)) return;
  const cause = new KmsError('aliasCannotDecrypt', 'Decrypt', key);
  throw dataKeyUnavailable('unwrap', [{ keyring, key, cause }]);
}

function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
