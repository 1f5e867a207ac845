// From a configuration and options to what the library takes.

import {
  type AlgorithmSuiteName,
  type CommitmentPolicy,
  type DecryptOptions,
  type EncryptOptions,
  type Keyring,
  type MaterialsManager,
  RequiredContextMaterialsManager,
} from 'waxseal';
import type { Configuration } from './configuration.ts';
import { copyPairs, type Pairs } from './option-parsers.ts';
import type { Session } from './session.ts';
import { UsageError } from './usage-error.ts';

/** Options of commands that open messages. */
export type OpeningOptions = {
  readonly maxEncryptedDataKeys?: number | undefined;
  readonly maxFrameLength?: number | undefined;
  readonly maxHeaderLength?: number | undefined;
  readonly maxPlaintextLength?: number | undefined;
  readonly unsignedOnly?: boolean | undefined;
};

/** @returns The pairs of `--context` and `--require` together. @throws UsageError for a key in both. */
export function allPairs({ context = {}, require = {} }: Configuration): Pairs {
  const twice = Object.keys(context).find((key) => Object.hasOwn(require, key));
  if (twice !== undefined) throw new UsageError(`"${twice}" is given by --context and by --require: choose one`);
  return copyPairs({ ...context, ...require });
}

/** Keys that keep the pairs of `--require` out of messages when encrypting, and ask for them when decrypting. */
export function withRequiredContext(
  keys: Keyring | MaterialsManager,
  { require = {} }: Configuration,
): Keyring | MaterialsManager {
  const requiredKeys = Object.keys(require);
  return requiredKeys.length === 0 ? keys : new RequiredContextMaterialsManager({ source: keys, requiredKeys });
}

/** Suite, frames and policy, as a configuration fixes them. */
export function suiteOptions({ suite, frameLength, commitmentPolicy }: Configuration): EncryptOptions {
  return {
    algorithmSuite: suite as AlgorithmSuiteName | undefined,
    frameLength,
    commitmentPolicy: commitmentPolicy as CommitmentPolicy | undefined,
  };
}

/** All options of encrypting. */
export function encryptOptions(configuration: Configuration, session: Session): EncryptOptions {
  return { ...suiteOptions(configuration), encryptionContext: allPairs(configuration), signal: session.signal };
}

/** All options of decrypting. */
export function decryptOptions(
  configuration: Configuration,
  options: OpeningOptions,
  session: Session,
): DecryptOptions {
  const { maxEncryptedDataKeys, maxFrameLength, maxHeaderLength, maxPlaintextLength } = options;
  return {
    encryptionContext: allPairs(configuration),
    commitmentPolicy: configuration.commitmentPolicy as CommitmentPolicy | undefined,
    maxEncryptedDataKeys,
    maxFrameLength,
    maxHeaderLength,
    maxPlaintextLength,
    signed: options.unsignedOnly ? 'forbid' : 'allow',
    signal: session.signal,
  };
}
