// The three calls to KMS behind symmetric keys, with every check of the answer.

import type { EncryptedDataKey, KeyringDecryptRequest, KeyringEncryptRequest } from '@waxseal/core';
import type { KmsClient, KmsRequestOptions } from './kms-client.ts';
import { KmsError, type KmsOperation } from './kms-error.ts';
import { parseKmsKeyArn } from './kms-key-arn.ts';

/** Provider id of data keys wrapped by a symmetric KMS key. */
export const KMS_PROVIDER_ID = 'aws-kms';

/** A data key fresh from KMS, with its wrapped form. */
export type GeneratedDataKey = { readonly dataKey: Uint8Array; readonly encryptedDataKey: EncryptedDataKey };

/** What all calls for one data key share. */
export type KmsCall = {
  /** Sent to KMS as it is. */
  readonly keyId: string;
  readonly grantTokens: readonly string[] | undefined;
};

/**
 * Makes a data key of the suite's length.
 *
 * @returns A buffer that the receiver owns and wipes; the SDK's own is wiped here.
 * @throws KmsError
 */
export async function generateDataKey(
  kms: Pick<KmsClient, 'generateDataKey'>,
  call: KmsCall,
  request: KeyringEncryptRequest,
): Promise<GeneratedDataKey> {
  const length = request.algorithmSuite.dataKeyLength;
  const answer = await callKms('GenerateDataKey', call.keyId, request, (options) =>
    kms.generateDataKey({ ...sharedInput(call, request), NumberOfBytes: length }, options),
  );
  const dataKey = takePlaintext(answer.Plaintext, length, 'GenerateDataKey', call.keyId);
  try {
    return { dataKey, encryptedDataKey: toEncryptedDataKey(answer, 'GenerateDataKey', call.keyId) };
  } catch (error) {
    dataKey.fill(0);
    throw error;
  }
}

/**
 * Wraps a data key that somebody else made.
 *
 * @throws KmsError
 */
export async function wrapDataKey(
  kms: Pick<KmsClient, 'encrypt'>,
  call: KmsCall,
  dataKey: Uint8Array,
  request: KeyringEncryptRequest,
): Promise<EncryptedDataKey> {
  const answer = await callKms('Encrypt', call.keyId, request, (options) =>
    kms.encrypt({ ...sharedInput(call, request), Plaintext: dataKey }, options),
  );
  return toEncryptedDataKey(answer, 'Encrypt', call.keyId);
}

/**
 * Unwraps a data key; always says under which key, and compares that with the answer.
 *
 * @throws KmsError
 */
export async function unwrapDataKey(
  kms: Pick<KmsClient, 'decrypt'>,
  call: KmsCall,
  ciphertext: Uint8Array,
  request: KeyringDecryptRequest,
): Promise<Uint8Array> {
  const answer = await callKms('Decrypt', call.keyId, request, (options) =>
    kms.decrypt({ ...sharedInput(call, request), CiphertextBlob: ciphertext }, options),
  );
  const length = request.algorithmSuite.dataKeyLength;
  const dataKey = takePlaintext(answer.Plaintext, length, 'Decrypt', call.keyId);
  if (answer.KeyId === call.keyId) return dataKey;
  dataKey.fill(0);
  throw new KmsError('unexpectedAnswer', 'Decrypt', call.keyId, 'KMS used another key');
}

/**
 * Makes one call: the caller's signal and priority go with it, and what it throws becomes a `KmsError`.
 *
 * @throws KmsError. The signal's reason once it is aborted.
 */
export async function callKms<Answer>(
  operation: KmsOperation,
  keyId: string,
  request: Pick<KeyringEncryptRequest, 'signal' | 'priority'>,
  send: (options: KmsRequestOptions) => Promise<Answer>,
): Promise<Answer> {
  request.signal?.throwIfAborted();
  try {
    const abort = request.signal === undefined ? {} : { abortSignal: request.signal };
    return await send({ ...abort, priority: request.priority });
  } catch (cause) {
    request.signal?.throwIfAborted();
    throw KmsError.from(cause, operation, keyId);
  }
}

/**
 * Moves secret bytes out of an answer: a fresh buffer, and the answer's own is wiped.
 *
 * @throws KmsError when they are missing or not `length` bytes long.
 */
export function takePlaintext(
  bytes: Uint8Array | undefined,
  length: number,
  operation: KmsOperation,
  keyId: string,
): Uint8Array {
  const copy = bytes?.length === length ? Uint8Array.from(bytes) : undefined;
  bytes?.fill(0);
  if (copy !== undefined) return copy;
  throw new KmsError('unexpectedAnswer', operation, keyId, `plaintext is not ${length} bytes long`);
}

// A copy of the context, since the port takes a mutable one; `__proto__` stays a key like any other.
function sharedInput(call: KmsCall, request: KeyringEncryptRequest | KeyringDecryptRequest) {
  const grants = call.grantTokens === undefined ? {} : { GrantTokens: [...call.grantTokens] };
  return { KeyId: call.keyId, EncryptionContext: { ...request.encryptionContext }, ...grants };
}

type WrapAnswer = { readonly CiphertextBlob?: Uint8Array | undefined; readonly KeyId?: string | undefined };

function toEncryptedDataKey(answer: WrapAnswer, operation: KmsOperation, keyId: string): EncryptedDataKey {
  const { CiphertextBlob: ciphertext, KeyId: arn = '' } = answer;
  if (parseKmsKeyArn(arn) === undefined) {
    throw new KmsError('unexpectedAnswer', operation, keyId, 'KeyId is not a key ARN');
  }
  if (parseKmsKeyArn(keyId) !== undefined && arn !== keyId) {
    throw new KmsError('unexpectedAnswer', operation, keyId, 'KMS used another key');
  }
  if (ciphertext === undefined || ciphertext.length === 0) {
    throw new KmsError('unexpectedAnswer', operation, keyId, 'no ciphertext');
  }
  const providerInfo = new TextEncoder().encode(arn);
  return { providerId: KMS_PROVIDER_ID, providerInfo, ciphertext: Uint8Array.from(ciphertext) };
}
