// The table of request → answer for each text that was recorded from AWS (marked R), and for those that are settled by
// documentation (D), by other emulators in agreement (P), or by our decision (U; docs/decisions/memory-kms-open-points.md).

import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import type { MemoryKmsClient } from '@waxseal/memory-kms';
import { describe, expect, it } from 'vitest';
import { bytes, newKey, outcomeOf, stillKms, UNKNOWN_ID } from './keys-in-states.ts';

type World = { readonly client: MemoryKmsClient; readonly id: string; readonly arn: string };
type Row = readonly [
  evidence: 'R' | 'D' | 'P' | 'U',
  title: string,
  call: (world: World) => Promise<unknown>,
  answer: (world: World) => string,
];

const account = 'arn:aws:kms:us-east-1:111122223333';
const hmac = { KeySpec: 'HMAC_224', KeyUsage: 'GENERATE_VERIFY_MAC' } as const;
const signing = { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' } as const;
const ecc = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' } as const;
const rsa = { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' } as const;
const INCORRECT_KEY = 'The key ID in the request does not identify a CMK that can perform this operation.';
const LOST_KEY =
  'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.';
const oneError = (rest: string) => `ValidationException: 1 validation error detected: ${rest}`;

const rows: readonly Row[] = [
  [
    'R',
    'a key that is unknown',
    ({ client }) => client.describeKey({ KeyId: UNKNOWN_ID }),
    () => `NotFoundException: Key '${account}:key/${UNKNOWN_ID}' does not exist`,
  ],
  [
    'R',
    'a key id without dashes',
    ({ client }) => client.describeKey({ KeyId: UNKNOWN_ID.replaceAll('-', '') }),
    () => `NotFoundException: Invalid keyId '${UNKNOWN_ID.replaceAll('-', '')}'`,
  ],
  [
    'R',
    'an ARN of another Region',
    ({ client, arn }) => client.describeKey({ KeyId: arn.replace('us-east-1', 'eu-west-1') }),
    () => 'NotFoundException: Invalid arn eu-west-1',
  ],
  [
    'R',
    'an alias that is unknown',
    ({ client }) => client.describeKey({ KeyId: 'alias/x' }),
    () => `NotFoundException: Alias ${account}:alias/x is not found.`,
  ],
  [
    'R',
    'Encrypt with a signing key',
    async ({ client }) =>
      client.encrypt({
        KeyId: (await newKey(client, signing)).id,
        Plaintext: bytes('x'),
        EncryptionAlgorithm: 'RSAES_OAEP_SHA_1',
      }),
    () => 'InvalidKeyUsageException: <arn> key usage is SIGN_VERIFY which is not valid for Encrypt.',
  ],
  [
    'R',
    'an algorithm of another spec',
    async ({ client }) =>
      client.generateMac({ KeyId: (await newKey(client, hmac)).id, Message: bytes('x'), MacAlgorithm: 'HMAC_SHA_256' }),
    () => 'InvalidKeyUsageException: Algorithm HMAC_SHA_256 is incompatible with key spec HMAC_224.',
  ],
  [
    'R',
    'Decrypt naming another key than the blob',
    async ({ client, id }) =>
      client.decrypt({
        KeyId: (await newKey(client)).id,
        CiphertextBlob: (await client.encrypt({ KeyId: id, Plaintext: bytes('x') })).CiphertextBlob,
      }),
    () => `IncorrectKeyException: ${INCORRECT_KEY}`,
  ],
  [
    'R',
    'Decrypt with an HMAC key',
    async ({ client, id }) =>
      client.decrypt({
        KeyId: (await newKey(client, hmac)).id,
        CiphertextBlob: (await client.encrypt({ KeyId: id, Plaintext: bytes('x') })).CiphertextBlob,
      }),
    () => `IncorrectKeyException: ${INCORRECT_KEY}`,
  ],
  [
    'R',
    'ReEncrypt from another key than the blob',
    async ({ client, id }) =>
      client.reEncrypt({
        SourceKeyId: (await newKey(client)).id,
        DestinationKeyId: id,
        CiphertextBlob: (await client.encrypt({ KeyId: id, Plaintext: bytes('x') })).CiphertextBlob,
      }),
    () => `IncorrectKeyException: ${INCORRECT_KEY}`,
  ],
  [
    'R',
    'a blob that is none',
    ({ client }) => client.decrypt({ CiphertextBlob: bytes('nonsense') }),
    () => 'InvalidCiphertextException: UnknownError',
  ],
  [
    'R',
    'another context',
    async ({ client, id }) =>
      client.decrypt({
        CiphertextBlob: (await client.encrypt({ KeyId: id, Plaintext: bytes('x'), EncryptionContext: { a: 'b' } }))
          .CiphertextBlob,
        EncryptionContext: { a: 'c' },
      }),
    () => 'InvalidCiphertextException: UnknownError',
  ],
  [
    'R',
    'a signature that is bad',
    async ({ client }) =>
      client.verify({
        KeyId: (await newKey(client, signing)).id,
        Message: bytes('x'),
        SigningAlgorithm: 'RSASSA_PSS_SHA_256',
        Signature: new Uint8Array(256),
      }),
    () => 'KMSInvalidSignatureException: UnknownError',
  ],
  [
    'R',
    'a MAC that is bad',
    async ({ client }) =>
      client.verifyMac({
        KeyId: (await newKey(client, hmac)).id,
        Message: bytes('x'),
        MacAlgorithm: 'HMAC_SHA_224',
        Mac: new Uint8Array(28),
      }),
    () => 'KMSInvalidMacException: UnknownError',
  ],
  [
    'R',
    'a plaintext too long for RSA',
    async ({ client }) =>
      client.encrypt({
        KeyId: (await newKey(client, rsa)).id,
        Plaintext: new Uint8Array(215),
        EncryptionAlgorithm: 'RSAES_OAEP_SHA_1',
      }),
    () =>
      'ValidationException: Algorithm RSAES_OAEP_SHA_1 and key spec RSA_2048 cannot encrypt data larger than 214 bytes.',
  ],
  [
    'R',
    'a dry run that would have worked',
    ({ client, id }) => client.generateDataKey({ KeyId: id, KeySpec: 'AES_256', DryRun: true }),
    () => 'DryRunOperationException: The request would have succeeded, but the DryRun option is set.',
  ],
  [
    'R',
    'a disabled key',
    async ({ client, id }) => {
      await client.disableKey({ KeyId: id });
      return client.encrypt({ KeyId: id, Plaintext: bytes('x') });
    },
    () => 'DisabledException: <arn> is disabled.',
  ],
  [
    'P',
    'a key pending deletion',
    async ({ client, id }) => {
      await client.scheduleKeyDeletion({ KeyId: id });
      return client.encrypt({ KeyId: id, Plaintext: bytes('x') });
    },
    () => 'KMSInvalidStateException: <arn> is pending deletion.',
  ],
  [
    'R',
    'a key pending import',
    async ({ client }) =>
      client.encrypt({ KeyId: (await newKey(client, { Origin: 'EXTERNAL' })).id, Plaintext: bytes('x') }),
    () => 'KMSInvalidStateException: <arn> is pending import.',
  ],
  [
    'R',
    'import into a key that has its own material',
    ({ client, id }) =>
      client.getParametersForImport({
        KeyId: id,
        WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
        WrappingKeySpec: 'RSA_2048',
      }),
    () => 'UnsupportedOperationException: <arn> origin is AWS_KMS which is not valid for this operation.',
  ],
  [
    'R',
    'replication of a replica',
    async ({ client, id }) => client.replicateKey({ KeyId: id, ReplicaRegion: 'eu-west-1' }),
    () => 'UnsupportedOperationException: <arn> is not a multi-region primary key.',
  ],
  [
    'R',
    'expiry without a date',
    async ({ client }) =>
      client.importKeyMaterial({
        KeyId: (await newKey(client, { Origin: 'EXTERNAL' })).id,
        ImportToken: bytes('t'),
        EncryptedKeyMaterial: bytes('m'),
        ExpirationModel: 'KEY_MATERIAL_EXPIRES',
      }),
    () => 'ValidationException: A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES',
  ],
  [
    'R',
    'rotation on demand with nothing imported to rotate to',
    async ({ client }) => client.rotateKeyOnDemand({ KeyId: await importedKey(client) }),
    () => 'KMSInvalidStateException: No available key material pending rotation for the key: <arn>.',
  ],
  [
    'R',
    'rotation on demand of an asymmetric key',
    async ({ client }) => client.rotateKeyOnDemand({ KeyId: (await newKey(client, ecc)).id }),
    () => 'UnsupportedOperationException: UnknownError',
  ],
  [
    'R',
    'duplicate tag keys',
    ({ client, id }) =>
      client.tagResource({
        KeyId: id,
        Tags: [
          { TagKey: 'a', TagValue: '1' },
          { TagKey: 'a', TagValue: '2' },
        ],
      }),
    () => 'TagException: Duplicate tag keys',
  ],
  [
    'R',
    'a tag key of AWS',
    ({ client, id }) => client.tagResource({ KeyId: id, Tags: [{ TagKey: 'AWS:a', TagValue: '1' }] }),
    () => 'TagException: Tags beginning with aws: are reserved',
  ],
  [
    'R',
    'too many tags',
    ({ client, id }) =>
      client.tagResource({
        KeyId: id,
        Tags: Array.from({ length: 51 }, (_, index) => ({ TagKey: `${index}`, TagValue: '' })),
      }),
    () => 'TagException: Too many tags',
  ],
  [
    'R',
    'no usage for an asymmetric key',
    ({ client }) => client.createKey({ KeySpec: 'RSA_2048' }),
    () =>
      'ValidationException: You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
  ],
  [
    'R',
    'a usage that the spec has not',
    ({ client }) => client.createKey({ KeySpec: 'RSA_2048', KeyUsage: 'KEY_AGREEMENT' }),
    () => 'ValidationException: KeyUsage KEY_AGREEMENT is not compatible with KeySpec RSA_2048',
  ],
  [
    'R',
    'random bytes without a number',
    ({ client }) => client.generateRandom({}),
    () => 'ValidationException: NumberOfBytes is required.',
  ],
  [
    'R',
    'no random bytes',
    ({ client }) => client.generateRandom({ NumberOfBytes: 0 }),
    () =>
      oneError(
        "Value '0' at 'numberOfBytes' failed to satisfy constraint: Member must have value greater than or equal to 1",
      ),
  ],
  [
    'R',
    '1,025 random bytes',
    ({ client }) => client.generateRandom({ NumberOfBytes: 1025 }),
    () =>
      oneError(
        "Value '1025' at 'numberOfBytes' failed to satisfy constraint: Member must have value less than or equal to 1024",
      ),
  ],
  [
    'R',
    'a plaintext of 4,097 bytes',
    ({ client, id }) => client.encrypt({ KeyId: id, Plaintext: new Uint8Array(4097) }),
    () =>
      oneError("Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096"),
  ],
  [
    'R',
    'a tag key of 129 characters',
    ({ client, id }) => client.tagResource({ KeyId: id, Tags: [{ TagKey: 'k'.repeat(129), TagValue: '' }] }),
    () =>
      oneError(
        `Value '${'k'.repeat(129)}' at 'tags.1.member.tagKey' failed to satisfy constraint: Member must have length less than or equal to 128`,
      ),
  ],
  [
    'R',
    'a digest of the wrong length',
    async ({ client }) =>
      client.sign({
        KeyId: (await newKey(client, ecc)).id,
        Message: new Uint8Array(31),
        MessageType: 'DIGEST',
        SigningAlgorithm: 'ECDSA_SHA_256',
      }),
    () => 'ValidationException: Digest is invalid length for algorithm ECDSA_SHA_256.',
  ],
  [
    'R',
    'an alias without its prefix',
    ({ client, id }) => client.createAlias({ AliasName: 'app', TargetKeyId: id }),
    () =>
      'ValidationException: Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
  ],
  [
    'P',
    'an alias of AWS',
    ({ client, id }) => client.createAlias({ AliasName: 'alias/aws/s3', TargetKeyId: id }),
    () => 'NotAuthorizedException: UnknownError',
  ],
  [
    'P',
    'an alias that is taken',
    async ({ client, id }) => {
      await client.createAlias({ AliasName: 'alias/a', TargetKeyId: id });
      return client.createAlias({ AliasName: 'alias/a', TargetKeyId: id });
    },
    () => `AlreadyExistsException: An alias with the name ${account}:alias/a already exists`,
  ],
  [
    'P',
    'an alias of an alias',
    ({ client }) => client.createAlias({ AliasName: 'alias/a', TargetKeyId: 'alias/b' }),
    () => 'ValidationException: Aliases must refer to keys. Not aliases',
  ],
  [
    'P',
    'neither size of a data key',
    ({ client, id }) => client.generateDataKey({ KeyId: id }),
    () => 'ValidationException: Please specify either number of bytes or key spec.',
  ],
  [
    'P',
    'both sizes of a data key',
    ({ client, id }) => client.generateDataKey({ KeyId: id, KeySpec: 'AES_256', NumberOfBytes: 32 }),
    () => 'ValidationException: Please specify either number of bytes or key spec.',
  ],
  [
    'P',
    'a policy by another name',
    ({ client, id }) => client.getKeyPolicy({ KeyId: id, PolicyName: 'other' }),
    () => 'NotFoundException: No such policy exists',
  ],
  [
    'D',
    'a key that is not pending deletion',
    ({ client, id }) => client.cancelKeyDeletion({ KeyId: id }),
    () => 'KMSInvalidStateException: <arn> is not pending deletion.',
  ],
  [
    'D',
    'automatic rotation of an imported key',
    async ({ client }) => client.enableKeyRotation({ KeyId: await importedKey(client) }),
    () => 'UnsupportedOperationException: <arn> origin is EXTERNAL which is not valid for this operation.',
  ],
  [
    'D',
    'a blob of a key that is gone',
    async ({ client, id }) => {
      const { CiphertextBlob } = await client.encrypt({ KeyId: id, Plaintext: bytes('x') });
      return stillKms().client.decrypt({ CiphertextBlob });
    },
    () => `AccessDeniedException: ${LOST_KEY}`,
  ],
  [
    'D',
    'a missing member',
    ({ client }) => client.describeKey({} as never),
    () => oneError("Value null at 'keyId' failed to satisfy constraint: Member must not be null"),
  ],
  [
    'D',
    'two members that are wrong',
    ({ client, id }) => client.scheduleKeyDeletion({ KeyId: id.repeat(60), PendingWindowInDays: 6 }),
    ({ id }) =>
      `ValidationException: 2 validation errors detected: Value '${id.repeat(60)}' at 'keyId' failed to satisfy constraint: Member must have length less than or equal to 2048; Value '6' at 'pendingWindowInDays' failed to satisfy constraint: Member must have value greater than or equal to 7`,
  ],
  [
    'D',
    'a value outside of an enumeration',
    ({ client, id }) => client.generateDataKey({ KeyId: id, KeySpec: 'AES_512' as never }),
    () =>
      oneError(
        "Value 'AES_512' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: [AES_256, AES_128]",
      ),
  ],
  [
    'U',
    'a policy that is no JSON',
    ({ client, id }) => client.putKeyPolicy({ KeyId: id, Policy: 'not json' }),
    () => 'MalformedPolicyDocumentException: Policy contains invalid JSON',
  ],
  [
    'U',
    'a context value that is a number',
    ({ client, id }) => client.encrypt({ KeyId: id, Plaintext: bytes('x'), EncryptionContext: { a: 1 as never } }),
    () => 'SerializationException: NUMBER_VALUE can not be converted to String',
  ],
  [
    'U',
    'a context for an RSA key',
    async ({ client }) =>
      client.encrypt({
        KeyId: (await newKey(client, rsa)).id,
        Plaintext: bytes('x'),
        EncryptionAlgorithm: 'RSAES_OAEP_SHA_1',
        EncryptionContext: { a: 'b' },
      }),
    () => 'ValidationException: An encryption context is valid only with a symmetric encryption KMS key.',
  ],
  [
    'U',
    "an administrator's call on another account's key",
    ({ client, arn }) => client.disableKey({ KeyId: arn.replace('111122223333', '444455556666') }),
    ({ arn }) =>
      `AccessDeniedException: User: arn:aws:iam::111122223333:root is not authorized to perform: kms:DisableKey on resource: ${arn.replace('111122223333', '444455556666')}`,
  ],
  [
    'U',
    'a second RevokeGrant',
    async ({ client, id }) => {
      const grant = await client.createGrant({
        KeyId: id,
        GranteePrincipal: 'arn:aws:iam::111122223333:role/r',
        Operations: ['Decrypt'],
      });
      await client.revokeGrant({ KeyId: id, GrantId: grant.GrantId });
      return client.revokeGrant({ KeyId: id, GrantId: grant.GrantId });
    },
    () => 'NotFoundException: Grant ID <grant> not found',
  ],
];

/** A key of origin EXTERNAL with its first material. */
async function importedKey(client: MemoryKmsClient): Promise<string> {
  const { id: KeyId } = await newKey(client, { Origin: 'EXTERNAL' });
  const { PublicKey, ImportToken } = await client.getParametersForImport({
    KeyId,
    WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
    WrappingKeySpec: 'RSA_2048',
  });
  const key = createPublicKey({ key: Buffer.from(PublicKey!), format: 'der', type: 'spki' });
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  const EncryptedKeyMaterial = new Uint8Array(publicEncrypt({ key, ...padding }, randomBytes(32)));
  await client.importKeyMaterial({
    KeyId,
    ImportToken,
    EncryptedKeyMaterial,
    ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
  });
  return KeyId;
}

describe('answers as recorded', () => {
  it.each(rows)('%s: %s', async (_evidence, _title, call, answer) => {
    const { client } = stillKms();
    const world = { client, ...(await newKey(client)) };
    const outcome = await outcomeOf(call(world));
    // The key in the text is the one that the row made itself.
    const expected = answer(world);
    const shown = expected.includes('<arn>')
      ? outcome.replace(/arn:aws:kms:us-east-1:111122223333:key\/[0-9a-f-]{36}/, '<arn>')
      : outcome;
    expect(shown.replace(/Grant ID [0-9a-f]{64}/, 'Grant ID <grant>')).toBe(expected);
  });

  it('R: the default key policy, whole', async () => {
    const { client } = stillKms();
    const { Policy, PolicyName } = await client.getKeyPolicy({ KeyId: (await newKey(client)).id });
    expect(PolicyName).toBe('default');
    expect(JSON.parse(Policy!)).toEqual({
      Version: '2012-10-17',
      Id: 'key-default-1',
      Statement: [
        {
          Sid: 'Enable IAM User Permissions',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111122223333:root' },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    });
  });

  it('R: the 26th rotation on demand', async () => {
    const { client } = stillKms();
    const { id: KeyId, arn } = await newKey(client);
    for (let count = 0; count < 25; count++) await client.rotateKeyOnDemand({ KeyId });
    expect(await outcomeOf(client.rotateKeyOnDemand({ KeyId }))).toBe(
      `LimitExceededException: The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${arn}`,
    );
  });

  it('R: crypto operations and RotateKeyOnDemand answer with the key ARN for an id or alias', async () => {
    const { client } = stillKms();
    const { id, arn } = await newKey(client);
    await client.createAlias({ AliasName: 'alias/app', TargetKeyId: id });
    for (const KeyId of [id, arn, 'alias/app', 'arn:aws:kms:us-east-1:111122223333:alias/app']) {
      const made = await client.generateDataKey({ KeyId, KeySpec: 'AES_256' });
      const opened = await client.decrypt({ KeyId, CiphertextBlob: made.CiphertextBlob });
      expect([made.KeyId, opened.KeyId]).toEqual([arn, arn]);
    }
    expect((await client.rotateKeyOnDemand({ KeyId: id })).KeyId).toBe(arn);
  });

  it('D: Encrypt tells no material id, Decrypt does', async () => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client);
    const sealed = await client.encrypt({ KeyId, Plaintext: bytes('x') });
    expect(sealed).not.toHaveProperty('KeyMaterialId');
    const { KeyMetadata } = await client.describeKey({ KeyId });
    const opened = await client.decrypt({ CiphertextBlob: sealed.CiphertextBlob });
    expect(opened.KeyMaterialId).toBe(KeyMetadata!.CurrentKeyMaterialId);
    expect(opened.KeyMaterialId).toMatch(/^[0-9a-f]{64}$/);
  });
});
