// One request to the engine, the same from all three fronts.

import type { Caller } from './access-request.ts';
import type { OperationName } from './operation-types.ts';

/** A request, before any check. */
export type KmsCall = {
  readonly operation: OperationName;
  /** In the SDK's JavaScript shape: blobs as `Uint8Array`, timestamps as `Date`. Not yet validated. */
  readonly input: unknown;
  readonly caller: Caller;
  /** The Region of the endpoint. */
  readonly region: string;
  /** UUID; comes back as `$metadata.requestId` and `x-amzn-RequestId`. */
  readonly requestId: string;
  /** Aborted when nobody waits for the answer any more. Looked at only while the gate delays the call. */
  readonly signal?: AbortSignal | undefined;
};
