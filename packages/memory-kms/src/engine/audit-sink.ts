// The seam to the audit log: one event for each call, and one for each thing that KMS does by itself.

import type { KmsCall } from './kms-call.ts';
import type { KmsServiceError } from './kms-service-error.ts';
import type { OperationName } from './operation-types.ts';

/** A key that a call touched, in the order of the request (ReEncrypt: source, then destination). */
export type AuditedKey = { readonly arn: string; readonly account: string };

/** A call that KMS makes in another Region to carry out the caller's. */
export type RelayedCall = {
  readonly operation: OperationName;
  readonly region: string;
  readonly keyArn: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly output: Readonly<Record<string, unknown>>;
};

/** A finished call. Holds the request and the answer as they are: the sink must leave out plaintext and tokens. */
export type CallEvent = {
  readonly kind: 'call';
  /** Its `input` is the validated request, of bounded depth and size; undefined where the request was refused unread. */
  readonly call: KmsCall;
  /** UUID of the record; `GetKeyLastUsage` tells it as `CloudTrailEventId`. */
  readonly eventId: string;
  /** Milliseconds since 1970, on the engine's clock, at the start of the call. */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly keys: readonly AuditedKey[];
  /** The alias that an alias operation was about. */
  readonly aliasArn?: string | undefined;
  /** None where the call failed. */
  readonly relayed: readonly RelayedCall[];
  /** `keyMaterialId`, `sourceKeyMaterialId`, `destinationKeyMaterialId`, `grantId`. */
  readonly additional: Readonly<Record<string, string>>;
  /** The answer without `$metadata`; absent where the call failed. */
  readonly output?: Readonly<Record<string, unknown>> | undefined;
  readonly error?: KmsServiceError | undefined;
};

/** Something that KMS did by itself, such as an automatic rotation. */
export type ServiceEvent = {
  readonly kind: 'service';
  readonly name: 'RotateKey' | 'DeleteKey' | 'DeleteExpiredKeyMaterial' | 'SynchronizeMultiRegionKey';
  readonly eventId: string;
  /** Milliseconds since 1970: when it was due, not when it was noticed. */
  readonly at: number;
  readonly account: string;
  readonly region: string;
  readonly keyArn: string;
  /** As CloudTrail's `serviceEventDetails`. */
  readonly details: Readonly<Record<string, string>>;
};

/** One event of the audit log. */
export type AuditEvent = CallEvent | ServiceEvent;

/** Takes events as they happen; must not throw. */
export interface AuditSink {
  record(event: AuditEvent): void;
}
