// The beginning of every decryption: policy, expected context, materials, keys, commitment, header tag. In this order.

import { engine } from '#engine';
import { concatBytes } from '../bytes.ts';
import { assertMayDecrypt } from '../commitment-policy.ts';
import type { Aead, Verifier } from '../crypto/crypto-engine.ts';
import { deriveMessageKeys } from '../crypto/message-keys.ts';
import { type EncryptionContext, filterContext } from '../encryption-context.ts';
import {
  ContextMismatchError,
  DecryptionFailedError,
  EnvelopeError,
  LimitExceededError,
  PolicyViolationError,
} from '../errors.ts';
import type { AlgorithmSuite } from '../format/algorithm-suites.ts';
import { encodeEncryptionContext } from '../format/encryption-context-codec.ts';
import type { DecodedHeader } from '../format/header-decoder.ts';
import type { MessageHeader } from '../format/message-header.ts';
import { asMaterialsManager } from '../materials/as-materials-manager.ts';
import type { Keyring, RequestPriority } from '../materials/keyring.ts';
import type { DecryptionMaterials, MaterialsManager } from '../materials/materials-manager.ts';
import type { DecryptSettings } from '../message-options.ts';
import { leaseOrAbort } from './lease-or-abort.ts';

/** A message whose header is authentic, with what its body needs. */
export type AuthenticatedHeader = {
  readonly header: MessageHeader;
  /** Everything that was authenticated: stored, reproduced, public key. */
  readonly encryptionContext: EncryptionContext;
  readonly aead: Aead;
  /** Compressed public key, a point of the suite's curve; present exactly when the suite signs. */
  readonly verificationKey: Uint8Array | undefined;
  /** What of the header the signature covers: all of it. */
  readonly signedHeader: readonly Uint8Array[];
  /** Has taken nothing yet; for messages that are read bit by bit. */
  readonly verifier: Verifier | undefined;
};

/**
 * Authenticates a header: after this the message's length fields and context may be trusted, and the data key is gone.
 *
 * @throws PolicyViolationError, LimitExceededError and ContextMismatchError before any keyring is asked;
 *   DataKeyUnavailableError; DecryptionFailedError; ContextMismatchError when context that the caller added is not
 *   authentic; the signal's reason.
 */
export async function authenticateHeader(
  decoded: DecodedHeader,
  keys: Keyring | MaterialsManager,
  settings: DecryptSettings,
  priority: RequestPriority = 'foreground',
): Promise<AuthenticatedHeader> {
  const manager = asMaterialsManager(keys);
  settings.signal?.throwIfAborted();
  assertAllowed(decoded.header, settings);
  const reproduced = compareContext(decoded.header.encryptionContext, settings.encryptionContext);
  try {
    const asked = manager.getDecryptionMaterials({
      commitmentPolicy: settings.commitmentPolicy,
      algorithmSuite: decoded.header.algorithmSuite,
      encryptionContext: decoded.header.encryptionContext,
      reproducedEncryptionContext: settings.encryptionContext,
      encryptedDataKeys: decoded.header.encryptedDataKeys,
      signal: settings.signal,
      priority,
    });
    const lease = await leaseOrAbort(asked, settings.signal);
    try {
      return openHeader(decoded, lease.materials, settings);
    } finally {
      lease.release();
    }
  } catch (error) {
    throw blameAddedContext(error, reproduced);
  }
}

function assertAllowed(header: MessageHeader, settings: DecryptSettings): void {
  assertMayDecrypt(settings.commitmentPolicy, header.algorithmSuite);
  if (settings.signed === 'forbid' && header.algorithmSuite.signature !== undefined) {
    throw new PolicyViolationError("the message is of a signing suite, and signed: 'forbid' was asked for");
  }
  if (header.frameLength > settings.maxFrameLength) throw frameTooLong(settings.maxFrameLength);
}

/** The error for a frame, or non-framed body, over the caller's limit. */
export function frameTooLong(limit: number): LimitExceededError {
  return new LimitExceededError(
    `the message has frames longer than ${limit} bytes; maxFrameLength raises the limit, Infinity lifts it`,
    limit,
  );
}

/** @returns The expected keys that are not stored: they count as required context. */
function compareContext(stored: EncryptionContext, expected: EncryptionContext): readonly string[] {
  const keys = Object.keys(expected);
  const different = keys.filter((key) => Object.hasOwn(stored, key) && stored[key] !== expected[key]);
  if (different.length > 0) {
    throw new ContextMismatchError(
      `the message stores other values than expected for: ${different.join(', ')}`,
      different,
    );
  }
  return keys.filter((key) => !Object.hasOwn(stored, key));
}

function openHeader(
  decoded: DecodedHeader,
  materials: DecryptionMaterials,
  settings: DecryptSettings,
): AuthenticatedHeader {
  const { header, body, iv, tag } = decoded;
  const suite = header.algorithmSuite;
  assertUsable(materials, header, settings);
  const { aead, commitment } = deriveMessageKeys(engine, suite, materials.dataKey, header.messageId);
  if (commitment !== undefined && !engine.timingSafeEqual(commitment, header.commitment ?? new Uint8Array(0))) {
    throw new DecryptionFailedError();
  }
  const required = filterContext(materials.encryptionContext, (key) =>
    materials.requiredEncryptionContextKeys.includes(key),
  );
  if (!aead.open(iv, concatBytes([body, encodeEncryptionContext(required)]), [], tag, []))
    throw new DecryptionFailedError();
  const verifier = createVerifier(suite, materials);
  const signedHeader = suite.messageVersion === 1 ? [body, iv, tag] : [body, tag];
  const { encryptionContext, verificationKey } = materials;
  return { header: { ...header, verified: true }, encryptionContext, aead, verificationKey, signedHeader, verifier };
}

/** A manager is somebody's code: its answer is checked before a byte is decrypted with it. */
function assertUsable(materials: DecryptionMaterials, header: MessageHeader, settings: DecryptSettings): void {
  const suite = header.algorithmSuite;
  assertMayDecrypt(settings.commitmentPolicy, materials.algorithmSuite);
  const consistent =
    materials.algorithmSuite.id === suite.id &&
    materials.dataKey.length === suite.dataKeyLength &&
    (materials.verificationKey !== undefined) === (suite.signature !== undefined) &&
    materials.requiredEncryptionContextKeys.every((key) => Object.hasOwn(materials.encryptionContext, key));
  if (!consistent)
    throw new TypeError('the materials manager returned materials that contradict each other or the message');
}

/** The header is authentic by now: an impossible key is a failed authentication like any other. */
function createVerifier({ signature }: AlgorithmSuite, materials: DecryptionMaterials): Verifier | undefined {
  if (signature === undefined || materials.verificationKey === undefined) return undefined;
  const verifier = engine.createVerifier(signature.curve, materials.verificationKey);
  if (verifier === undefined) throw new DecryptionFailedError();
  return verifier;
}

/** Where pairs were added that the message does not store, a failure is most likely theirs: name their keys. */
function blameAddedContext(error: unknown, addedKeys: readonly string[]): unknown {
  const isMismatch =
    EnvelopeError.is(error) &&
    error.category === 'mismatch' &&
    (error.code === 'ERR_DATA_KEY_UNAVAILABLE' || error.code === 'ERR_DECRYPTION_FAILED');
  if (addedKeys.length === 0 || !isMismatch) return error;
  const message = `the message could not be authenticated with the context keys that it does not store: ${addedKeys.join(', ')}`;
  return new ContextMismatchError(message, addedKeys, error);
}
