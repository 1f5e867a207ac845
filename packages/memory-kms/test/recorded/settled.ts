// Texts settled by documentation (D), by other emulators in agreement (P), or by our decision (U).

import { bytes, newKey, stillKms } from '../keys-in-states.ts';
import { account, importedKey, LOST_KEY, oneError, type Row, rsa } from './recorded-row.ts';

export const settled: readonly Row[] = [
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
