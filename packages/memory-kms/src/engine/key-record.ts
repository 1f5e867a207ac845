// What the store keeps: plain data, replaced and never changed in place, so that a snapshot is a copy of references.
//
// One record stands for a key in all its Regions (a multi-Region key has several, every other key one). What all
// Regions share is on the record; what each Region has for itself is on `RegionalKey`.

/** Specs of keys that this KMS makes (the ML_* ones only where the running Node has them). */
export type KeySpec =
  | 'SYMMETRIC_DEFAULT'
  | 'HMAC_224'
  | 'HMAC_256'
  | 'HMAC_384'
  | 'HMAC_512'
  | 'RSA_2048'
  | 'RSA_3072'
  | 'RSA_4096'
  | 'ECC_NIST_P256'
  | 'ECC_NIST_P384'
  | 'ECC_NIST_P521'
  | 'ECC_SECG_P256K1'
  | 'ECC_NIST_EDWARDS25519'
  | 'ML_DSA_44'
  | 'ML_DSA_65'
  | 'ML_DSA_87'
  | 'ML_KEM_512'
  | 'ML_KEM_768'
  | 'ML_KEM_1024';

/** What a key may be used for; never changes. */
export type KeyUsage =
  | 'ENCRYPT_DECRYPT'
  | 'SIGN_VERIFY'
  | 'GENERATE_VERIFY_MAC'
  | 'KEY_AGREEMENT'
  | 'ENCAPSULATE_DECAPSULATE';

/** Where the material came from. */
export type KeyOrigin = 'AWS_KMS' | 'EXTERNAL';

/** Whose key it is: a customer's, a service's in the customer's account, or AWS's own (invisible). */
export type KeyManager = 'CUSTOMER' | 'AWS' | 'OWNED';

/** One backing key. Symmetric keys gain one with each rotation; old ones stay so that old ciphertexts open. */
export type KeyMaterial = {
  /** 64 hexadecimal digits, lower case; `ciphertext blobs` carry it as 32 bytes. */
  readonly id: string;
  /**
   * The secret: raw bytes for symmetric and HMAC keys, DER PKCS#8 for key pairs. Absent for imported keys, whose
   * bytes each Region holds for itself (`ImportedMaterial.bytes`).
   */
  readonly bytes?: Uint8Array | undefined;
  /** DER SubjectPublicKeyInfo, for key pairs. */
  readonly publicKey?: Uint8Array | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** When and how it became current, if by rotation. */
  readonly rotation?: { readonly at: number; readonly type: 'AUTOMATIC' | 'ON_DEMAND' } | undefined;
};

/** Imported bytes as one Region holds them. */
export type ImportedMaterial = {
  readonly materialId: string;
  /** Absent after expiry or deletion, until the same bytes are imported again. */
  readonly bytes?: Uint8Array | undefined;
  /** Milliseconds since 1970; absent where the material does not expire. */
  readonly expiresAt?: number | undefined;
  readonly description?: string | undefined;
};

/** The automatic rotation of a symmetric key with origin AWS_KMS. */
export type RotationSchedule = {
  readonly periodDays: number;
  /** Milliseconds since 1970. */
  readonly nextAt: number;
};

/** One tag of a key. */
export type KeyTag = { readonly key: string; readonly value: string };

/** A grant as stored. Enforcement is the authorizer's. */
export type Grant = {
  /** 64 hexadecimal digits. */
  readonly id: string;
  /** Every token handed out for it; all of them work. */
  readonly tokens: readonly string[];
  readonly name?: string | undefined;
  /** ARN of who may act, unless a service. */
  readonly granteePrincipal?: string | undefined;
  readonly granteeServicePrincipal?: string | undefined;
  readonly retiringPrincipal?: string | undefined;
  readonly retiringServicePrincipal?: string | undefined;
  /** Names of `GrantOperation`, such as `Decrypt` or `ReEncryptTo`. */
  readonly operations: readonly string[];
  readonly constraints?: GrantConstraints | undefined;
  /** `arn:<partition>:iam::<account>:root` of the account that created it. */
  readonly issuingAccount: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
};

/** What a request must bring for a grant to count. */
export type GrantConstraints = {
  readonly encryptionContextEquals?: Readonly<Record<string, string>> | undefined;
  readonly encryptionContextSubset?: Readonly<Record<string, string>> | undefined;
  readonly sourceArn?: string | undefined;
};

/** One key in one Region. */
export type RegionalKey = {
  readonly region: string;
  readonly description: string;
  readonly enabled: boolean;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** The key policy, as the JSON text that was given. */
  readonly policy: string;
  readonly tags: readonly KeyTag[];
  readonly grants: readonly Grant[];
  /** Scheduled deletion. `at` is absent while a primary key waits for its replicas to go. */
  readonly deletion?: { readonly windowDays: number; readonly at?: number | undefined } | undefined;
  /** A state that passes by itself (replication, change of primary). */
  readonly transition?: { readonly state: 'Creating' | 'Updating'; readonly until: number } | undefined;
  /** For origin EXTERNAL: what this Region has imported, in the order of first import. */
  readonly imported: readonly ImportedMaterial[];
};

/** The last successful cryptographic operation with a key. */
export type KeyUsageRecord = {
  /** The key ARN in the Region where it was used. */
  readonly arn: string;
  readonly operation: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly requestId: string;
  readonly eventId: string;
};

/** A key with all its Regions. */
export type KeyRecord = {
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  /** Twelve digits. */
  readonly account: string;
  /** A UUID, or `mrk-` and 32 hexadecimal digits. */
  readonly id: string;
  readonly spec: KeySpec;
  readonly usage: KeyUsage;
  readonly origin: KeyOrigin;
  readonly manager: KeyManager;
  readonly multiRegion: boolean;
  readonly primaryRegion: string;
  /** In the order in which they became (or will become) current. */
  readonly materials: readonly KeyMaterial[];
  /** Absent while an imported key waits for its first import. */
  readonly currentMaterialId?: string | undefined;
  /** Present while automatic rotation is on. */
  readonly rotation?: RotationSchedule | undefined;
  /** On-demand rotations so far; at most 25 in a key's life. */
  readonly onDemandRotations: number;
  /** By Region; at least one. */
  readonly regions: Readonly<Record<string, RegionalKey>>;
};

/** An alias of one account in one Region. */
export type AliasRecord = {
  /** With the prefix `alias/`. */
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly targetKeyId: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
};

/** A wrapping key that was handed out for an import. */
export type ImportToken = {
  /** 256 random bytes. */
  readonly token: Uint8Array;
  readonly keyArn: string;
  /** Such as `RSAES_OAEP_SHA_256`. */
  readonly algorithm: string;
  /** The wrapping key pair. */
  readonly pkcs8: Uint8Array;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
};

/** Everything that the store holds, as plain data that CBOR carries unchanged. Holds key material in clear. */
export type KmsSnapshot = {
  readonly keys: readonly KeyRecord[];
  readonly aliases: readonly AliasRecord[];
  readonly usages: readonly KeyUsageRecord[];
  readonly importTokens?: readonly ImportToken[] | undefined;
};

/** A key as one Region sees it. */
export type LocalKey = {
  readonly record: KeyRecord;
  readonly local: RegionalKey;
  /** The key ARN in this Region. */
  readonly arn: string;
};
