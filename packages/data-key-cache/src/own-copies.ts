// Copies that nobody else can change: an entry's name and its materials must go on belonging together, though callers may
// write on what they passed in, or on what they were shown.

import type {
  AlgorithmSuite,
  DecryptionMaterialsRequest,
  EncryptedDataKey,
  EncryptionContext,
  EncryptionMaterialsRequest,
} from '@waxseal/core';

/** What an entry's materials depend on: no lengths, since it serves several messages, and no caller's signal. */
export type SharedEncryptionRequest = Pick<
  EncryptionMaterialsRequest,
  'commitmentPolicy' | 'algorithmSuite' | 'encryptionContext' | 'requiredEncryptionContextKeys'
>;
/** As `SharedEncryptionRequest`. */
export type SharedDecryptionRequest = Omit<DecryptionMaterialsRequest, 'signal' | 'priority'>;

/** @param algorithmSuite - The suite asked for, or what is known to be chosen otherwise. */
export function toSharedEncryptionRequest(
  request: EncryptionMaterialsRequest,
  algorithmSuite: AlgorithmSuite | undefined,
): SharedEncryptionRequest {
  return {
    commitmentPolicy: request.commitmentPolicy,
    algorithmSuite,
    encryptionContext: copyContext(request.encryptionContext),
    requiredEncryptionContextKeys: [...(request.requiredEncryptionContextKeys ?? [])],
  };
}

/** The request that decrypting messages share: a copy, without what belongs to one caller (signal, priority). */
export function toSharedDecryptionRequest(request: DecryptionMaterialsRequest): SharedDecryptionRequest {
  const reproduced = request.reproducedEncryptionContext;
  return {
    commitmentPolicy: request.commitmentPolicy,
    algorithmSuite: request.algorithmSuite,
    encryptionContext: copyContext(request.encryptionContext),
    reproducedEncryptionContext: reproduced === undefined ? undefined : copyContext(reproduced),
    encryptedDataKeys: request.encryptedDataKeys.map(copyEncryptedDataKey),
  };
}

/** @returns Materials whose context and required keys can't be changed. */
export function freezeContextOf<
  Materials extends {
    readonly encryptionContext: EncryptionContext;
    readonly requiredEncryptionContextKeys: readonly string[];
  },
>(materials: Materials): Materials {
  return {
    ...materials,
    encryptionContext: copyContext(materials.encryptionContext),
    requiredEncryptionContextKeys: Object.freeze([...materials.requiredEncryptionContextKeys]),
  };
}

/** @returns A frozen context without prototype: the given one where it is that already, as core's own are. */
function copyContext(context: EncryptionContext): EncryptionContext {
  if (Object.isFrozen(context) && Object.getPrototypeOf(context) === null) return context;
  const copy: Record<string, string> = Object.create(null);
  for (const key of Object.keys(context)) copy[key] = context[key] ?? '';
  return Object.freeze(copy);
}

/** @returns A copy with bytes of its own. */
export function copyEncryptedDataKey(key: EncryptedDataKey): EncryptedDataKey {
  const { providerId, providerInfo, ciphertext } = key;
  return { providerId, providerInfo: new Uint8Array(providerInfo), ciphertext: new Uint8Array(ciphertext) };
}
