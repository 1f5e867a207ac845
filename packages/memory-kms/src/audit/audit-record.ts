/** A CloudTrail record of one call or service event, as JSON. Source: CloudTrail record contents, eventVersion 1.11. */
export type AuditRecord = {
  readonly eventVersion: '1.11';
  readonly userIdentity: AuditIdentity;
  /** ISO 8601 to the second, from the emulator's clock. */
  readonly eventTime: string;
  readonly eventSource: 'kms.amazonaws.com';
  readonly eventName: string;
  readonly awsRegion: string;
  /** The service's name where one called on the caller's behalf. */
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  /** The exception's name; `AccessDenied` for AccessDeniedException, as CloudTrail writes it. */
  readonly errorCode?: string;
  readonly errorMessage?: string;
  /** What the caller typed, in camelCase; no plaintext, ciphertext or token. The encryption context is in clear. */
  readonly requestParameters: Readonly<Record<string, unknown>> | null;
  /** Only of calls that change something. */
  readonly responseElements: Readonly<Record<string, unknown>> | null;
  /** Ids of materials and of the grant that was retired. */
  readonly additionalEventData?: Readonly<Record<string, unknown>>;
  /** Equals the answer's `x-amzn-RequestId`; service events have none. */
  readonly requestID?: string;
  readonly eventID: string;
  /** True for cryptographic operations too: they change no key. */
  readonly readOnly: boolean;
  /** The keys that were found, source before destination. */
  readonly resources?: readonly AuditResource[];
  readonly eventType: 'AwsApiCall' | 'AwsServiceEvent';
  readonly managementEvent: true;
  /** Whose trail this record is in. */
  readonly recipientAccountId: string;
  /** Joins the two records of a cross-account call. */
  readonly sharedEventID?: string;
  readonly vpcEndpointId?: string;
  readonly eventCategory: 'Management';
  readonly tlsDetails?: Readonly<Record<string, string>>;
  readonly serviceEventDetails?: Readonly<Record<string, unknown>>;
};

/** Who called, as CloudTrail says it. */
export type AuditIdentity = {
  /** `Root`, `IAMUser`, `Role`, `AssumedRole`, `FederatedUser`, `AWSService`, or `AWSAccount` seen from another account. */
  readonly type?: string;
  readonly principalId?: string;
  readonly arn?: string;
  readonly accountId?: string;
  readonly accessKeyId?: string;
  readonly userName?: string;
  readonly sessionContext?: { readonly sessionIssuer: Readonly<Record<string, string>> };
  readonly invokedBy?: string;
};

/** A key, or the alias of one, that a call touched. */
export type AuditResource = { readonly accountId: string; readonly type: 'AWS::KMS::Key'; readonly ARN: string };
