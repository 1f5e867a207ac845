// Who a principal's ARN stands for.

import type { Caller } from './access-request.ts';

const PRINCIPAL = /^arn:[a-z-]+:(?:iam|sts)::(\d{12}):[\w+=,.@:/-]+$/;

/**
 * A caller by the ARN of its principal (user, role, assumed role, federated user, account root).
 *
 * @throws TypeError when it is no such ARN.
 */
export function callerOf(principal: string): Caller {
  const account = PRINCIPAL.exec(principal)?.[1];
  if (account === undefined) throw new TypeError(`not the ARN of an IAM principal: ${principal}`);
  return { principal, account };
}
