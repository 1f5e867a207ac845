/** A CloudTrail record of one KMS call or service event, as JSON. Source: CloudTrail record contents, eventVersion 1.11. */
export type AuditRecord = {
  readonly eventVersion: '1.11';
  readonly userIdentity: AuditIdentity;
  /** ISO 8601 to the second, from the emulator's clock. */
  readonly eventTime: string;
  readonly eventSource: 'kms.amazonaws.com';
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly errorCode?: string | undefined;
  readonly errorMessage?: string | undefined;
  /** Parameters as the caller typed them, in camelCase; no plaintext, ciphertext or grant token. */
  readonly requestParameters: Readonly<Record<string, unknown>> | null;
  readonly responseElements: Readonly<Record<string, unknown>> | null;
  readonly additionalEventData?: Readonly<Record<string, unknown>> | undefined;
  /** Equals the answer's `x-amzn-RequestId`; service events have none. */
  readonly requestID?: string | undefined;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly resources?: readonly AuditResource[] | undefined;
  readonly eventType: 'AwsApiCall' | 'AwsServiceEvent';
  readonly managementEvent: true;
  readonly recipientAccountId: string;
  /** Joins the two records of a cross-account call. */
  readonly sharedEventID?: string | undefined;
  readonly vpcEndpointId?: string | undefined;
  readonly eventCategory: 'Management';
  readonly tlsDetails?: Readonly<Record<string, string>> | undefined;
  readonly serviceEventDetails?: Readonly<Record<string, unknown>> | undefined;
};

export type AuditIdentity = {
  readonly type?: string | undefined;
  readonly principalId?: string | undefined;
  readonly arn?: string | undefined;
  readonly accountId: string;
  readonly accessKeyId?: string | undefined;
  readonly userName?: string | undefined;
  readonly invokedBy?: string | undefined;
};

export type AuditResource = { readonly accountId: string; readonly type: 'AWS::KMS::Key'; readonly ARN: string };

/** One finished call as the engine hands it over; the audit log makes the records. */
export type AuditedCall = {
  readonly operation: string;
  readonly region: string;
  readonly caller: {
    readonly arn: string;
    readonly accountId: string;
    readonly accessKeyId?: string | undefined;
    readonly sourceIp?: string | undefined;
    readonly userAgent?: string | undefined;
    readonly viaService?: string | undefined;
    readonly sourceVpce?: string | undefined;
  };
  readonly requestId: string;
  /** Time on the emulator's clock. */
  readonly time: Date;
  /** The request in the API's shape (PascalCase names). */
  readonly input: Readonly<Record<string, unknown>>;
  /** The answer in the API's shape; absent where the call failed. */
  readonly output?: Readonly<Record<string, unknown>> | undefined;
  readonly error?: { readonly name: string; readonly message?: string | undefined } | undefined;
  /** ARNs of the keys in play, source before destination. */
  readonly keyArns: readonly string[];
};

/** What the service did by itself: `RotateKey`, `DeleteKey`, `DeleteExpiredKeyMaterial`, `SynchronizeMultiRegionKey`. */
export type AuditedServiceEvent = {
  readonly event: string;
  readonly region: string;
  readonly accountId: string;
  readonly time: Date;
  readonly keyArn: string;
  readonly details: Readonly<Record<string, unknown>>;
};

/** Where records go, one at a time, in order. */
export interface AuditSink {
  record(record: AuditRecord): void;
}
