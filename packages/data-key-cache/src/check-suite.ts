import { type AlgorithmSuite, algorithmSuites, type CommitmentPolicy, PolicyViolationError } from '@waxseal/core';

/** Whether messages are encrypted with the data key itself, so that no two may share it. */
export function isIdentitySuite(suite: AlgorithmSuite | undefined): boolean {
  return suite !== undefined && suite.kdfHash === undefined;
}

/** @returns The suite that core's default manager chooses where none is asked for. */
export function defaultSuite(policy: CommitmentPolicy): AlgorithmSuite {
  return policy === 'FORBID_ENCRYPT_ALLOW_DECRYPT'
    ? algorithmSuites.ALG_AES_256_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384
    : algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384;
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
  const isAsked = asked === undefined || asked.id === suite.id;
  if (isAsked && (operation === 'encrypt' ? mayEncrypt(policy, suite) : mayDecrypt(policy, suite))) return;
  throw new PolicyViolationError(`materials of ${suite.name} do not fit the suite and commitment policy asked for`);
}

function mayEncrypt(policy: CommitmentPolicy, suite: AlgorithmSuite): boolean {
  return suite.committing === (policy !== 'FORBID_ENCRYPT_ALLOW_DECRYPT');
}

function mayDecrypt(policy: CommitmentPolicy, suite: AlgorithmSuite): boolean {
  return suite.committing || policy !== 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT';
}
