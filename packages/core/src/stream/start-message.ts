// The beginning of every encryption: materials, message id, keys, header. After it only frames remain.

import { engine } from '#engine';
import { concatBytes } from '../bytes.ts';
import { assertMayEncrypt } from '../commitment-policy.ts';
import type { Aead, SigningKey } from '../crypto/crypto-engine.ts';
import { deriveMessageKeys } from '../crypto/message-keys.ts';
import { filterContext, PUBLIC_KEY_CONTEXT_KEY } from '../encryption-context.ts';
import { LimitExceededError } from '../errors.ts';
import { findAlgorithmSuite } from '../format/algorithm-suites.ts';
import { encodeEncryptionContext } from '../format/encryption-context-codec.ts';
import { encodeHeaderBody } from '../format/header-encoder.ts';
import { type MessageHeader, messageIdLength } from '../format/message-header.ts';
import { IV_LENGTH } from '../limits.ts';
import { asMaterialsManager } from '../materials/as-materials-manager.ts';
import type { Keyring, RequestPriority } from '../materials/keyring.ts';
import type { EncryptionMaterials, MaterialsLease, MaterialsManager } from '../materials/materials-manager.ts';
import type { EncryptSettings } from '../message-options.ts';
import { FrameSealer } from './frame-sealer.ts';
import { leaseOrAbort } from './lease-or-abort.ts';

const ZERO_IV = new Uint8Array(IV_LENGTH);
const NO_BYTES = new Uint8Array(0);

/** What a message under way consists of. */
export type MessageParts = {
  readonly header: MessageHeader;
  /** The header as it goes out, authentication included. */
  readonly headerBytes: readonly Uint8Array[];
  /** Seals under the message's key. */
  readonly aead: Aead;
  readonly frames: FrameSealer;
  /** Present exactly when the suite signs. */
  readonly signingKey: SigningKey | undefined;
  readonly lease: MaterialsLease<EncryptionMaterials>;
  /** Exact bytes of plaintext, where known. */
  readonly plaintextLength: number | undefined;
  readonly maxPlaintextLength: number | undefined;
};

/**
 * Asks for materials and makes the header of a new message.
 *
 * @returns The message's parts. The caller owes the release of the lease.
 * @throws PolicyViolationError, LimitExceededError, whatever the manager throws, and the signal's reason.
 */
export async function startMessage(
  keys: Keyring | MaterialsManager,
  settings: EncryptSettings,
  priority: RequestPriority = 'foreground',
): Promise<MessageParts> {
  const manager = asMaterialsManager(keys);
  settings.signal?.throwIfAborted();
  if (settings.algorithmSuite !== undefined) assertMayEncrypt(settings.commitmentPolicy, settings.algorithmSuite);
  const asked = manager.getEncryptionMaterials({
    commitmentPolicy: settings.commitmentPolicy,
    algorithmSuite: settings.algorithmSuite,
    encryptionContext: settings.encryptionContext,
    requiredEncryptionContextKeys: settings.requiredEncryptionContextKeys,
    plaintextLength: settings.plaintextLength,
    maxPlaintextLength: settings.maxPlaintextLength,
    signal: settings.signal,
    priority,
  });
  const lease = await leaseOrAbort(asked, settings.signal);
  try {
    assertUsable(lease.materials, settings);
    return makeParts(lease, settings);
  } catch (error) {
    lease.release();
    throw error;
  }
}

function makeParts(lease: MaterialsLease<EncryptionMaterials>, settings: EncryptSettings): MessageParts {
  const { materials } = lease;
  const suite = materials.algorithmSuite;
  const messageId = engine.randomBytes(messageIdLength(suite.messageVersion));
  const { aead, commitment } = deriveMessageKeys(engine, suite, materials.dataKey, messageId);
  const isRequired = (key: string): boolean => materials.requiredEncryptionContextKeys.includes(key);
  const stored = filterContext(materials.encryptionContext, (key) => !isRequired(key));
  const required = filterContext(materials.encryptionContext, isRequired);
  const fields = {
    algorithmSuite: suite,
    messageId,
    encryptionContext: stored,
    encryptedDataKeys: materials.encryptedDataKeys,
    frameLength: settings.frameLength,
    ...(commitment === undefined ? {} : { commitment }),
  };
  const body = encodeHeaderBody(fields);
  const tag = aead.seal(ZERO_IV, concatBytes([body, encodeEncryptionContext(required)]), [NO_BYTES], []);
  const headerBytes = suite.messageVersion === 1 ? [body, ZERO_IV.slice(), tag] : [body, tag];
  const header: MessageHeader = {
    version: suite.messageVersion,
    ...fields,
    contentType: 'framed',
    headerLength: headerBytes.reduce((sum, piece) => sum + piece.length, 0),
    verified: true,
  };
  const frames = new FrameSealer(aead, messageId);
  const { plaintextLength, maxPlaintextLength } = settings;
  const { signingKey } = materials;
  return { header, headerBytes, aead, frames, signingKey, lease, plaintextLength, maxPlaintextLength };
}

/** A manager is somebody's code: its answer is checked before a byte is encrypted with it. */
function assertUsable(materials: EncryptionMaterials, settings: EncryptSettings): void {
  const { algorithmSuite: suite, encryptionContext, encryptedDataKeys } = materials;
  assertMayEncrypt(settings.commitmentPolicy, suite);
  if (encryptedDataKeys.length > settings.maxEncryptedDataKeys) {
    throw new LimitExceededError(
      `${encryptedDataKeys.length} encrypted data keys exceed maxEncryptedDataKeys, ${settings.maxEncryptedDataKeys}`,
      settings.maxEncryptedDataKeys,
    );
  }
  const signs = suite.signature !== undefined;
  const consistent =
    findAlgorithmSuite(suite.id)?.name === suite.name &&
    (settings.algorithmSuite === undefined || settings.algorithmSuite.id === suite.id) &&
    encryptedDataKeys.length > 0 &&
    materials.dataKey.length === suite.dataKeyLength &&
    (materials.signingKey !== undefined) === signs &&
    Object.hasOwn(encryptionContext, PUBLIC_KEY_CONTEXT_KEY) === signs &&
    materials.requiredEncryptionContextKeys.every((key) => Object.hasOwn(encryptionContext, key)) &&
    settings.requiredEncryptionContextKeys.every((key) => materials.requiredEncryptionContextKeys.includes(key));
  if (!consistent)
    throw new TypeError('the materials manager returned materials that contradict each other or the request');
}
