// The enumerations of requests, in the order in which the service's validation errors list them.

import { list, oneOf, type Shape } from './request-shape.ts';

/** Encryption algorithms of RSA keys. */
export const rsaOaep = ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] as const;

/** `EncryptionAlgorithm` and its twins in ReEncrypt. */
export const encryptionAlgorithm: Shape = oneOf('SYMMETRIC_DEFAULT', ...rsaOaep, 'SM2PKE');

/** `MacAlgorithm`. */
export const macAlgorithm: Shape = oneOf('HMAC_SHA_224', 'HMAC_SHA_256', 'HMAC_SHA_384', 'HMAC_SHA_512');

/** `SigningAlgorithm`. */
export const signingAlgorithm: Shape = oneOf(
  'RSASSA_PSS_SHA_256',
  'RSASSA_PSS_SHA_384',
  'RSASSA_PSS_SHA_512',
  'RSASSA_PKCS1_V1_5_SHA_256',
  'RSASSA_PKCS1_V1_5_SHA_384',
  'RSASSA_PKCS1_V1_5_SHA_512',
  'ECDSA_SHA_256',
  'ECDSA_SHA_384',
  'ECDSA_SHA_512',
  'SM2DSA',
  'ML_DSA_SHAKE_256',
  'ED25519_SHA_512',
  'ED25519_PH_SHA_512',
);

/** `MessageType`. */
export const messageType: Shape = oneOf('RAW', 'DIGEST', 'EXTERNAL_MU');

/** `DryRunModifiers`. */
export const dryRunModifiers: Shape = list(oneOf('IGNORE_CIPHERTEXT'));

/** Specs of RSA keys, KMS keys and wrapping keys alike. */
export const rsaSpecs = ['RSA_2048', 'RSA_3072', 'RSA_4096'] as const;

const eccSpecs = ['ECC_NIST_P256', 'ECC_NIST_P384', 'ECC_NIST_P521', 'ECC_SECG_P256K1'] as const;

const hmacSpecs = ['HMAC_224', 'HMAC_256', 'HMAC_384', 'HMAC_512'] as const;

const mlKemSpecs = ['ML_KEM_512', 'ML_KEM_768', 'ML_KEM_1024'] as const;

/** `CustomerMasterKeySpec`, which newer specs are not part of. */
export const olderSpecs: readonly string[] = [...rsaSpecs, ...eccSpecs, 'SYMMETRIC_DEFAULT', ...hmacSpecs, 'SM2'];

/** `KeySpec`. */
export const keySpec: Shape = oneOf(
  ...olderSpecs,
  'ML_DSA_44',
  'ML_DSA_65',
  'ML_DSA_87',
  'ECC_NIST_EDWARDS25519',
  ...mlKemSpecs,
);

/** `KeyPairSpec`. */
export const pairSpec: Shape = oneOf(...rsaSpecs, ...eccSpecs, 'SM2', 'ECC_NIST_EDWARDS25519', ...mlKemSpecs);

/** `KeyUsage`. */
export const usages = [
  'SIGN_VERIFY',
  'ENCRYPT_DECRYPT',
  'GENERATE_VERIFY_MAC',
  'KEY_AGREEMENT',
  'ENCAPSULATE_DECAPSULATE',
] as const;

/** One of the `Operations` of a grant. */
export const grantOperation: Shape = oneOf(
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
  'Sign',
  'Verify',
  'GetPublicKey',
  'CreateGrant',
  'RetireGrant',
  'DescribeKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateMac',
  'VerifyMac',
  'DeriveSharedSecret',
  'Encapsulate',
  'Decapsulate',
);
