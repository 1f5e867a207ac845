// PutKeyPolicy, GetKeyPolicy, ListKeyPolicies: storage; what a policy means is the authorizer's.

import type { KeyHandler } from '../engine/handler.ts';
import { requirePolicy } from '../engine/key-policy.ts';
import { KmsServiceError } from '../engine/kms-service-error.ts';

/** The only policy a key has. */
const POLICY_NAME = 'default';

/** Replaces the key policy, unless it is none or would lock the caller out. */
export const putKeyPolicy: KeyHandler<'PutKeyPolicy'> = (invocation) => {
  const { key, input, parts } = invocation;
  const policy = input.Policy ?? '';
  requirePolicyName(input.PolicyName);
  const bypassLockout = input.BypassPolicyLockoutSafetyCheck === true;
  requirePolicy(invocation, { policy, key, bypassLockout });
  parts.store.putLocal(key, { policy });
  return {};
};

/** The key policy as it was given. */
export const getKeyPolicy: KeyHandler<'GetKeyPolicy'> = ({ key, input }) => {
  requirePolicyName(input.PolicyName);
  return { Policy: key.local.policy, PolicyName: POLICY_NAME };
};

/** Always the one name, on one page. */
export const listKeyPolicies: KeyHandler<'ListKeyPolicies'> = () => ({ PolicyNames: [POLICY_NAME], Truncated: false });

function requirePolicyName(name: string = POLICY_NAME): void {
  if (name !== POLICY_NAME) throw new KmsServiceError('NotFoundException', 'No such policy exists');
}
