export { CommitmentPolicy } from './commitment-policy.ts';
export type { SigningKey } from './crypto/crypto-engine.ts';
export type { EncryptionContext } from './encryption-context.ts';
export {
  ContextMismatchError,
  type DataKeyAttempt,
  DataKeyUnavailableError,
  DecryptionFailedError,
  EnvelopeError,
  type EnvelopeErrorCode,
  type ErrorCategory,
  LimitExceededError,
  MalformedMessageError,
  PolicyViolationError,
  UnsupportedMessageError,
} from './errors.ts';
export { type AlgorithmSuite, type AlgorithmSuiteName, algorithmSuites } from './format/algorithm-suites.ts';
export type { EncryptedDataKey } from './format/encrypted-data-key.ts';
export type {
  Keyring,
  KeyringDecryptRequest,
  KeyringEncryptRequest,
  KeyringEncryptResult,
  RequestPriority,
} from './materials/keyring.ts';
export type {
  DecryptionMaterials,
  DecryptionMaterialsRequest,
  EncryptionMaterials,
  EncryptionMaterialsRequest,
  MaterialsLease,
  MaterialsManager,
} from './materials/materials-manager.ts';
