// Key policies as texts: the default one, and the checks before one is stored.

import { type Invocation, nextPutKeyPolicy } from './invocation.ts';
import { rootArn } from './key-identifier.ts';
import type { LocalKey } from './key-record.ts';
import { KmsServiceError } from './kms-service-error.ts';
import type { Input } from './operation-types.ts';

/** Bytes of a key policy. */
const MAX_POLICY_LENGTH = 32_768;

/** The policy of a key that is created without one: the account decides by IAM. */
export function defaultKeyPolicy(region: string, account: string): string {
  const statement = {
    Sid: 'Enable IAM User Permissions',
    Effect: 'Allow',
    Principal: { AWS: rootArn(region, account) },
    Action: 'kms:*',
    Resource: '*',
  };
  return JSON.stringify({ Version: '2012-10-17', Id: 'key-default-1', Statement: [statement] }, undefined, 2);
}

/** A policy about to be stored, with the key as it will be. */
export type NewPolicy = { readonly policy: string; readonly key: LocalKey; readonly bypassLockout: boolean };

/**
 * Refuses a policy that is too long, is none, or locks its author out.
 *
 * @throws KmsServiceError LimitExceededException, MalformedPolicyDocumentException.
 */
export function requirePolicy(invocation: Invocation<object>, { policy, key, bypassLockout }: NewPolicy): void {
  const { authorizer } = invocation;
  if (Buffer.byteLength(policy) > MAX_POLICY_LENGTH) {
    throw new KmsServiceError('LimitExceededException', `The policy is longer than ${MAX_POLICY_LENGTH} bytes.`);
  }
  const fault = jsonFault(policy) ?? authorizer.policyFault?.(policy);
  if (fault !== undefined) throw new KmsServiceError('MalformedPolicyDocumentException', fault);
  if (!bypassLockout) requireNoLockout(invocation, policy, key);
}

/** The same for the policy of a request that makes a key, which may leave it out. */
export function requireGivenPolicy(
  invocation: Invocation<Pick<Input<'CreateKey' | 'ReplicateKey'>, 'Policy' | 'BypassPolicyLockoutSafetyCheck'>>,
  key: LocalKey,
): void {
  const { Policy: policy, BypassPolicyLockoutSafetyCheck: bypass } = invocation.input;
  if (policy !== undefined) requirePolicy(invocation, { policy, key, bypassLockout: bypass === true });
}

function jsonFault(policy: string): string | undefined {
  try {
    const document: unknown = JSON.parse(policy);
    if (typeof document === 'object' && document !== null && !Array.isArray(document)) return undefined;
  } catch {
    // Falls through to the one text for whatever is not a JSON object.
  }
  return 'Policy contains invalid JSON';
}

function requireNoLockout(invocation: Invocation<object>, policy: string, key: LocalKey): void {
  if (invocation.authorizer.wouldLockOut?.(policy, nextPutKeyPolicy(invocation, key)) !== true) return;
  throw new KmsServiceError(
    'MalformedPolicyDocumentException',
    'The new key policy will not allow you to update the key policy in the future.',
  );
}
