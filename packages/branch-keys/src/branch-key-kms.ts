// The port to KMS of a key store, in the shape of the AWS SDK's aggregated `KMS` class.

import type { KmsRequestOptions } from '@waxseal/keyring';

type EncryptionContext = Record<string, string>;

/**
 * The calls that a key store makes to KMS: `new KMS({})` and `MemoryKms#client()` fit as they are. Branch keys are made
 * and re-wrapped inside KMS; only `decrypt` brings one out, to be used.
 */
export interface BranchKeyKms {
  generateDataKeyWithoutPlaintext(
    input: {
      KeyId: string;
      NumberOfBytes?: number | undefined;
      EncryptionContext?: EncryptionContext | undefined;
      GrantTokens?: string[] | undefined;
    },
    options?: KmsRequestOptions,
  ): Promise<{ CiphertextBlob?: Uint8Array | undefined; KeyId?: string | undefined }>;

  reEncrypt(
    input: {
      CiphertextBlob: Uint8Array;
      SourceKeyId: string;
      SourceEncryptionContext?: EncryptionContext | undefined;
      DestinationKeyId: string;
      DestinationEncryptionContext?: EncryptionContext | undefined;
      GrantTokens?: string[] | undefined;
    },
    options?: KmsRequestOptions,
  ): Promise<{ CiphertextBlob?: Uint8Array | undefined; KeyId?: string | undefined }>;

  decrypt(
    input: {
      KeyId: string;
      CiphertextBlob: Uint8Array;
      EncryptionContext?: EncryptionContext | undefined;
      GrantTokens?: string[] | undefined;
    },
    options?: KmsRequestOptions,
  ): Promise<{ Plaintext?: Uint8Array | undefined; KeyId?: string | undefined }>;
}
