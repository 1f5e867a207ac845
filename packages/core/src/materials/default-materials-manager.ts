// The manager that asks its keyring once for every message.

import { engine } from '#engine';
import { isBytes, wipe } from '../bytes.ts';
import { assertMayDecrypt, assertMayEncrypt, defaultAlgorithmSuite } from '../commitment-policy.ts';
import type { SigningKeyPair } from '../crypto/crypto-engine.ts';
import { type EncryptionContext, mergeContexts, PUBLIC_KEY_CONTEXT_KEY } from '../encryption-context.ts';
import { ContextMismatchError, DataKeyUnavailableError, MalformedMessageError } from '../errors.ts';
import type { AlgorithmSuite } from '../format/algorithm-suites.ts';
import { decodeBase64, encodeBase64 } from '../format/base64.ts';
import { describeEncryptedDataKeys } from './describe-encrypted-data-keys.ts';
import type { Keyring, KeyringEncryptResult } from './keyring.ts';
import type {
  DecryptionMaterials,
  DecryptionMaterialsRequest,
  EncryptionMaterials,
  EncryptionMaterialsRequest,
  MaterialsLease,
  MaterialsManager,
} from './materials-manager.ts';

/**
 * Supplies materials from a keyring: a fresh data key (and signing key pair) for every message encrypted, one request to
 * the keyring for every message decrypted.
 *
 * Without a requested suite it chooses 0x0578, or 0x0378 under `FORBID_ENCRYPT_ALLOW_DECRYPT`.
 *
 * @see AWS Encryption SDK specification, framework/default-cmm.md
 */
export class DefaultMaterialsManager implements MaterialsManager {
  readonly #keyring: Keyring;

  /** @throws TypeError when `keyring` is not a keyring. */
  constructor(keyring: Keyring) {
    if (typeof keyring?.onEncrypt !== 'function' || typeof keyring.onDecrypt !== 'function') {
      throw new TypeError('keyring must have onEncrypt and onDecrypt');
    }
    this.#keyring = keyring;
  }

  async getEncryptionMaterials(request: EncryptionMaterialsRequest): Promise<MaterialsLease<EncryptionMaterials>> {
    const algorithmSuite = request.algorithmSuite ?? defaultAlgorithmSuite(request.commitmentPolicy);
    assertMayEncrypt(request.commitmentPolicy, algorithmSuite);
    const requiredKeys = request.requiredEncryptionContextKeys ?? [];
    assertHasKeys(request.encryptionContext, requiredKeys);
    const { encryptionContext, pair } = await withSigningKey(algorithmSuite, request.encryptionContext);
    const { signal, priority } = request;
    const made = await this.#keyring.onEncrypt({ algorithmSuite, encryptionContext, signal, priority });
    assertUsable(made, algorithmSuite);
    return wipingLease({
      algorithmSuite,
      encryptionContext,
      requiredEncryptionContextKeys: requiredKeys,
      encryptedDataKeys: made.encryptedDataKeys,
      dataKey: made.dataKey,
      signingKey: pair?.signingKey,
    });
  }

  async getDecryptionMaterials(request: DecryptionMaterialsRequest): Promise<MaterialsLease<DecryptionMaterials>> {
    const { algorithmSuite, encryptedDataKeys, signal, priority } = request;
    assertMayDecrypt(request.commitmentPolicy, algorithmSuite);
    const { encryptionContext, requiredKeys } = reproduceContext(request);
    const verificationKey = readVerificationKey(algorithmSuite, encryptionContext);
    const dataKey = await this.#keyring.onDecrypt({
      algorithmSuite,
      encryptionContext,
      encryptedDataKeys,
      signal,
      priority,
    });
    if (dataKey === undefined) throw noKeyring(request);
    if (!isDataKey(dataKey, algorithmSuite)) {
      wipeIfBytes(dataKey);
      throw new DataKeyUnavailableError(
        `the keyring's data key is not of the ${algorithmSuite.dataKeyLength} bytes of ${algorithmSuite.name}`,
      );
    }
    return wipingLease({
      algorithmSuite,
      encryptionContext,
      requiredEncryptionContextKeys: requiredKeys,
      dataKey,
      verificationKey,
    });
  }
}

/** A lease of materials that nobody else holds: the data key is wiped when it ends. */
function wipingLease<Materials extends { readonly dataKey: Uint8Array }>(
  materials: Materials,
): MaterialsLease<Materials> {
  return { materials, reserve: () => {}, release: () => wipe(materials.dataKey) };
}

function assertHasKeys(context: EncryptionContext, keys: readonly string[]): void {
  const missing = keys.filter((key) => !Object.hasOwn(context, key));
  if (missing.length === 0) return;
  throw new ContextMismatchError(`the encryption context lacks required keys: ${missing.join(', ')}`, missing);
}

async function withSigningKey(
  suite: AlgorithmSuite,
  context: EncryptionContext,
): Promise<{ readonly encryptionContext: EncryptionContext; readonly pair?: SigningKeyPair }> {
  if (Object.hasOwn(context, PUBLIC_KEY_CONTEXT_KEY)) {
    throw new TypeError(`encryptionContext must not have the reserved key "${PUBLIC_KEY_CONTEXT_KEY}"`);
  }
  if (suite.signature === undefined) return { encryptionContext: context };
  const pair = await engine.generateSigningKeyPair(suite.signature.curve);
  const encoded = { [PUBLIC_KEY_CONTEXT_KEY]: encodeBase64(pair.publicKey) };
  return { encryptionContext: mergeContexts(context, encoded), pair };
}

/** A keyring is somebody's code: its answer is checked before a byte is encrypted with it. */
function assertUsable({ dataKey, encryptedDataKeys }: KeyringEncryptResult, suite: AlgorithmSuite): void {
  const areWhole = encryptedDataKeys.every(
    ({ providerId, providerInfo, ciphertext }) =>
      typeof providerId === 'string' && isBytes(providerInfo) && isBytes(ciphertext),
  );
  if (isDataKey(dataKey, suite) && areWhole && encryptedDataKeys.length > 0) return;
  wipeIfBytes(dataKey);
  throw new DataKeyUnavailableError(
    `the keyring must return a data key of ${suite.dataKeyLength} bytes and at least one encrypted data key: provider id as text, provider info and ciphertext as Uint8Array`,
  );
}

function isDataKey(dataKey: unknown, suite: AlgorithmSuite): boolean {
  return isBytes(dataKey) && dataKey.length === suite.dataKeyLength;
}

function wipeIfBytes(dataKey: unknown): void {
  if (isBytes(dataKey)) wipe(dataKey);
}

/** Joins stored and reproduced pairs; those that are not stored become required. */
function reproduceContext({ encryptionContext, reproducedEncryptionContext = {} }: DecryptionMaterialsRequest): {
  readonly encryptionContext: EncryptionContext;
  readonly requiredKeys: readonly string[];
} {
  const reproducedKeys = Object.keys(reproducedEncryptionContext);
  const isStored = (key: string): boolean => Object.hasOwn(encryptionContext, key);
  const different = reproducedKeys.filter(
    (key) => isStored(key) && encryptionContext[key] !== reproducedEncryptionContext[key],
  );
  if (different.length > 0) {
    throw new ContextMismatchError(`the message stores other values for: ${different.join(', ')}`, different);
  }
  return {
    encryptionContext: mergeContexts(encryptionContext, reproducedEncryptionContext),
    requiredKeys: reproducedKeys.filter((key) => !isStored(key)),
  };
}

/** The public key is part of the context, stored or reproduced, exactly when the suite signs. */
function readVerificationKey(suite: AlgorithmSuite, context: EncryptionContext): Uint8Array | undefined {
  const encoded = Object.hasOwn(context, PUBLIC_KEY_CONTEXT_KEY) ? context[PUBLIC_KEY_CONTEXT_KEY] : undefined;
  if (suite.signature === undefined) {
    if (encoded === undefined) return undefined;
    throw new MalformedMessageError(`${suite.name} does not sign, but the encryption context has a public key`);
  }
  const publicKey = encoded === undefined ? undefined : decodeBase64(encoded);
  if (publicKey?.length !== suite.signature.publicKeyLength) {
    throw new MalformedMessageError(`${suite.name} signs, but the encryption context has no public key for it`);
  }
  return publicKey;
}

function noKeyring({ encryptedDataKeys }: DecryptionMaterialsRequest): DataKeyUnavailableError {
  return new DataKeyUnavailableError(
    `none of the message's encrypted data keys (${describeEncryptedDataKeys(encryptedDataKeys)}) belongs to this keyring: check key ids, namespace and name, and filters`,
  );
}
