export type { KmsClient, KmsClientSupplier, KmsRequestOptions } from './kms-client.ts';
export type { KmsClientSource } from './kms-client-finder.ts';
export { KmsError, type KmsFailure, type KmsOperation } from './kms-error.ts';
export {
  formatKmsArn,
  isMultiRegionKey,
  type KmsArn,
  matchesMultiRegionKey,
  parseKmsArn,
  parseKmsKeyArn,
} from './kms-key-arn.ts';
export { type KmsDataKeyClient, KmsKeyring, type KmsKeyringOptions } from './kms-keyring.ts';
export { MultiKeyring, type MultiKeyringOptions } from './multi-keyring.ts';
export { RawAesKeyring, type RawAesKeyringOptions } from './raw-aes-keyring.ts';
export { excludeRegions, limitRegions } from './region-supplier.ts';
