// The port that makes, wraps and opens data keys. Knows neither KMS nor caches.

import type { EncryptionContext } from '../encryption-context.ts';
import type { AlgorithmSuite } from '../format/algorithm-suites.ts';
import type { EncryptedDataKey } from '../format/encrypted-data-key.ts';

/** Whether somebody waits for the answer; a governor of KMS requests lets `foreground` pass first. */
export type RequestPriority = 'foreground' | 'background';

/** What a keyring is asked for when a message is encrypted. */
export type KeyringEncryptRequest = {
  readonly algorithmSuite: AlgorithmSuite;
  /** Every pair to bind, the signing public key and required pairs included. */
  readonly encryptionContext: EncryptionContext;
  /** The data key to wrap; absent: generate one of `algorithmSuite.dataKeyLength` bytes. The caller keeps and wipes it. */
  readonly dataKey?: Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly priority?: RequestPriority | undefined;
};

/** The plaintext data key with its wrapped forms. */
export type KeyringEncryptResult = {
  /** The key given in the request, or a new buffer that the receiver now owns and wipes. */
  readonly dataKey: Uint8Array;
  /** At least one. */
  readonly encryptedDataKeys: readonly EncryptedDataKey[];
};

/** What a keyring is asked for when a message is decrypted. */
export type KeyringDecryptRequest = {
  readonly algorithmSuite: AlgorithmSuite;
  /** The stored pairs and the reproduced ones, as they were bound when encrypting. */
  readonly encryptionContext: EncryptionContext;
  /** In the order of the header; at least one. */
  readonly encryptedDataKeys: readonly EncryptedDataKey[];
  readonly signal?: AbortSignal | undefined;
  readonly priority?: RequestPriority | undefined;
};

/**
 * Makes, wraps and opens data keys.
 *
 * For implementers: calls may run concurrently and must not change the request. Pass `signal` on, and reject with its
 * reason once it is aborted. Never log or keep what you return.
 */
export interface Keyring {
  /**
   * Generates a data key, or wraps the one in the request.
   *
   * A keyring that must wrap and can't rejects: no message may lack a recipient silently.
   */
  onEncrypt(request: KeyringEncryptRequest): Promise<KeyringEncryptResult>;

  /**
   * Opens the first encrypted data key that is this keyring's own.
   *
   * @returns A fresh buffer of `algorithmSuite.dataKeyLength` bytes, which the receiver owns and wipes; `undefined` when
   *   none of the encrypted data keys is this keyring's.
   * @throws DataKeyUnavailableError when some were its own and every attempt failed.
   */
  onDecrypt(request: KeyringDecryptRequest): Promise<Uint8Array | undefined>;
}
