export type { BranchKeyCacheOptions } from './branch-key-cache.ts';
export {
  BranchKeyConflictError,
  BranchKeyExistsError,
  BranchKeyNotFoundError,
  BranchKeyRecordError,
  BranchKeyStorageError,
} from './branch-key-errors.ts';
export type { BranchKeyKms } from './branch-key-kms.ts';
export type { BranchKeyRecord, RecordAddress } from './branch-key-record.ts';
export type { BranchKey, BranchKeySource } from './branch-key-source.ts';
export type { BranchKeyStorage, RecordWrite, StorageRequestOptions, WriteCondition } from './branch-key-storage.ts';
export {
  BranchKeyStore,
  type BranchKeyStoreOptions,
  type BranchKeySummary,
  type BranchKeyVersion,
  type CreateKeyOptions,
} from './branch-key-store.ts';
export { FileStorage, type FileStorageOptions } from './file-storage.ts';
export {
  type BranchKeyIdFinder,
  HierarchicalKeyring,
  type HierarchicalKeyringOptions,
} from './hierarchical-keyring.ts';
export type { KmsKeyOption } from './kms-key-choice.ts';
export { MemoryStorage } from './memory-storage.ts';
export type { BranchKeyRequestOptions } from './record-wrapper.ts';
export {
  type RewrapOptions,
  type RewrapProgress,
  type RewrapResult,
  rewrapBranchKeys,
} from './rewrap-branch-keys.ts';
