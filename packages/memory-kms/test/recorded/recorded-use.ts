// Texts recorded from AWS: naming keys, and cryptography with them.

import { bytes, newKey, UNKNOWN_ID } from '../keys-in-states.ts';
import { account, hmac, INCORRECT_KEY, type Row, rsa, signing } from './recorded-row.ts';

export const recordedUse: readonly Row[] = [
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
];
