// Which KMS keys a discovery keyring may call: it takes key ARNs out of messages, which strangers may have written.

import type { KmsArn } from './kms-key-arn.ts';

/** Keys of these accounts in one partition, or `'any'`: whatever key the message names. */
export type KmsDiscoveryFilter =
  | {
      /** `aws`, `aws-cn`, `aws-us-gov` … */
      readonly partition: string;
      /** Account ids of twelve digits; at least one. */
      readonly accounts: readonly string[];
    }
  | 'any';

/** Tells whether a key may be called. */
export type KmsKeyTest = (arn: KmsArn) => boolean;

/**
 * Turns a filter into a test.
 *
 * @throws TypeError when it is missing or incomplete: no filter is a decision, to be spelt `'any'`.
 */
export function discoveryTest(filter: KmsDiscoveryFilter): KmsKeyTest {
  if (filter === 'any') return () => true;
  const { partition, accounts } = filter ?? {};
  const wellFormed =
    Array.isArray(accounts) &&
    accounts.length > 0 &&
    accounts.every((account) => typeof account === 'string' && /^\d{12}$/.test(account));
  if (typeof partition !== 'string' || partition === '' || !wellFormed) {
    throw new TypeError("filter must be { partition, accounts: ['111122223333', …] }, or 'any' for every account");
  }
  const allowed = new Set(accounts);
  return (arn) => arn.partition === partition && allowed.has(arn.account);
}

/** Copies a checked filter, to be shown. */
export function copyFilter(filter: KmsDiscoveryFilter): KmsDiscoveryFilter {
  return filter === 'any' ? filter : { partition: filter.partition, accounts: [...filter.accounts] };
}
