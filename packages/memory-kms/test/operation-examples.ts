// One request for each operation of the SDK, and what its answer must hold; the compiler sees to it that none is left out.

import { constants, createPublicKey, generateKeyPairSync, publicEncrypt, randomBytes } from 'node:crypto';
import type { MemoryKmsClient, OperationName } from '@waxseal/memory-kms';
import { hasPostQuantum } from '../src/engine/key-spec-table.ts';

export type Example = {
  readonly input: object;
  /** Members that the answer has, besides `$metadata`; empty for operations without output. */
  readonly answers?: readonly string[];
  /** The error that is the right answer. */
  readonly fails?: string;
};

type Prepare = (client: MemoryKmsClient) => Promise<Example> | Example;

const text = (value: string) => new Uint8Array(Buffer.from(value));

async function keyId(
  client: MemoryKmsClient,
  input: Parameters<MemoryKmsClient['createKey']>[0] = {},
): Promise<string> {
  const { KeyMetadata } = await client.createKey(input);
  return KeyMetadata!.KeyId!;
}

let aliasCount = 0;
const newAlias = () => `alias/example-${aliasCount++}`;

/** A key of origin EXTERNAL with a token and its wrapped material. */
async function importable(client: MemoryKmsClient) {
  const KeyId = await keyId(client, { Origin: 'EXTERNAL' });
  const parameters = await client.getParametersForImport({
    KeyId,
    WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
    WrappingKeySpec: 'RSA_2048',
  });
  const key = createPublicKey({ key: Buffer.from(parameters.PublicKey!), format: 'der', type: 'spki' });
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  const EncryptedKeyMaterial = new Uint8Array(publicEncrypt({ key, ...padding }, randomBytes(32)));
  const ExpirationModel = 'KEY_MATERIAL_DOES_NOT_EXPIRE' as const;
  return { KeyId, ImportToken: parameters.ImportToken, EncryptedKeyMaterial, ExpirationModel };
}

const customStore = (input: object) => (): Example => ({ input, fails: 'UnsupportedOperationException' });
const rsaSigning = { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' } as const;
const hmac = { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' } as const;
const agreement = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' } as const;
const kem = { KeySpec: 'ML_KEM_768', KeyUsage: 'ENCAPSULATE_DECAPSULATE' } as const;
const grantee = 'arn:aws:iam::111122223333:role/worker';

export const operationExamples: Readonly<Record<OperationName, Prepare>> = {
  CancelKeyDeletion: async (client) => {
    const KeyId = await keyId(client);
    await client.scheduleKeyDeletion({ KeyId });
    return { input: { KeyId }, answers: ['KeyId'] };
  },
  ConnectCustomKeyStore: customStore({ CustomKeyStoreId: 'cks-1' }),
  CreateAlias: async (client) => ({ input: { AliasName: newAlias(), TargetKeyId: await keyId(client) } }),
  CreateCustomKeyStore: customStore({ CustomKeyStoreName: 'store' }),
  CreateGrant: async (client) => ({
    input: { KeyId: await keyId(client), GranteePrincipal: grantee, Operations: ['Decrypt'] },
    answers: ['GrantId', 'GrantToken'],
  }),
  CreateKey: () => ({
    input: { Description: 'example', Tags: [{ TagKey: 'a', TagValue: 'b' }] },
    answers: ['KeyMetadata'],
  }),
  Decapsulate: async (client) => {
    if (!hasPostQuantum()) {
      const input = {
        KeyId: await keyId(client),
        SharedSecretCiphertextBlob: new Uint8Array(1088),
        EncapsulationAlgorithm: 'ML_KEM',
      };
      return { input, fails: 'InvalidKeyUsageException' };
    }
    const KeyId = await keyId(client, kem);
    const { SharedSecretCiphertextBlob } = await client.encapsulate({ KeyId, EncapsulationAlgorithm: 'ML_KEM' });
    const input = { KeyId, SharedSecretCiphertextBlob, EncapsulationAlgorithm: 'ML_KEM' };
    return { input, answers: ['EncapsulationAlgorithm', 'KeyId', 'SharedSecret'] };
  },
  Decrypt: async (client) => {
    const KeyId = await keyId(client);
    const { CiphertextBlob } = await client.encrypt({ KeyId, Plaintext: text('x'), EncryptionContext: { a: 'b' } });
    const answers = ['EncryptionAlgorithm', 'KeyId', 'KeyMaterialId', 'Plaintext'];
    return { input: { CiphertextBlob, EncryptionContext: { a: 'b' } }, answers };
  },
  DeleteAlias: async (client) => {
    const AliasName = newAlias();
    await client.createAlias({ AliasName, TargetKeyId: await keyId(client) });
    return { input: { AliasName } };
  },
  DeleteCustomKeyStore: customStore({ CustomKeyStoreId: 'cks-1' }),
  DeleteImportedKeyMaterial: async (client) => {
    const input = await importable(client);
    await client.importKeyMaterial(input);
    return { input: { KeyId: input.KeyId }, answers: ['KeyId', 'KeyMaterialId'] };
  },
  DeriveSharedSecret: async (client) => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const PublicKey = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
    const input = { KeyId: await keyId(client, agreement), KeyAgreementAlgorithm: 'ECDH', PublicKey };
    return { input, answers: ['KeyAgreementAlgorithm', 'KeyId', 'KeyOrigin', 'SharedSecret'] };
  },
  DescribeCustomKeyStores: customStore({}),
  DescribeKey: async (client) => ({ input: { KeyId: await keyId(client) }, answers: ['KeyMetadata'] }),
  DisableKey: async (client) => ({ input: { KeyId: await keyId(client) } }),
  DisableKeyRotation: async (client) => ({ input: { KeyId: await keyId(client) } }),
  DisconnectCustomKeyStore: customStore({ CustomKeyStoreId: 'cks-1' }),
  EnableKey: async (client) => {
    const KeyId = await keyId(client);
    await client.disableKey({ KeyId });
    return { input: { KeyId } };
  },
  EnableKeyRotation: async (client) => ({ input: { KeyId: await keyId(client), RotationPeriodInDays: 90 } }),
  Encapsulate: async (client) => {
    const KeyId = await keyId(client, hasPostQuantum() ? kem : {});
    const input = { KeyId, EncapsulationAlgorithm: 'ML_KEM' };
    if (!hasPostQuantum()) return { input, fails: 'InvalidKeyUsageException' };
    return { input, answers: ['EncapsulationAlgorithm', 'KeyId', 'SharedSecret', 'SharedSecretCiphertextBlob'] };
  },
  Encrypt: async (client) => ({
    input: { KeyId: await keyId(client), Plaintext: text('x'), EncryptionContext: { a: 'b' } },
    answers: ['CiphertextBlob', 'EncryptionAlgorithm', 'KeyId'],
  }),
  GenerateDataKey: async (client) => ({
    input: { KeyId: await keyId(client), KeySpec: 'AES_256' },
    answers: ['CiphertextBlob', 'KeyId', 'KeyMaterialId', 'Plaintext'],
  }),
  GenerateDataKeyPair: async (client) => ({
    input: { KeyId: await keyId(client), KeyPairSpec: 'ECC_NIST_P256' },
    answers: ['KeyId', 'KeyMaterialId', 'KeyPairSpec', 'PrivateKeyCiphertextBlob', 'PrivateKeyPlaintext', 'PublicKey'],
  }),
  GenerateDataKeyPairWithoutPlaintext: async (client) => ({
    input: { KeyId: await keyId(client), KeyPairSpec: 'ECC_NIST_EDWARDS25519' },
    answers: ['KeyId', 'KeyMaterialId', 'KeyPairSpec', 'PrivateKeyCiphertextBlob', 'PublicKey'],
  }),
  GenerateDataKeyWithoutPlaintext: async (client) => ({
    input: { KeyId: await keyId(client), NumberOfBytes: 64 },
    answers: ['CiphertextBlob', 'KeyId', 'KeyMaterialId'],
  }),
  GenerateMac: async (client) => ({
    input: { KeyId: await keyId(client, hmac), Message: text('x'), MacAlgorithm: 'HMAC_SHA_256' },
    answers: ['KeyId', 'Mac', 'MacAlgorithm'],
  }),
  GenerateRandom: () => ({ input: { NumberOfBytes: 16 }, answers: ['Plaintext'] }),
  GetKeyLastUsage: async (client) => {
    const KeyId = await keyId(client);
    await client.encrypt({ KeyId, Plaintext: text('x') });
    return { input: { KeyId }, answers: ['KeyCreationDate', 'KeyId', 'KeyLastUsage', 'TrackingStartDate'] };
  },
  GetKeyPolicy: async (client) => ({ input: { KeyId: await keyId(client) }, answers: ['Policy', 'PolicyName'] }),
  GetKeyRotationStatus: async (client) => {
    const KeyId = await keyId(client);
    await client.enableKeyRotation({ KeyId });
    return { input: { KeyId }, answers: ['KeyId', 'KeyRotationEnabled', 'NextRotationDate', 'RotationPeriodInDays'] };
  },
  GetParametersForImport: async (client) => ({
    input: {
      KeyId: await keyId(client, { Origin: 'EXTERNAL' }),
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      WrappingKeySpec: 'RSA_2048',
    },
    answers: ['ImportToken', 'KeyId', 'ParametersValidTo', 'PublicKey'],
  }),
  GetPublicKey: async (client) => ({
    input: { KeyId: await keyId(client, agreement) },
    answers: ['CustomerMasterKeySpec', 'KeyAgreementAlgorithms', 'KeyId', 'KeySpec', 'KeyUsage', 'PublicKey'],
  }),
  ImportKeyMaterial: async (client) => ({ input: await importable(client), answers: ['KeyId', 'KeyMaterialId'] }),
  ListAliases: async (client) => {
    const TargetKeyId = await keyId(client);
    await client.createAlias({ AliasName: newAlias(), TargetKeyId });
    return { input: { KeyId: TargetKeyId }, answers: ['Aliases', 'Truncated'] };
  },
  ListGrants: async (client) => {
    const KeyId = await keyId(client);
    await client.createGrant({ KeyId, GranteePrincipal: grantee, Operations: ['Encrypt'] });
    return { input: { KeyId }, answers: ['Grants', 'Truncated'] };
  },
  ListKeyPolicies: async (client) => ({
    input: { KeyId: await keyId(client) },
    answers: ['PolicyNames', 'Truncated'],
  }),
  ListKeyRotations: async (client) => {
    const KeyId = await keyId(client);
    await client.rotateKeyOnDemand({ KeyId });
    return { input: { KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' }, answers: ['Rotations', 'Truncated'] };
  },
  ListKeys: async (client) => {
    await keyId(client);
    await keyId(client);
    return { input: { Limit: 1 }, answers: ['Keys', 'NextMarker', 'Truncated'] };
  },
  ListResourceTags: async (client) => ({
    input: { KeyId: await keyId(client, { Tags: [{ TagKey: 'a', TagValue: '' }] }) },
    answers: ['Tags', 'Truncated'],
  }),
  ListRetirableGrants: async (client) => {
    const KeyId = await keyId(client);
    await client.createGrant({ KeyId, GranteePrincipal: grantee, RetiringPrincipal: grantee, Operations: ['Encrypt'] });
    return { input: { RetiringPrincipal: grantee }, answers: ['Grants', 'Truncated'] };
  },
  PutKeyPolicy: async (client) => {
    const KeyId = await keyId(client);
    const { Policy } = await client.getKeyPolicy({ KeyId });
    return { input: { KeyId, Policy } };
  },
  ReEncrypt: async (client) => {
    const { CiphertextBlob } = await client.encrypt({ KeyId: await keyId(client), Plaintext: text('x') });
    return {
      input: { CiphertextBlob, DestinationKeyId: await keyId(client), DestinationEncryptionContext: { a: 'b' } },
      answers: [
        'CiphertextBlob',
        'DestinationEncryptionAlgorithm',
        'DestinationKeyMaterialId',
        'KeyId',
        'SourceEncryptionAlgorithm',
        'SourceKeyId',
        'SourceKeyMaterialId',
      ],
    };
  },
  ReplicateKey: async (client) => ({
    input: { KeyId: await keyId(client, { MultiRegion: true }), ReplicaRegion: 'eu-west-1' },
    answers: ['ReplicaKeyMetadata', 'ReplicaPolicy', 'ReplicaTags'],
  }),
  RetireGrant: async (client) => {
    const KeyId = await keyId(client);
    const { GrantToken } = await client.createGrant({ KeyId, GranteePrincipal: grantee, Operations: ['Encrypt'] });
    return { input: { GrantToken } };
  },
  RevokeGrant: async (client) => {
    const KeyId = await keyId(client);
    const { GrantId } = await client.createGrant({ KeyId, GranteePrincipal: grantee, Operations: ['Encrypt'] });
    return { input: { KeyId, GrantId } };
  },
  RotateKeyOnDemand: async (client) => ({ input: { KeyId: await keyId(client) }, answers: ['KeyId'] }),
  ScheduleKeyDeletion: async (client) => ({
    input: { KeyId: await keyId(client), PendingWindowInDays: 7 },
    answers: ['DeletionDate', 'KeyId', 'KeyState', 'PendingWindowInDays'],
  }),
  Sign: async (client) => ({
    input: { KeyId: await keyId(client, rsaSigning), Message: text('x'), SigningAlgorithm: 'RSASSA_PSS_SHA_256' },
    answers: ['KeyId', 'Signature', 'SigningAlgorithm'],
  }),
  TagResource: async (client) => ({
    input: { KeyId: await keyId(client), Tags: [{ TagKey: 'a', TagValue: 'b' }] },
  }),
  UntagResource: async (client) => ({ input: { KeyId: await keyId(client), TagKeys: ['a'] } }),
  UpdateAlias: async (client) => {
    const AliasName = newAlias();
    await client.createAlias({ AliasName, TargetKeyId: await keyId(client) });
    return { input: { AliasName, TargetKeyId: await keyId(client) } };
  },
  UpdateCustomKeyStore: customStore({ CustomKeyStoreId: 'cks-1' }),
  UpdateKeyDescription: async (client) => ({ input: { KeyId: await keyId(client), Description: 'new' } }),
  UpdatePrimaryRegion: async (client) => {
    const KeyId = await keyId(client, { MultiRegion: true });
    await client.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' });
    return { input: { KeyId, PrimaryRegion: 'eu-west-1' } };
  },
  Verify: async (client) => {
    const KeyId = await keyId(client, rsaSigning);
    const request = { KeyId, Message: text('x'), SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_512' as const };
    const { Signature } = await client.sign(request);
    return { input: { ...request, Signature }, answers: ['KeyId', 'SignatureValid', 'SigningAlgorithm'] };
  },
  VerifyMac: async (client) => {
    const request = { KeyId: await keyId(client, hmac), Message: text('x'), MacAlgorithm: 'HMAC_SHA_256' as const };
    const { Mac } = await client.generateMac(request);
    return { input: { ...request, Mac }, answers: ['KeyId', 'MacAlgorithm', 'MacValid'] };
  },
};
