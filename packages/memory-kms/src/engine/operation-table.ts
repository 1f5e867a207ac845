// The table that validation, resolution, state checks, the three fronts and the tests are driven by: one row for each
// operation of the SDK. Limits are those of the service's public model.

import type { StateRule } from './key-state.ts';
import type { OperationName } from './operation-types.ts';
import {
  dryRunModifiers,
  encryptionAlgorithm,
  grantOperation,
  keySpec,
  macAlgorithm,
  messageType,
  olderSpecs,
  pairSpec,
  rsaOaep,
  rsaSpecs,
  signingAlgorithm,
  usages,
} from './request-enumerations.ts';
import {
  blob,
  flag,
  integer,
  list,
  type Members,
  oneOf,
  stringMap,
  structure,
  text,
  timestamp,
} from './request-shape.ts';

/** Ways in which a request may name its key: by id and key ARN, or by alias name and alias ARN as well. */
export type KeyIdForms = 'none' | 'key' | 'keyOrAlias';

/** One operation. */
export type OperationRow = {
  readonly keyIdForms: KeyIdForms;
  /** Whether a key (or alias) ARN of another account is accepted. */
  readonly crossAccount: boolean;
  /** Which states of the key refuse the operation. */
  readonly states: StateRule;
  /** The request; names that end in `!` are required. */
  readonly members: Members;
};

const keyId = text(1, 2048);
const aliasName = text(1, 256, /^[a-zA-Z0-9:/_-]+$/);
const plaintext = blob(1, 4096);
const ciphertext = blob(1, 6144);
const policy = text(1, 131_072, /^[\t\n\r\u0020-\u00ff]+$/);
const policyName = text(1, 128, /^\w+$/);
const description = text(0, 8192);
const principal = text(1, 256, /^[\w+=,.@:/-]+$/);
const grantId = text(1, 128);
const token = text(1, 8192);
const tokens = list(token, 10);
const marker = text(1, 1024, /^[\u0020-\u00ff]*$/);
const region = text(1, 32, /^([a-z]+-){2,3}\d+$/);
const materialId = text(64, 64, /^[0-9a-f]+$/);
const tags = list(structure({ 'TagKey!': text(1, 128), 'TagValue!': text(0, 256) }));
const recipient = structure({
  KeyEncryptionAlgorithm: oneOf('RSAES_OAEP_SHA_256'),
  AttestationDocument: blob(1, 262_144),
});

const grantConstraints = structure({
  EncryptionContextSubset: stringMap,
  EncryptionContextEquals: stringMap,
  SourceArn: text(1, 2048),
});

/** `GrantTokens` and `DryRun`, which most cryptographic operations take. */
const useOptions = { GrantTokens: tokens, DryRun: flag } as const;
const dataKey = {
  'KeyId!': keyId,
  EncryptionContext: stringMap,
  NumberOfBytes: integer(1, 1024),
  KeySpec: oneOf('AES_256', 'AES_128'),
  ...useOptions,
} as const;
const dataKeyPair = { 'KeyId!': keyId, EncryptionContext: stringMap, 'KeyPairSpec!': pairSpec, ...useOptions } as const;
/** Paging with at most so many items at once. */
const page = (max: number) => ({ Limit: integer(1, max), Marker: marker }) as const;
const storeId = text(1, 64);

/** Operations that work with a key that may belong to another account, named in any of the four ways. */
function useOfKey(members: Members, states: StateRule = 'use'): OperationRow {
  return { keyIdForms: 'keyOrAlias', crossAccount: true, states, members };
}

/** Operations on a key of the caller's own account, named by id or ARN. */
function onOwnKey(states: StateRule, members: Members = {}): OperationRow {
  return { keyIdForms: 'key', crossAccount: false, states, members: { 'KeyId!': keyId, ...members } };
}

/** Operations on a key of any account, named by id or ARN. */
function onAnyKey(states: StateRule, members: Members = {}): OperationRow {
  return { ...onOwnKey(states, members), crossAccount: true };
}

/** Operations that name no key, or name it in a way of their own. */
function withoutKey(members: Members): OperationRow {
  return { keyIdForms: 'none', crossAccount: false, states: 'any', members };
}

/** Every operation by name. */
export const operationTable: Readonly<Record<OperationName, OperationRow>> = {
  CancelKeyDeletion: onOwnKey('cancelDeletion'),
  ConnectCustomKeyStore: withoutKey({ 'CustomKeyStoreId!': storeId }),
  CreateAlias: withoutKey({ 'AliasName!': aliasName, 'TargetKeyId!': keyId }),
  CreateCustomKeyStore: withoutKey({ 'CustomKeyStoreName!': text(1, 256) }),
  CreateGrant: onAnyKey('use', {
    GranteePrincipal: principal,
    RetiringPrincipal: principal,
    'Operations!': list(grantOperation),
    Constraints: grantConstraints,
    Name: aliasName,
    GranteeServicePrincipal: principal,
    RetiringServicePrincipal: principal,
    ...useOptions,
  }),
  CreateKey: withoutKey({
    Policy: policy,
    Description: description,
    KeyUsage: oneOf(...usages),
    CustomerMasterKeySpec: oneOf(...olderSpecs),
    KeySpec: keySpec,
    Origin: oneOf('AWS_KMS', 'EXTERNAL', 'AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'),
    CustomKeyStoreId: storeId,
    BypassPolicyLockoutSafetyCheck: flag,
    Tags: tags,
    MultiRegion: flag,
    XksKeyId: text(1, 128),
  }),
  Decapsulate: useOfKey({
    'KeyId!': keyId,
    'SharedSecretCiphertextBlob!': ciphertext,
    'EncapsulationAlgorithm!': oneOf('ML_KEM'),
    ...useOptions,
  }),
  Decrypt: useOfKey({
    CiphertextBlob: ciphertext,
    EncryptionContext: stringMap,
    KeyId: keyId,
    EncryptionAlgorithm: encryptionAlgorithm,
    Recipient: recipient,
    DryRunModifiers: dryRunModifiers,
    ...useOptions,
  }),
  DeleteAlias: withoutKey({ 'AliasName!': aliasName }),
  DeleteCustomKeyStore: withoutKey({ 'CustomKeyStoreId!': storeId }),
  DeleteImportedKeyMaterial: onOwnKey('deleteImported', { KeyMaterialId: materialId }),
  DeriveSharedSecret: useOfKey({
    'KeyId!': keyId,
    'KeyAgreementAlgorithm!': oneOf('ECDH'),
    'PublicKey!': blob(1, 8192),
    Recipient: recipient,
    ...useOptions,
  }),
  DescribeCustomKeyStores: withoutKey({ CustomKeyStoreId: storeId, CustomKeyStoreName: text(1, 256), ...page(1000) }),
  DescribeKey: useOfKey({ 'KeyId!': keyId, GrantTokens: tokens }, 'any'),
  DisableKey: onOwnKey('enable'),
  DisableKeyRotation: onOwnKey('rotationSetting'),
  DisconnectCustomKeyStore: withoutKey({ 'CustomKeyStoreId!': storeId }),
  EnableKey: onOwnKey('enable'),
  EnableKeyRotation: onOwnKey('rotationSetting', { RotationPeriodInDays: integer(90, 2560) }),
  Encapsulate: useOfKey({ 'KeyId!': keyId, 'EncapsulationAlgorithm!': oneOf('ML_KEM'), ...useOptions }),
  Encrypt: useOfKey({
    'KeyId!': keyId,
    'Plaintext!': plaintext,
    EncryptionContext: stringMap,
    EncryptionAlgorithm: encryptionAlgorithm,
    ...useOptions,
  }),
  GenerateDataKey: useOfKey({ ...dataKey, Recipient: recipient }),
  GenerateDataKeyPair: useOfKey({ ...dataKeyPair, Recipient: recipient }),
  GenerateDataKeyPairWithoutPlaintext: useOfKey(dataKeyPair),
  GenerateDataKeyWithoutPlaintext: useOfKey(dataKey),
  GenerateMac: useOfKey({ 'Message!': plaintext, 'KeyId!': keyId, 'MacAlgorithm!': macAlgorithm, ...useOptions }),
  GenerateRandom: withoutKey({ NumberOfBytes: integer(1, 1024), CustomKeyStoreId: storeId, Recipient: recipient }),
  GetKeyLastUsage: onOwnKey('any'),
  GetKeyPolicy: onOwnKey('any', { PolicyName: policyName }),
  GetKeyRotationStatus: onAnyKey('any'),
  GetParametersForImport: onOwnKey('importParameters', {
    'WrappingAlgorithm!': oneOf(
      'RSAES_PKCS1_V1_5',
      ...rsaOaep,
      'RSA_AES_KEY_WRAP_SHA_1',
      'RSA_AES_KEY_WRAP_SHA_256',
      'SM2PKE',
    ),
    'WrappingKeySpec!': oneOf(...rsaSpecs, 'SM2'),
  }),
  GetPublicKey: useOfKey({ 'KeyId!': keyId, GrantTokens: tokens }, 'publicKey'),
  ImportKeyMaterial: onOwnKey('import', {
    'ImportToken!': ciphertext,
    'EncryptedKeyMaterial!': ciphertext,
    ValidTo: timestamp,
    ExpirationModel: oneOf('KEY_MATERIAL_EXPIRES', 'KEY_MATERIAL_DOES_NOT_EXPIRE'),
    ImportType: oneOf('NEW_KEY_MATERIAL', 'EXISTING_KEY_MATERIAL'),
    KeyMaterialDescription: text(0, 256, /^[a-zA-Z0-9:/_\s.-]*$/),
    KeyMaterialId: materialId,
  }),
  ListAliases: withoutKey({ KeyId: keyId, ...page(100) }),
  ListGrants: onAnyKey('any', {
    GrantId: grantId,
    GranteePrincipal: principal,
    GranteeServicePrincipal: principal,
    ...page(100),
  }),
  ListKeyPolicies: onOwnKey('any', page(1000)),
  ListKeyRotations: onOwnKey('any', { IncludeKeyMaterial: oneOf('ALL_KEY_MATERIAL', 'ROTATIONS_ONLY'), ...page(1000) }),
  ListKeys: withoutKey(page(1000)),
  ListResourceTags: onOwnKey('any', page(50)),
  ListRetirableGrants: withoutKey({ RetiringPrincipal: principal, RetiringServicePrincipal: principal, ...page(100) }),
  PutKeyPolicy: onOwnKey('any', { PolicyName: policyName, 'Policy!': policy, BypassPolicyLockoutSafetyCheck: flag }),
  ReEncrypt: useOfKey({
    CiphertextBlob: ciphertext,
    SourceEncryptionContext: stringMap,
    SourceKeyId: keyId,
    'DestinationKeyId!': keyId,
    DestinationEncryptionContext: stringMap,
    SourceEncryptionAlgorithm: encryptionAlgorithm,
    DestinationEncryptionAlgorithm: encryptionAlgorithm,
    DryRunModifiers: dryRunModifiers,
    ...useOptions,
  }),
  ReplicateKey: onOwnKey('replicate', {
    'ReplicaRegion!': region,
    Policy: policy,
    BypassPolicyLockoutSafetyCheck: flag,
    Description: description,
    Tags: tags,
  }),
  RetireGrant: withoutKey({ GrantToken: token, KeyId: keyId, GrantId: grantId, DryRun: flag }),
  RevokeGrant: onAnyKey('any', { 'GrantId!': grantId, DryRun: flag }),
  RotateKeyOnDemand: onOwnKey('rotate'),
  ScheduleKeyDeletion: onOwnKey('scheduleDeletion', { PendingWindowInDays: integer(7, 30) }),
  Sign: useOfKey({
    'KeyId!': keyId,
    'Message!': plaintext,
    MessageType: messageType,
    'SigningAlgorithm!': signingAlgorithm,
    ...useOptions,
  }),
  TagResource: onOwnKey('edit', { 'Tags!': tags }),
  UntagResource: onOwnKey('edit', { 'TagKeys!': list(text(1, 128)) }),
  UpdateAlias: withoutKey({ 'AliasName!': aliasName, 'TargetKeyId!': keyId }),
  UpdateCustomKeyStore: withoutKey({ 'CustomKeyStoreId!': storeId }),
  UpdateKeyDescription: onOwnKey('edit', { 'Description!': description }),
  UpdatePrimaryRegion: onOwnKey('updatePrimary', { 'PrimaryRegion!': region }),
  Verify: useOfKey({
    'KeyId!': keyId,
    'Message!': plaintext,
    MessageType: messageType,
    'Signature!': ciphertext,
    'SigningAlgorithm!': signingAlgorithm,
    ...useOptions,
  }),
  VerifyMac: useOfKey({
    'Message!': plaintext,
    'KeyId!': keyId,
    'MacAlgorithm!': macAlgorithm,
    'Mac!': ciphertext,
    ...useOptions,
  }),
};

/** The names of all operations, in alphabetical order. */
export const operationNames = Object.keys(operationTable) as readonly OperationName[];

/** Whether KMS has an operation of this name. */
export function isOperationName(name: string): name is OperationName {
  return Object.hasOwn(operationTable, name);
}
