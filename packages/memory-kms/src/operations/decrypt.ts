import { invalidCiphertext, parseBlob } from '../engine/ciphertext-blob.ts';
import type { FreeHandler } from '../engine/handler.ts';
import {
  authorize,
  currentMaterial,
  endDryRun,
  type Invocation,
  type KeyTarget,
  keyResource,
  noteUse,
} from '../engine/invocation.ts';
import { keyArn } from '../engine/key-identifier.ts';
import type { LocalKey } from '../engine/key-record.ts';
import { requireState } from '../engine/key-state.ts';
import { KmsServiceError } from '../engine/kms-service-error.ts';
import { resolveKey } from '../engine/resolve-key.ts';
import { decryptRsa } from '../engine/rsa-cipher.ts';
import { isSealedUnder, openUnder } from '../engine/symmetric-cipher.ts';
import { refuseContext, requireAlgorithm } from '../engine/usage-check.ts';

const NAMING = { keyIdForms: 'keyOrAlias', crossAccount: true } as const;

/** One decryption: the request's own, or the first half of ReEncrypt. */
export type Decryption = {
  readonly action: 'kms:Decrypt' | 'kms:ReEncryptFrom';
  readonly keyId: string | undefined;
  readonly ciphertext: Uint8Array | undefined;
  readonly algorithm: string;
  readonly context: Readonly<Record<string, string>> | undefined;
  readonly ignoreCiphertext: boolean;
  readonly conditionValues?: Readonly<Record<string, string>> | undefined;
};

/** What was opened, under which key and material. */
export type Opened = {
  readonly key: LocalKey;
  readonly plaintext: Uint8Array;
  readonly materialId?: string | undefined;
};

/** Decrypts. Without a `KeyId` the key named inside the blob is found, and judged like any other. */
export const decrypt: FreeHandler<'Decrypt'> = (invocation) => {
  const { input } = invocation;
  const { EncryptionAlgorithm: algorithm = 'SYMMETRIC_DEFAULT' } = input;
  const opened = open(invocation, {
    action: 'kms:Decrypt',
    keyId: input.KeyId,
    ciphertext: input.CiphertextBlob,
    algorithm,
    context: input.EncryptionContext,
    ignoreCiphertext: ignoresCiphertext(input),
  });
  endDryRun(input);
  noteUse(invocation, opened.key);
  if (opened.materialId !== undefined) invocation.trace.additional['keyMaterialId'] = opened.materialId;
  return {
    KeyId: opened.key.arn,
    Plaintext: opened.plaintext,
    EncryptionAlgorithm: algorithm,
    ...(opened.materialId === undefined ? {} : { KeyMaterialId: opened.materialId }),
  };
};

/** Whether a dry run asks to leave the ciphertext out of account. */
export function ignoresCiphertext(input: { readonly DryRunModifiers?: readonly string[] | undefined }): boolean {
  return input.DryRunModifiers?.includes('IGNORE_CIPHERTEXT') === true;
}

/** Finds the key, asks whether the caller may, checks it and opens the ciphertext. */
export function open(invocation: Invocation<object>, request: Decryption): Opened {
  if (request.algorithm !== 'SYMMETRIC_DEFAULT') return openAsymmetric(invocation, request);
  return openSymmetric(invocation, request);
}

function keyIdNeeded(): KmsServiceError {
  return new KmsServiceError('ValidationException', 'KeyId is required for this request.');
}

function openAsymmetric(invocation: Invocation<object>, request: Decryption): Opened {
  const { keyId, algorithm, ciphertext, context } = request;
  if (keyId === undefined) throw keyIdNeeded();
  const { key } = namedKey(invocation, request, keyId);
  requireState(key, 'use', invocation.now);
  requireDecryptable(key);
  requireAlgorithm(key, algorithm);
  refuseContext(context);
  if (ciphertext === undefined) return { key, plaintext: new Uint8Array(0) };
  return { key, plaintext: decryptRsa(currentMaterial(key).bytes, algorithm, ciphertext) };
}

function openSymmetric(invocation: Invocation<object>, request: Decryption): Opened {
  const { ciphertext, context, keyId } = request;
  const { key } = keyId === undefined ? keyOfBlob(invocation, request) : namedKey(invocation, request, keyId);
  requireState(key, 'use', invocation.now);
  requireDecryptable(key);
  requireAlgorithm(key, 'SYMMETRIC_DEFAULT');
  if (request.ignoreCiphertext || ciphertext === undefined) return { key, plaintext: new Uint8Array(0) };
  const blob = parseBlob(ciphertext);
  if (!isSealedUnder(blob, key)) throw incorrectKey();
  return { key, plaintext: openUnder(key, blob, context), materialId: blob.materialId };
}

function namedKey(invocation: Invocation<object>, request: Decryption, keyId: string): KeyTarget {
  return resolveKey(invocation, keyId, NAMING, request.action, detailsOf(request));
}

function detailsOf({ context, conditionValues }: Decryption) {
  return { encryptionContext: context, conditionValues };
}

/** The key that the blob names, in the Region of the endpoint and whichever account. */
function keyOfBlob(invocation: Invocation<object>, request: Decryption): KeyTarget {
  const { call, parts, trace } = invocation;
  if (request.ciphertext === undefined) throw invalidCiphertext();
  const { account, keyId } = parseBlob(request.ciphertext);
  const key = parts.store.find(account, call.region, keyId);
  if (key === undefined) {
    const resource = { kind: 'key', arn: keyArn(call.region, account, keyId), aliases: [] } as const;
    authorize(invocation, request.action, resource, detailsOf(request));
    throw lostKey();
  }
  trace.keys.push({ arn: key.arn, account });
  if (key.record.manager !== 'CUSTOMER' && account !== call.caller.account) throw lostKey();
  authorize(invocation, request.action, keyResource(invocation, { key }), detailsOf(request));
  return { key };
}

function lostKey(): KmsServiceError {
  return new KmsServiceError(
    'AccessDeniedException',
    'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are ' +
      'not allowed to access.',
  );
}

function incorrectKey(): KmsServiceError {
  return new KmsServiceError(
    'IncorrectKeyException',
    'The key ID in the request does not identify a CMK that can perform this operation.',
  );
}

/** Decrypt tells a key of another usage from a wrong key by nothing. */
function requireDecryptable({ record }: LocalKey): void {
  if (record.usage !== 'ENCRYPT_DECRYPT') throw incorrectKey();
}
