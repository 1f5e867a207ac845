/**
 * One question to the access rules: may this caller do this to that key, with these facts about the request?
 * The engine fills it in and asks once per resource, so ReEncrypt asks twice (`ReEncryptFrom`, `ReEncryptTo`).
 */
export type AccessRequest = {
  /** The IAM action without its prefix: `Decrypt`, `ReEncryptFrom`. Not always the operation's name. */
  readonly action: string;
  readonly caller: Caller;
  /** The Region whose endpoint was called. */
  readonly region: string;
  /** The ARN the action is about: a key, an alias (`CreateAlias` and its kin), or `*` where no key is in play. */
  readonly resourceArn: string;
  /** What the rules need to know of the key; absent for aliases, for `*` and for keys that do not exist. */
  readonly key?: KeyAttributes | undefined;
  readonly facts?: RequestFacts | undefined;
};

/** Who calls. A plain ARN becomes one through `callerFromArn`. */
export type Caller = {
  /** `arn:aws:iam::<account>:root`, `…:user/…`, `…:role/…`, `arn:aws:sts::<account>:assumed-role/<role>/<session>`, a federated user, or a service's name. */
  readonly arn: string;
  /** The 12-digit account that is charged and whose IAM policies count. */
  readonly accountId: string;
  readonly accessKeyId?: string | undefined;
  /** The service that calls on the caller's behalf, e.g. `s3.eu-west-1.amazonaws.com`. */
  readonly viaService?: string | undefined;
  /** The caller's tags: `aws:PrincipalTag/<key>`. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly organizationId?: string | undefined;
  readonly sourceIp?: string | undefined;
  readonly sourceVpce?: string | undefined;
  /** The resource on whose behalf a service calls: `aws:SourceArn`, and the `SourceArn` constraint of grants. */
  readonly sourceArn?: string | undefined;
  readonly sourceAccount?: string | undefined;
  readonly multiFactorAuthenticated?: boolean | undefined;
  /** False only where the call came over plain HTTP and the emulator was told not to pretend otherwise. */
  readonly secureTransport?: boolean | undefined;
  readonly userAgent?: string | undefined;
};

/** The attributes of a key that policies can name. */
export type KeyAttributes = {
  readonly arn: string;
  readonly accountId: string;
  readonly manager: 'CUSTOMER' | 'AWS';
  readonly keySpec: string;
  readonly keyUsage: string;
  readonly origin: string;
  readonly multiRegion: boolean;
  readonly multiRegionKeyType?: 'PRIMARY' | 'REPLICA' | undefined;
  /** Alias names in the key's own account and Region, each with its `alias/` prefix. */
  readonly aliases: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
};

/** What the request says, in the shape in which policies ask for it. Absent fields make no condition key. */
export type RequestFacts = {
  readonly encryptionContext?: Readonly<Record<string, string>> | undefined;
  readonly encryptionAlgorithm?: string | undefined;
  /** The alias with its prefix, only where the key was named by alias. */
  readonly requestAlias?: string | undefined;
  readonly signingAlgorithm?: string | undefined;
  readonly messageType?: string | undefined;
  readonly macAlgorithm?: string | undefined;
  readonly keyAgreementAlgorithm?: string | undefined;
  readonly dataKeyPairSpec?: string | undefined;
  /** The parameters of CreateGrant. */
  readonly grant?: GrantFacts | undefined;
  /** `KeySpec`, `KeyUsage`, `Origin`, `MultiRegion` of CreateKey, where there is no key yet. */
  readonly newKey?: Pick<KeyAttributes, 'keySpec' | 'keyUsage' | 'origin' | 'multiRegion'> | undefined;
  readonly reEncryptOnSameKey?: boolean | undefined;
  readonly bypassPolicyLockoutSafetyCheck?: boolean | undefined;
  readonly primaryRegion?: string | undefined;
  readonly replicaRegion?: string | undefined;
  readonly rotationPeriodInDays?: number | undefined;
  readonly pendingWindowInDays?: number | undefined;
  readonly expirationModel?: string | undefined;
  readonly validTo?: Date | undefined;
  readonly wrappingAlgorithm?: string | undefined;
  readonly wrappingKeySpec?: string | undefined;
  readonly requestTags?: Readonly<Record<string, string>> | undefined;
  /** Keys of the tags being set or removed: `aws:TagKeys`. */
  readonly tagKeys?: readonly string[] | undefined;
  readonly grantTokens?: readonly string[] | undefined;
};

/** What CreateGrant asks for, as policies and the chaining rule see it. */
export type GrantFacts = {
  readonly operations: readonly string[];
  readonly granteePrincipal?: string | undefined;
  readonly granteeServicePrincipal?: string | undefined;
  readonly retiringPrincipal?: string | undefined;
  readonly retiringServicePrincipal?: string | undefined;
  readonly constraints?: GrantConstraints | undefined;
  /** True where an AWS service integrated with KMS asks on the caller's behalf. */
  readonly isForAwsResource?: boolean | undefined;
};

/** Conditions inside a grant. All that are present must hold. Keys and values are case-sensitive. */
export type GrantConstraints = {
  readonly encryptionContextEquals?: Readonly<Record<string, string>> | undefined;
  readonly encryptionContextSubset?: Readonly<Record<string, string>> | undefined;
  readonly sourceArn?: string | undefined;
};
