// The eleven algorithm suites of the message format, as a table.

/** One algorithm suite: all lengths in bytes. Every suite is AES-GCM with a 12-byte IV and a 16-byte tag. */
export type AlgorithmSuite = {
  readonly id: number;
  /** The specification's name. */
  readonly name: string;
  /** Version of the message format: 1 without key commitment, 2 with it. */
  readonly messageVersion: 1 | 2;
  /** Length of the data key, of the key derived from it, and so of the AES key. */
  readonly dataKeyLength: 16 | 24 | 32;
  /** The hash of HKDF; undefined for the identity suites, which encrypt with the data key itself. */
  readonly kdfHash: 'sha256' | 'sha384' | 'sha512' | undefined;
  /** Whether the header commits to the data key. */
  readonly committing: boolean;
  /** Present when messages carry an ECDSA signature. */
  readonly signature: SignatureAlgorithm | undefined;
};

/** ECDSA over one curve, with the hash that the suites pair with it. */
export type SignatureAlgorithm = {
  readonly curve: 'P-256' | 'P-384';
  readonly hash: 'sha256' | 'sha384';
  /** Length of the compressed public key. */
  readonly publicKeyLength: 33 | 49;
  /** Length of the DER signature that writers aim for, so that a message's length is known beforehand. */
  readonly signatureLength: 71 | 103;
};

/** The specification's names of the suites: the keys of `algorithmSuites`. */
export type AlgorithmSuiteName =
  | 'ALG_AES_128_GCM_IV12_TAG16_NO_KDF'
  | 'ALG_AES_192_GCM_IV12_TAG16_NO_KDF'
  | 'ALG_AES_256_GCM_IV12_TAG16_NO_KDF'
  | 'ALG_AES_128_GCM_IV12_TAG16_HKDF_SHA256'
  | 'ALG_AES_192_GCM_IV12_TAG16_HKDF_SHA256'
  | 'ALG_AES_256_GCM_IV12_TAG16_HKDF_SHA256'
  | 'ALG_AES_128_GCM_IV12_TAG16_HKDF_SHA256_ECDSA_P256'
  | 'ALG_AES_192_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384'
  | 'ALG_AES_256_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384'
  | 'ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY'
  | 'ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384';

const P256 = { curve: 'P-256', hash: 'sha256', publicKeyLength: 33, signatureLength: 71 } as const;
const P384 = { curve: 'P-384', hash: 'sha384', publicKeyLength: 49, signatureLength: 103 } as const;

const V1 = { messageVersion: 1, committing: false, kdfHash: undefined, signature: undefined } as const;
const V2 = { messageVersion: 2, committing: true, dataKeyLength: 32, kdfHash: 'sha512', signature: undefined } as const;

/**
 * The algorithm suites by the specification's names.
 *
 * @see AWS Encryption SDK specification, framework/algorithm-suites.md
 */
export const algorithmSuites: Readonly<Record<AlgorithmSuiteName, AlgorithmSuite>> = {
  ALG_AES_128_GCM_IV12_TAG16_NO_KDF: {
    ...V1,
    id: 0x0014,
    name: 'ALG_AES_128_GCM_IV12_TAG16_NO_KDF',
    dataKeyLength: 16,
  },
  ALG_AES_192_GCM_IV12_TAG16_NO_KDF: {
    ...V1,
    id: 0x0046,
    name: 'ALG_AES_192_GCM_IV12_TAG16_NO_KDF',
    dataKeyLength: 24,
  },
  ALG_AES_256_GCM_IV12_TAG16_NO_KDF: {
    ...V1,
    id: 0x0078,
    name: 'ALG_AES_256_GCM_IV12_TAG16_NO_KDF',
    dataKeyLength: 32,
  },
  ALG_AES_128_GCM_IV12_TAG16_HKDF_SHA256: {
    ...V1,
    id: 0x0114,
    name: 'ALG_AES_128_GCM_IV12_TAG16_HKDF_SHA256',
    dataKeyLength: 16,
    kdfHash: 'sha256',
  },
  ALG_AES_192_GCM_IV12_TAG16_HKDF_SHA256: {
    ...V1,
    id: 0x0146,
    name: 'ALG_AES_192_GCM_IV12_TAG16_HKDF_SHA256',
    dataKeyLength: 24,
    kdfHash: 'sha256',
  },
  ALG_AES_256_GCM_IV12_TAG16_HKDF_SHA256: {
    ...V1,
    id: 0x0178,
    name: 'ALG_AES_256_GCM_IV12_TAG16_HKDF_SHA256',
    dataKeyLength: 32,
    kdfHash: 'sha256',
  },
  ALG_AES_128_GCM_IV12_TAG16_HKDF_SHA256_ECDSA_P256: {
    ...V1,
    id: 0x0214,
    name: 'ALG_AES_128_GCM_IV12_TAG16_HKDF_SHA256_ECDSA_P256',
    dataKeyLength: 16,
    kdfHash: 'sha256',
    signature: P256,
  },
  ALG_AES_192_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384: {
    ...V1,
    id: 0x0346,
    name: 'ALG_AES_192_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384',
    dataKeyLength: 24,
    kdfHash: 'sha384',
    signature: P384,
  },
  ALG_AES_256_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384: {
    ...V1,
    id: 0x0378,
    name: 'ALG_AES_256_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384',
    dataKeyLength: 32,
    kdfHash: 'sha384',
    signature: P384,
  },
  ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY: { ...V2, id: 0x0478, name: 'ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY' },
  ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384: {
    ...V2,
    id: 0x0578,
    name: 'ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384',
    signature: P384,
  },
};

// Every header shows these objects: whoever wrote on one would change the suite of all messages of the process.
for (const suite of Object.values(algorithmSuites)) {
  Object.freeze(suite.signature);
  Object.freeze(suite);
}
Object.freeze(algorithmSuites);

const BY_ID: ReadonlyMap<number, AlgorithmSuite> = new Map(
  Object.values(algorithmSuites).map((suite): [number, AlgorithmSuite] => [suite.id, suite]),
);

/** @returns The suite of a two-byte id, or undefined: also for ids of the S3 and database clients, which share the id space. */
export function findAlgorithmSuite(id: number): AlgorithmSuite | undefined {
  return BY_ID.get(id);
}

/**
 * Resolves what a caller gives as `algorithmSuite`.
 *
 * @param choice - An id (`0x0478`) or a key of `algorithmSuites`.
 * @throws TypeError when it is neither.
 */
export function resolveAlgorithmSuite(choice: number | AlgorithmSuiteName): AlgorithmSuite {
  if (typeof choice === 'string' && Object.hasOwn(algorithmSuites, choice)) return algorithmSuites[choice];
  const suite = typeof choice === 'number' ? BY_ID.get(choice) : undefined;
  if (suite === undefined) {
    throw new TypeError('algorithmSuite must be a key of algorithmSuites or one of their ids, such as 0x0578');
  }
  return suite;
}
