// Texts recorded from AWS: managing keys, and validation.

import { bytes, newKey } from '../keys-in-states.ts';
import { ecc, importedKey, oneError, type Row } from './recorded-row.ts';

export const recordedManagement: readonly Row[] = [
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
];
