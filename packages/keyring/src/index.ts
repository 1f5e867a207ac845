export type { AsymmetricKeyInput } from './asymmetric-key.ts';
export type { Clock as KmsGovernorClock } from './governor/clock.ts';
export { type GovernedKms, KmsGovernor, type KmsGovernorOptions } from './governor/kms-governor.ts';
export type { RegionGateStats } from './governor/region-gate.ts';
export type { KmsClient, KmsClientSupplier, KmsRequestOptions } from './kms-client.ts';
export type { KmsClientSource } from './kms-client-finder.ts';
export type { KmsDiscoveryFilter } from './kms-discovery-filter.ts';
export { KmsDiscoveryKeyring, type KmsDiscoveryKeyringOptions } from './kms-discovery-keyring.ts';
export { type KmsEcdhClient, KmsEcdhKeyring, type KmsEcdhKeyringOptions } from './kms-ecdh-keyring.ts';
export { isKmsError, KmsError, type KmsOperation } from './kms-error.ts';
export type { KmsFailure } from './kms-failure.ts';
export {
  formatKmsArn,
  isMultiRegionKey,
  type KmsArn,
  matchesMultiRegionKey,
  parseKmsArn,
  parseKmsKeyArn,
} from './kms-key-arn.ts';
export { type KmsDataKeyClient, KmsKeyring, type KmsKeyringOptions } from './kms-keyring.ts';
export { KmsMrkDiscoveryKeyring, type KmsMrkDiscoveryKeyringOptions } from './kms-mrk-discovery-keyring.ts';
export { KmsMrkKeyring, type KmsMrkKeyringOptions } from './kms-mrk-keyring.ts';
export {
  createKmsDiscoveryMultiKeyring,
  createKmsMrkDiscoveryMultiKeyring,
  createKmsMrkMultiKeyring,
  type KmsMrkMultiKeyringOptions,
  type KmsRegionsDiscoveryOptions,
} from './kms-multi-keyring.ts';
export { type KmsRsaClient, KmsRsaKeyring, type KmsRsaKeyringOptions } from './kms-rsa-keyring.ts';
export { MultiKeyring, type MultiKeyringOptions } from './multi-keyring.ts';
export { RawAesKeyring, type RawAesKeyringOptions } from './raw-aes-keyring.ts';
export { RawEcdhKeyring, type RawEcdhKeyringOptions } from './raw-ecdh-keyring.ts';
export { RawRsaKeyring, type RawRsaKeyringOptions } from './raw-rsa-keyring.ts';
export { excludeRegions, limitRegions } from './region-supplier.ts';
export type { RsaPadding } from './rsa-padding.ts';
