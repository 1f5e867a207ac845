/**
 * A scripted fault. A rule looks at the calls that match its filters (`operation`, `region`, `principal`, `keyId`),
 * counts them from 1, and strikes those its schedule names. Without a schedule it strikes every one.
 */
export type FaultRule = {
  /** Operation names; absent or `*`: all. */
  readonly operation?: string | readonly string[] | undefined;
  readonly region?: string | readonly string[] | undefined;
  /** ARN of the caller. */
  readonly principal?: string | undefined;
  /** The key as the caller named it: id, ARN or alias. */
  readonly keyId?: string | undefined;

  /** Strikes every n-th matching call: 3 strikes the third, sixth, … */
  readonly every?: number | undefined;
  /** Strikes the matching calls with these numbers, from 1. */
  readonly nth?: number | readonly number[] | undefined;
  /** Strikes with this probability, 0 to 1, from the plan's own seeded source. */
  readonly probability?: number | undefined;
  /** Stops after so many strikes. */
  readonly times?: number | undefined;

  /** Error to answer with; with `latencyMs` alone the call goes on after the wait. */
  readonly error?: FaultError | undefined;
  /** Milliseconds on the clock before the call goes on or fails. */
  readonly latencyMs?: number | undefined;
  /** Nobody answers: the connection is dropped (HTTP) or the call fails as a lost connection does in the SDK. */
  readonly outage?: boolean | undefined;
};

/** An error by its KMS name (`ThrottlingException`, `KMSInternalException`, …), or spelled out. */
export type FaultError =
  | string
  | { readonly name: string; readonly message?: string | undefined; readonly statusCode?: number | undefined };

/** One call as the fault rules see it. */
export type FaultCall = {
  readonly operation: string;
  readonly region: string;
  readonly principal: string;
  readonly keyId?: string | undefined;
};

/** What the plan decided for one call: wait, then fail or go on. */
export type Fault = {
  readonly latencyMs: number;
  readonly error?:
    | { readonly name: string; readonly message?: string | undefined; readonly statusCode: number }
    | undefined;
  readonly outage: boolean;
};
