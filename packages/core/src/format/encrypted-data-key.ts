/**
 * A data key as stored in a message header, wrapped by one wrapping key.
 *
 *   providerId length (2 B) ‖ providerId (UTF-8) ‖ providerInfo length (2 B) ‖ providerInfo ‖ ciphertext length (2 B) ‖ ciphertext
 *
 * @see AWS Encryption SDK specification, data-format/message-header.md, "Encrypted Data Key Entries"
 */
export type EncryptedDataKey = {
  /** The keyring family, such as `aws-kms`, or the namespace of a raw key. At most 65,535 bytes of UTF-8. */
  readonly providerId: string;
  /** Which wrapping key: bytes, since raw AES puts an IV in it. At most 65,535 bytes. */
  readonly providerInfo: Uint8Array;
  /** The wrapped data key. At most 65,535 bytes. */
  readonly ciphertext: Uint8Array;
};
