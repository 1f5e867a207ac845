// The AWS Encryption SDK for JavaScript, with a raw AES keyring.

import {
  AlgorithmSuiteIdentifier,
  buildClient,
  CommitmentPolicy,
  RawAesKeyringNode,
  RawAesWrappingSuiteIdentifier,
} from '@aws-crypto/client-node';
import { masterKey } from './keys.ts';

const isolated = new Uint8Array(masterKey);

/** The same wrapping key as ours. */
export const officialKeyring: RawAesKeyringNode = new RawAesKeyringNode({
  keyNamespace: 'benchmarks',
  keyName: 'raw',
  unencryptedMasterKey: isolated,
  wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
});

/** Its client under the policy that is everybody's default. */
export const official: ReturnType<typeof buildClient> = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);

/** Its names of the suites 0x0478 and 0x0578. */
export const officialSuites = {
  unsigned: AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY,
  signed: AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY_ECDSA_P384,
} as const;
