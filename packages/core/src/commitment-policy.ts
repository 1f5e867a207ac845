import { PolicyViolationError } from './errors.ts';
import type { AlgorithmSuite } from './format/algorithm-suites.ts';

/**
 * Which algorithm suites may be written and read, by whether they commit to the data key.
 *
 * `REQUIRE_ENCRYPT_REQUIRE_DECRYPT` is the default: only committing suites, both ways. `REQUIRE_ENCRYPT_ALLOW_DECRYPT`
 * also reads messages without commitment, `FORBID_ENCRYPT_ALLOW_DECRYPT` writes only such.
 *
 * @see AWS Encryption SDK specification, client-apis/client.md, "Commitment Policy"
 */
export const CommitmentPolicy = {
  FORBID_ENCRYPT_ALLOW_DECRYPT: 'FORBID_ENCRYPT_ALLOW_DECRYPT',
  REQUIRE_ENCRYPT_ALLOW_DECRYPT: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT',
  REQUIRE_ENCRYPT_REQUIRE_DECRYPT: 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT',
} as const;
Object.freeze(CommitmentPolicy);
/** One of the three policies, by the specification's name. */
export type CommitmentPolicy = keyof typeof CommitmentPolicy;

/** @throws PolicyViolationError when the policy does not let this suite be written. */
export function assertMayEncrypt(policy: CommitmentPolicy, suite: AlgorithmSuite): void {
  const mustCommit = policy !== 'FORBID_ENCRYPT_ALLOW_DECRYPT';
  if (suite.committing === mustCommit) return;
  throw new PolicyViolationError(
    `commitment policy ${policy} ${mustCommit ? 'requires' : 'forbids'} a committing suite when encrypting, got ${suite.name}`,
  );
}

/** @throws PolicyViolationError when the policy does not let messages of this suite be read. */
export function assertMayDecrypt(policy: CommitmentPolicy, suite: AlgorithmSuite): void {
  if (suite.committing || policy !== 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT') return;
  throw new PolicyViolationError(
    `commitment policy ${policy} refuses messages without key commitment, got ${suite.name}; ` +
      "to read it, pass commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT'",
  );
}

/** @returns The given policy, or the default. @throws TypeError for anything that is not one of the three. */
export function checkCommitmentPolicy(policy: CommitmentPolicy | undefined): CommitmentPolicy {
  if (policy === undefined) return CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT;
  if (Object.hasOwn(CommitmentPolicy, policy)) return policy;
  throw new TypeError(`commitmentPolicy must be one of ${Object.keys(CommitmentPolicy).join(', ')}`);
}
