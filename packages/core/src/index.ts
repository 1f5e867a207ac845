export { CommitmentPolicy } from './commitment-policy.ts';
export type { CryptoEngine, SigningKey } from './crypto/crypto-engine.ts';
export { type DecryptResult, decrypt } from './decrypt.ts';
export { type DecryptWebStream, decryptWebStream } from './decrypt-web-stream.ts';
export { type EncryptResult, encrypt } from './encrypt.ts';
export { type EncryptWebStream, encryptWebStream } from './encrypt-web-stream.ts';
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
export { messageLength } from './format/frame-layout.ts';
export type { HeaderLimits } from './format/header-decoder.ts';
export type { MessageHeader } from './format/message-header.ts';
export { DefaultMaterialsManager } from './materials/default-materials-manager.ts';
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
export { RequiredContextMaterialsManager } from './materials/required-context-materials-manager.ts';
export type { DecryptOptions, EncryptOptions, EncryptStreamOptions } from './message-options.ts';
export { type OpenMessageOptions, openMessage } from './open-message.ts';
export { parseMessageHeader } from './parse-message-header.ts';
export { type ReencryptOptions, reencrypt } from './reencrypt.ts';
export type { MessageReader, PlaintextRange } from './stream/message-reader.ts';
export type { MessageSource, RangedSource } from './stream/message-source.ts';
