import { PolicyViolationError } from './errors.ts';
import { type AlgorithmSuite, algorithmSuites } from './format/algorithm-suites.ts';

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

/** @returns The suite that is written under a policy where none is asked for. */
export function defaultAlgorithmSuite(policy: CommitmentPolicy): AlgorithmSuite {
  // Where commitment is forbidden the specification's text names 0x0078; every implementation takes 0x0378, and so do we.
  return policy === 'FORBID_ENCRYPT_ALLOW_DECRYPT'
    ? algorithmSuites.ALG_AES_256_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384
    : algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384;
}

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
