// Scripted faults, as data.

import type { OperationName } from '../engine/operation-types.ts';
import { requireOperationName } from '../engine/require-operation-name.ts';
import { type OptionNames, refuseUnknownOptions } from '../known-options.ts';

/**
 * One rule. It looks at the calls that pass its filters (`operation`, `region`, `principal`, `keyId`), counts them from
 * 1, and strikes those that its schedule (`every`, `nth`, `probability`) names; without a schedule, all of them.
 */
export type FaultRule = {
  /** Operation names; absent, or `*`: all. */
  readonly operation?: OperationName | '*' | readonly OperationName[] | undefined;
  readonly region?: string | readonly string[] | undefined;
  /** ARN of the caller. */
  readonly principal?: string | undefined;
  /** The key as the caller named it: id, ARN or alias. */
  readonly keyId?: string | undefined;

  /** Strikes every n-th matching call: 3 strikes the third, sixth, … */
  readonly every?: number | undefined;
  /** Strikes the matching calls with these numbers, from 1. */
  readonly nth?: number | readonly number[] | undefined;
  /** Strikes with this probability, above 0 and up to 1, from the plan's own seeded source. */
  readonly probability?: number | undefined;
  /** Stops after so many strikes. */
  readonly times?: number | undefined;

  /** Error to answer with. With `latencyMs` it comes after the wait; without it the call goes on after the wait. */
  readonly error?: FaultError | undefined;
  /** Milliseconds on the engine's clock. */
  readonly latencyMs?: number | undefined;
  /** Nobody answers: the connection is lost. */
  readonly outage?: boolean | undefined;
};

/** An error by its KMS name (`ThrottlingException`, `KMSInternalException`, …), or spelled out. */
export type FaultError =
  | string
  | { readonly name: string; readonly message?: string | undefined; readonly statusCode?: number | undefined };

type SpelledOutError = Exclude<FaultError, string>;

const FIELDS: OptionNames<FaultRule> = {
  operation: true,
  region: true,
  principal: true,
  keyId: true,
  every: true,
  nth: true,
  probability: true,
  times: true,
  error: true,
  latencyMs: true,
  outage: true,
};
const ERROR_FIELDS: OptionNames<SpelledOutError> = { name: true, message: true, statusCode: true };

/**
 * Checks a rule, also one that came as JSON.
 *
 * @param place - How errors call it, such as `faults[0]`.
 * @throws TypeError or RangeError naming the field.
 */
export function checkFaultRule(rule: unknown, place: string): FaultRule {
  refuseUnknownOptions(rule, FIELDS, place);
  requireOperations((rule as FaultRule).operation, `${place}.operation`);
  const { error, latencyMs, outage, every, times, probability, nth } = rule as FaultRule;
  if (error === undefined && latencyMs === undefined && outage !== true) {
    throw new TypeError(`${place} does nothing: give error, latencyMs or outage`);
  }
  for (const [field, value] of [
    ['every', every],
    ['times', times],
    ['nth', nth],
  ] as const) {
    if (![value ?? 1].flat().every((count) => Number.isSafeInteger(count) && count >= 1)) {
      throw new RangeError(`${place}.${field} is not a whole number from 1`);
    }
  }
  if (latencyMs !== undefined && !(latencyMs >= 0 && latencyMs < 2 ** 31))
    throw new RangeError(`${place}.latencyMs is not a wait`);
  if (probability !== undefined && !(probability > 0 && probability <= 1)) {
    throw new RangeError(`${place}.probability is not above 0 and up to 1`);
  }
  if (error !== undefined && typeof error !== 'string' && typeof error?.name !== 'string') {
    throw new TypeError(`${place}.error is neither a name nor an object with a name`);
  }
  if (typeof error === 'object') refuseUnknownOptions(error, ERROR_FIELDS, `${place}.error`);
  return rule as FaultRule;
}

/** A rule for an operation that KMS does not have would never strike, and the test around it prove nothing. */
function requireOperations(operation: FaultRule['operation'], place: string): void {
  if (operation === undefined || operation === '*') return;
  for (const name of [operation].flat()) requireOperationName(name, place);
}
