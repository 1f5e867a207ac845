// The port between message and keys: the field's cryptographic materials manager (CMM).

import type { CommitmentPolicy } from '../commitment-policy.ts';
import type { SigningKey } from '../crypto/crypto-engine.ts';
import type { EncryptionContext } from '../encryption-context.ts';
import type { AlgorithmSuite } from '../format/algorithm-suites.ts';
import type { EncryptedDataKey } from '../format/encrypted-data-key.ts';
import type { RequestPriority } from './keyring.ts';

/** What is needed to encrypt one message. */
export type EncryptionMaterialsRequest = {
  readonly commitmentPolicy: CommitmentPolicy;
  /** The suite asked for; absent: the manager chooses one that the policy allows. */
  readonly algorithmSuite?: AlgorithmSuite | undefined;
  readonly encryptionContext: EncryptionContext;
  /** Keys of pairs to be authenticated but not stored in the header. */
  readonly requiredEncryptionContextKeys?: readonly string[] | undefined;
  /** Bytes of plaintext, where exactly known. */
  readonly plaintextLength?: number | undefined;
  /** An upper bound on the bytes of plaintext, where the length is not known. */
  readonly maxPlaintextLength?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly priority?: RequestPriority | undefined;
};

/** The keys of one message to be encrypted. */
export type EncryptionMaterials = {
  readonly algorithmSuite: AlgorithmSuite;
  /** Every pair: stored and required ones, and `aws-crypto-public-key` when the suite signs. */
  readonly encryptionContext: EncryptionContext;
  /** Keys of the pairs that are authenticated but not stored. */
  readonly requiredEncryptionContextKeys: readonly string[];
  readonly encryptedDataKeys: readonly EncryptedDataKey[];
  /** Plaintext data key. Belongs to the lease: valid until `release`, never changed or kept by the user of the lease. */
  readonly dataKey: Uint8Array;
  /** Present exactly when the suite signs. */
  readonly signingKey?: SigningKey | undefined;
};

/** What is needed to decrypt one message. */
export type DecryptionMaterialsRequest = {
  readonly commitmentPolicy: CommitmentPolicy;
  readonly algorithmSuite: AlgorithmSuite;
  /** The pairs stored in the header. */
  readonly encryptionContext: EncryptionContext;
  /** Pairs that the caller expects: equal to the stored ones, or to be authenticated without being stored. */
  readonly reproducedEncryptionContext?: EncryptionContext | undefined;
  readonly encryptedDataKeys: readonly EncryptedDataKey[];
  readonly signal?: AbortSignal | undefined;
  readonly priority?: RequestPriority | undefined;
};

/** The keys of one message to be decrypted. */
export type DecryptionMaterials = {
  readonly algorithmSuite: AlgorithmSuite;
  /** Stored and reproduced pairs together. */
  readonly encryptionContext: EncryptionContext;
  /** Keys of the pairs that were reproduced and are not stored. */
  readonly requiredEncryptionContextKeys: readonly string[];
  /** Plaintext data key. Belongs to the lease, as in `EncryptionMaterials`. */
  readonly dataKey: Uint8Array;
  /** Compressed public key (SEC1), present exactly when the suite signs. */
  readonly verificationKey?: Uint8Array | undefined;
};

/**
 * The right to use materials for one message, until released.
 *
 * The user calls `release` exactly once, whatever happens (success, failure, abort, destroy); afterwards the data key
 * may be wiped at any moment.
 */
export interface MaterialsLease<Materials> {
  readonly materials: Materials;
  /**
   * Announces that this many further bytes of plaintext are about to be encrypted.
   *
   * Synchronous, before the bytes are sealed; never refuses, since a message under way is never cut off. What was
   * announced as the request's `plaintextLength` or `maxPlaintextLength` counts as reserved already.
   */
  reserve(bytes: number): void;
  /** Ends the lease. A second call does nothing. */
  release(): void;
}

/**
 * Supplies the keys of a message; decides on suite, signature key and required context.
 *
 * For implementers: the materials' suite must pass the request's commitment policy; every requested required key must
 * be in the answer's; a rejected promise leaves no lease behind.
 */
export interface MaterialsManager {
  getEncryptionMaterials(request: EncryptionMaterialsRequest): Promise<MaterialsLease<EncryptionMaterials>>;
  /** @throws DataKeyUnavailableError when no encrypted data key could be opened. @throws ContextMismatchError */
  getDecryptionMaterials(request: DecryptionMaterialsRequest): Promise<MaterialsLease<DecryptionMaterials>>;
}
