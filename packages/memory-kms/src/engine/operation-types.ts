// The operations of KMS with the SDK's own input and output types (types only: the SDK stays an optional peer).

import type {
  CancelKeyDeletionCommandInput,
  CancelKeyDeletionCommandOutput,
  ConnectCustomKeyStoreCommandInput,
  ConnectCustomKeyStoreCommandOutput,
  CreateAliasCommandInput,
  CreateAliasCommandOutput,
  CreateCustomKeyStoreCommandInput,
  CreateCustomKeyStoreCommandOutput,
  CreateGrantCommandInput,
  CreateGrantCommandOutput,
  CreateKeyCommandInput,
  CreateKeyCommandOutput,
  DecapsulateCommandInput,
  DecapsulateCommandOutput,
  DecryptCommandInput,
  DecryptCommandOutput,
  DeleteAliasCommandInput,
  DeleteAliasCommandOutput,
  DeleteCustomKeyStoreCommandInput,
  DeleteCustomKeyStoreCommandOutput,
  DeleteImportedKeyMaterialCommandInput,
  DeleteImportedKeyMaterialCommandOutput,
  DeriveSharedSecretCommandInput,
  DeriveSharedSecretCommandOutput,
  DescribeCustomKeyStoresCommandInput,
  DescribeCustomKeyStoresCommandOutput,
  DescribeKeyCommandInput,
  DescribeKeyCommandOutput,
  DisableKeyCommandInput,
  DisableKeyCommandOutput,
  DisableKeyRotationCommandInput,
  DisableKeyRotationCommandOutput,
  DisconnectCustomKeyStoreCommandInput,
  DisconnectCustomKeyStoreCommandOutput,
  EnableKeyCommandInput,
  EnableKeyCommandOutput,
  EnableKeyRotationCommandInput,
  EnableKeyRotationCommandOutput,
  EncapsulateCommandInput,
  EncapsulateCommandOutput,
  EncryptCommandInput,
  EncryptCommandOutput,
  GenerateDataKeyCommandInput,
  GenerateDataKeyCommandOutput,
  GenerateDataKeyPairCommandInput,
  GenerateDataKeyPairCommandOutput,
  GenerateDataKeyPairWithoutPlaintextCommandInput,
  GenerateDataKeyPairWithoutPlaintextCommandOutput,
  GenerateDataKeyWithoutPlaintextCommandInput,
  GenerateDataKeyWithoutPlaintextCommandOutput,
  GenerateMacCommandInput,
  GenerateMacCommandOutput,
  GenerateRandomCommandInput,
  GenerateRandomCommandOutput,
  GetKeyLastUsageCommandInput,
  GetKeyLastUsageCommandOutput,
  GetKeyPolicyCommandInput,
  GetKeyPolicyCommandOutput,
  GetKeyRotationStatusCommandInput,
  GetKeyRotationStatusCommandOutput,
  GetParametersForImportCommandInput,
  GetParametersForImportCommandOutput,
  GetPublicKeyCommandInput,
  GetPublicKeyCommandOutput,
  ImportKeyMaterialCommandInput,
  ImportKeyMaterialCommandOutput,
  ListAliasesCommandInput,
  ListAliasesCommandOutput,
  ListGrantsCommandInput,
  ListGrantsCommandOutput,
  ListKeyPoliciesCommandInput,
  ListKeyPoliciesCommandOutput,
  ListKeyRotationsCommandInput,
  ListKeyRotationsCommandOutput,
  ListKeysCommandInput,
  ListKeysCommandOutput,
  ListResourceTagsCommandInput,
  ListResourceTagsCommandOutput,
  ListRetirableGrantsCommandInput,
  ListRetirableGrantsCommandOutput,
  PutKeyPolicyCommandInput,
  PutKeyPolicyCommandOutput,
  ReEncryptCommandInput,
  ReEncryptCommandOutput,
  ReplicateKeyCommandInput,
  ReplicateKeyCommandOutput,
  RetireGrantCommandInput,
  RetireGrantCommandOutput,
  RevokeGrantCommandInput,
  RevokeGrantCommandOutput,
  RotateKeyOnDemandCommandInput,
  RotateKeyOnDemandCommandOutput,
  ScheduleKeyDeletionCommandInput,
  ScheduleKeyDeletionCommandOutput,
  SignCommandInput,
  SignCommandOutput,
  TagResourceCommandInput,
  TagResourceCommandOutput,
  UntagResourceCommandInput,
  UntagResourceCommandOutput,
  UpdateAliasCommandInput,
  UpdateAliasCommandOutput,
  UpdateCustomKeyStoreCommandInput,
  UpdateCustomKeyStoreCommandOutput,
  UpdateKeyDescriptionCommandInput,
  UpdateKeyDescriptionCommandOutput,
  UpdatePrimaryRegionCommandInput,
  UpdatePrimaryRegionCommandOutput,
  VerifyCommandInput,
  VerifyCommandOutput,
  VerifyMacCommandInput,
  VerifyMacCommandOutput,
} from '@aws-sdk/client-kms';

/** Input and output of each operation. */
export type OperationTypes = {
  CancelKeyDeletion: { input: CancelKeyDeletionCommandInput; output: CancelKeyDeletionCommandOutput };
  ConnectCustomKeyStore: { input: ConnectCustomKeyStoreCommandInput; output: ConnectCustomKeyStoreCommandOutput };
  CreateAlias: { input: CreateAliasCommandInput; output: CreateAliasCommandOutput };
  CreateCustomKeyStore: { input: CreateCustomKeyStoreCommandInput; output: CreateCustomKeyStoreCommandOutput };
  CreateGrant: { input: CreateGrantCommandInput; output: CreateGrantCommandOutput };
  CreateKey: { input: CreateKeyCommandInput; output: CreateKeyCommandOutput };
  Decapsulate: { input: DecapsulateCommandInput; output: DecapsulateCommandOutput };
  Decrypt: { input: DecryptCommandInput; output: DecryptCommandOutput };
  DeleteAlias: { input: DeleteAliasCommandInput; output: DeleteAliasCommandOutput };
  DeleteCustomKeyStore: { input: DeleteCustomKeyStoreCommandInput; output: DeleteCustomKeyStoreCommandOutput };
  DeleteImportedKeyMaterial: {
    input: DeleteImportedKeyMaterialCommandInput;
    output: DeleteImportedKeyMaterialCommandOutput;
  };
  DeriveSharedSecret: { input: DeriveSharedSecretCommandInput; output: DeriveSharedSecretCommandOutput };
  DescribeCustomKeyStores: { input: DescribeCustomKeyStoresCommandInput; output: DescribeCustomKeyStoresCommandOutput };
  DescribeKey: { input: DescribeKeyCommandInput; output: DescribeKeyCommandOutput };
  DisableKey: { input: DisableKeyCommandInput; output: DisableKeyCommandOutput };
  DisableKeyRotation: { input: DisableKeyRotationCommandInput; output: DisableKeyRotationCommandOutput };
  DisconnectCustomKeyStore: {
    input: DisconnectCustomKeyStoreCommandInput;
    output: DisconnectCustomKeyStoreCommandOutput;
  };
  EnableKey: { input: EnableKeyCommandInput; output: EnableKeyCommandOutput };
  EnableKeyRotation: { input: EnableKeyRotationCommandInput; output: EnableKeyRotationCommandOutput };
  Encapsulate: { input: EncapsulateCommandInput; output: EncapsulateCommandOutput };
  Encrypt: { input: EncryptCommandInput; output: EncryptCommandOutput };
  GenerateDataKey: { input: GenerateDataKeyCommandInput; output: GenerateDataKeyCommandOutput };
  GenerateDataKeyPair: { input: GenerateDataKeyPairCommandInput; output: GenerateDataKeyPairCommandOutput };
  GenerateDataKeyPairWithoutPlaintext: {
    input: GenerateDataKeyPairWithoutPlaintextCommandInput;
    output: GenerateDataKeyPairWithoutPlaintextCommandOutput;
  };
  GenerateDataKeyWithoutPlaintext: {
    input: GenerateDataKeyWithoutPlaintextCommandInput;
    output: GenerateDataKeyWithoutPlaintextCommandOutput;
  };
  GenerateMac: { input: GenerateMacCommandInput; output: GenerateMacCommandOutput };
  GenerateRandom: { input: GenerateRandomCommandInput; output: GenerateRandomCommandOutput };
  GetKeyLastUsage: { input: GetKeyLastUsageCommandInput; output: GetKeyLastUsageCommandOutput };
  GetKeyPolicy: { input: GetKeyPolicyCommandInput; output: GetKeyPolicyCommandOutput };
  GetKeyRotationStatus: { input: GetKeyRotationStatusCommandInput; output: GetKeyRotationStatusCommandOutput };
  GetParametersForImport: { input: GetParametersForImportCommandInput; output: GetParametersForImportCommandOutput };
  GetPublicKey: { input: GetPublicKeyCommandInput; output: GetPublicKeyCommandOutput };
  ImportKeyMaterial: { input: ImportKeyMaterialCommandInput; output: ImportKeyMaterialCommandOutput };
  ListAliases: { input: ListAliasesCommandInput; output: ListAliasesCommandOutput };
  ListGrants: { input: ListGrantsCommandInput; output: ListGrantsCommandOutput };
  ListKeyPolicies: { input: ListKeyPoliciesCommandInput; output: ListKeyPoliciesCommandOutput };
  ListKeyRotations: { input: ListKeyRotationsCommandInput; output: ListKeyRotationsCommandOutput };
  ListKeys: { input: ListKeysCommandInput; output: ListKeysCommandOutput };
  ListResourceTags: { input: ListResourceTagsCommandInput; output: ListResourceTagsCommandOutput };
  ListRetirableGrants: { input: ListRetirableGrantsCommandInput; output: ListRetirableGrantsCommandOutput };
  PutKeyPolicy: { input: PutKeyPolicyCommandInput; output: PutKeyPolicyCommandOutput };
  ReEncrypt: { input: ReEncryptCommandInput; output: ReEncryptCommandOutput };
  ReplicateKey: { input: ReplicateKeyCommandInput; output: ReplicateKeyCommandOutput };
  RetireGrant: { input: RetireGrantCommandInput; output: RetireGrantCommandOutput };
  RevokeGrant: { input: RevokeGrantCommandInput; output: RevokeGrantCommandOutput };
  RotateKeyOnDemand: { input: RotateKeyOnDemandCommandInput; output: RotateKeyOnDemandCommandOutput };
  ScheduleKeyDeletion: { input: ScheduleKeyDeletionCommandInput; output: ScheduleKeyDeletionCommandOutput };
  Sign: { input: SignCommandInput; output: SignCommandOutput };
  TagResource: { input: TagResourceCommandInput; output: TagResourceCommandOutput };
  UntagResource: { input: UntagResourceCommandInput; output: UntagResourceCommandOutput };
  UpdateAlias: { input: UpdateAliasCommandInput; output: UpdateAliasCommandOutput };
  UpdateCustomKeyStore: { input: UpdateCustomKeyStoreCommandInput; output: UpdateCustomKeyStoreCommandOutput };
  UpdateKeyDescription: { input: UpdateKeyDescriptionCommandInput; output: UpdateKeyDescriptionCommandOutput };
  UpdatePrimaryRegion: { input: UpdatePrimaryRegionCommandInput; output: UpdatePrimaryRegionCommandOutput };
  Verify: { input: VerifyCommandInput; output: VerifyCommandOutput };
  VerifyMac: { input: VerifyMacCommandInput; output: VerifyMacCommandOutput };
};

/** Such as `GenerateDataKey`. */
export type OperationName = keyof OperationTypes;

/** The request of an operation. */
export type Input<Name extends OperationName> = OperationTypes[Name]['input'];

/** The answer of an operation, before a front adds `$metadata`. */
export type Output<Name extends OperationName> = Omit<OperationTypes[Name]['output'], '$metadata'>;
