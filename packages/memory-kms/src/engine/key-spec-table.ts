// What each key spec can be used for, and with which algorithms.

import { generateKeyPairSync } from 'node:crypto';
import type { KeySpec, KeyUsage } from './key-record.ts';

const oaep = ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] as const;
const rsaSigning = [
  'RSASSA_PKCS1_V1_5_SHA_256',
  'RSASSA_PKCS1_V1_5_SHA_384',
  'RSASSA_PKCS1_V1_5_SHA_512',
  'RSASSA_PSS_SHA_256',
  'RSASSA_PSS_SHA_384',
  'RSASSA_PSS_SHA_512',
] as const;

/** Algorithms by usage; a usage that is absent is not possible. */
export type SpecAlgorithms = { readonly [Usage in KeyUsage]?: readonly string[] };

const rsa: SpecAlgorithms = { ENCRYPT_DECRYPT: oaep, SIGN_VERIFY: rsaSigning };

/** Every key spec with its usages and algorithms. */
export const keySpecTable: Readonly<Record<KeySpec, SpecAlgorithms>> = {
  SYMMETRIC_DEFAULT: { ENCRYPT_DECRYPT: ['SYMMETRIC_DEFAULT'] },
  HMAC_224: { GENERATE_VERIFY_MAC: ['HMAC_SHA_224'] },
  HMAC_256: { GENERATE_VERIFY_MAC: ['HMAC_SHA_256'] },
  HMAC_384: { GENERATE_VERIFY_MAC: ['HMAC_SHA_384'] },
  HMAC_512: { GENERATE_VERIFY_MAC: ['HMAC_SHA_512'] },
  RSA_2048: rsa,
  RSA_3072: rsa,
  RSA_4096: rsa,
  ECC_NIST_P256: { SIGN_VERIFY: ['ECDSA_SHA_256'], KEY_AGREEMENT: ['ECDH'] },
  ECC_NIST_P384: { SIGN_VERIFY: ['ECDSA_SHA_384'], KEY_AGREEMENT: ['ECDH'] },
  ECC_NIST_P521: { SIGN_VERIFY: ['ECDSA_SHA_512'], KEY_AGREEMENT: ['ECDH'] },
  ECC_SECG_P256K1: { SIGN_VERIFY: ['ECDSA_SHA_256'] },
  ECC_NIST_EDWARDS25519: { SIGN_VERIFY: ['ED25519_SHA_512', 'ED25519_PH_SHA_512'] },
  ML_DSA_44: { SIGN_VERIFY: ['ML_DSA_SHAKE_256'] },
  ML_DSA_65: { SIGN_VERIFY: ['ML_DSA_SHAKE_256'] },
  ML_DSA_87: { SIGN_VERIFY: ['ML_DSA_SHAKE_256'] },
  ML_KEM_512: { ENCAPSULATE_DECAPSULATE: ['ML_KEM'] },
  ML_KEM_768: { ENCAPSULATE_DECAPSULATE: ['ML_KEM'] },
  ML_KEM_1024: { ENCAPSULATE_DECAPSULATE: ['ML_KEM'] },
};

/** Whether the spec is for key pairs. */
export function isAsymmetric(spec: KeySpec): boolean {
  return spec !== 'SYMMETRIC_DEFAULT' && !spec.startsWith('HMAC_');
}

let postQuantum: boolean | undefined;

/** Whether the running Node has ML-DSA and ML-KEM (Node 24 and later with OpenSSL 3.5); asked once. */
export function hasPostQuantum(): boolean {
  postQuantum ??= probePostQuantum();
  return postQuantum;
}

function probePostQuantum(): boolean {
  try {
    (generateKeyPairSync as (type: string) => unknown)('ml-dsa-44');
    return true;
  } catch {
    return false;
  }
}

/** Whether the running Node can make keys of this spec. */
export function isSupportedSpec(spec: string): spec is KeySpec {
  return Object.hasOwn(keySpecTable, spec) && (!spec.startsWith('ML_') || hasPostQuantum());
}
