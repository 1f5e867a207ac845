import { type AlgorithmSuite, type CommitmentPolicy, PolicyViolationError } from '@waxseal/core';
import { assertMayDecrypt, assertMayEncrypt } from '@waxseal/core/crypto';

/** Whether messages are encrypted with the data key itself, so that no two may share it. */
export function isIdentitySuite(suite: AlgorithmSuite | undefined): boolean {
  return suite !== undefined && suite.kdfHash === undefined;
}

/**
 * Checks materials against the request that they are about to serve, whoever put them into the store.
 *
 * @param asked - Undefined where the choice was the source's.
 * @throws PolicyViolationError when they are of another suite, or of one that the policy forbids.
 */
export function assertSuite(
  suite: AlgorithmSuite,
  asked: AlgorithmSuite | undefined,
  policy: CommitmentPolicy,
  operation: 'encrypt' | 'decrypt',
): void {
  if (asked !== undefined && asked.id !== suite.id) {
    throw new PolicyViolationError(`materials of ${suite.name} do not fit the suite asked for, ${asked.name}`);
  }
  (operation === 'encrypt' ? assertMayEncrypt : assertMayDecrypt)(policy, suite);
}
