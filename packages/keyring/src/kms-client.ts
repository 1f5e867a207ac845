// The port to KMS, in the shape of the AWS SDK's aggregated `KMS` class. No value of the SDK is imported here.

import type { RequestPriority } from '@waxseal/core';

/** Second argument of every call. */
export type KmsRequestOptions = {
  /** Absent or a signal, never `undefined`: the SDK's own type knows no other. */
  readonly abortSignal?: AbortSignal;
  /** For a governor in between; the SDK ignores it. */
  readonly priority?: RequestPriority | undefined;
};

// Mutable, as the SDK's inputs are: a readonly record does not fit them.
type EncryptionContext = Record<string, string>;

/** The calls that keyrings make to KMS: `new KMS({})`, `MemoryKms#client()` and a stub fit as they are. */
export interface KmsClient {
  generateDataKey(
    input: {
      KeyId: string;
      NumberOfBytes?: number | undefined;
      EncryptionContext?: EncryptionContext | undefined;
      GrantTokens?: string[] | undefined;
    },
    options?: KmsRequestOptions,
  ): Promise<{
    Plaintext?: Uint8Array | undefined;
    CiphertextBlob?: Uint8Array | undefined;
    KeyId?: string | undefined;
  }>;

  encrypt(
    input: {
      KeyId: string;
      Plaintext: Uint8Array;
      EncryptionContext?: EncryptionContext | undefined;
      GrantTokens?: string[] | undefined;
    },
    options?: KmsRequestOptions,
  ): Promise<{ CiphertextBlob?: Uint8Array | undefined; KeyId?: string | undefined }>;

  decrypt(
    input: {
      KeyId: string;
      CiphertextBlob: Uint8Array;
      EncryptionContext?: EncryptionContext | undefined;
      EncryptionAlgorithm?: 'SYMMETRIC_DEFAULT' | 'RSAES_OAEP_SHA_1' | 'RSAES_OAEP_SHA_256' | undefined;
      GrantTokens?: string[] | undefined;
    },
    options?: KmsRequestOptions,
  ): Promise<{ Plaintext?: Uint8Array | undefined; KeyId?: string | undefined }>;

  getPublicKey(
    input: { KeyId: string; GrantTokens?: string[] | undefined },
    options?: KmsRequestOptions,
  ): Promise<{
    PublicKey?: Uint8Array | undefined;
    KeyId?: string | undefined;
    KeySpec?: string | undefined;
    KeyUsage?: string | undefined;
  }>;

  deriveSharedSecret(
    input: {
      KeyId: string;
      KeyAgreementAlgorithm: 'ECDH';
      PublicKey: Uint8Array;
      GrantTokens?: string[] | undefined;
    },
    options?: KmsRequestOptions,
  ): Promise<{ SharedSecret?: Uint8Array | undefined; KeyId?: string | undefined }>;
}

/**
 * A client for each Region; `undefined` stands for an id that names no Region (an alias name, a bare key id).
 *
 * Answers `undefined` for a Region that it does not serve; the keyring then reports `ERR_KMS_NO_CLIENT`.
 */
export type KmsClientSupplier<Client> = (region: string | undefined) => Client | undefined;
