// Rules between the members of one request, checked with its shape, before any key is looked up.

import { requireConstraintSize } from './grant-form.ts';
import { KmsServiceError } from './kms-service-error.ts';
import type { Input, OperationName } from './operation-types.ts';

type Request = Readonly<Record<string, unknown>>;

const dataKeyLength = (input: Request): void => {
  if ((input['KeySpec'] === undefined) !== (input['NumberOfBytes'] === undefined)) return;
  throw invalid('Please specify either number of bytes or key spec.');
};

/** Only a dry run may leave the ciphertext out, and then nothing but `KeyId` tells the key. */
const optionalCiphertext = (keyIdMember: string) => (input: Request) => {
  const modifiers = Array.isArray(input['DryRunModifiers']) ? (input['DryRunModifiers'] as readonly unknown[]) : [];
  if (modifiers.length > 0 && input['DryRun'] !== true)
    throw invalid('DryRunModifiers can be specified only when DryRun is true.');
  if (modifiers.length === 0 && input['CiphertextBlob'] === undefined) {
    throw invalid(
      "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: Member must not be null",
    );
  }
  if (modifiers.length > 0 && input[keyIdMember] === undefined) {
    throw invalid(`${keyIdMember} is required when the DryRun modifier IGNORE_CIPHERTEXT is set.`);
  }
};

/** Nitro attestation is out of scope: answering without it would hand out the plaintext. */
const withoutRecipient = (input: Request): void => {
  if (input['Recipient'] === undefined) return;
  throw new KmsServiceError('UnsupportedOperationException', 'Recipient is not supported by the in-memory KMS.');
};

const randomLength = (input: Request): void => {
  if (input['NumberOfBytes'] === undefined) throw invalid('NumberOfBytes is required.');
};

const onePrincipal = (input: Request): void => {
  if ((input['RetiringPrincipal'] === undefined) !== (input['RetiringServicePrincipal'] === undefined)) return;
  throw invalid('Exactly one of RetiringPrincipal and RetiringServicePrincipal is required.');
};

const tokenOrId = (input: Request): void => {
  const named = input['KeyId'] !== undefined && input['GrantId'] !== undefined;
  if (named !== (input['GrantToken'] !== undefined)) return;
  throw invalid('Either GrantToken, or both KeyId and GrantId, must be specified.');
};

const expiry = (input: Request): void => {
  const expires = input['ExpirationModel'] !== 'KEY_MATERIAL_DOES_NOT_EXPIRE';
  if (expires && input['ValidTo'] === undefined) {
    throw invalid('A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES');
  }
  if (!expires && input['ValidTo'] !== undefined) {
    throw invalid('A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE');
  }
};

const newWithoutId = (input: Request): void => {
  if (input['ImportType'] !== 'NEW_KEY_MATERIAL' || input['KeyMaterialId'] === undefined) return;
  throw invalid('You cannot specify KeyMaterialId when ImportType is NEW_KEY_MATERIAL.');
};

type Rule = (input: Request) => void;

const grantConstraints = (input: Request): void =>
  requireConstraintSize(input['Constraints'] as Input<'CreateGrant'>['Constraints']);

const inputRules: { readonly [Name in OperationName]?: readonly Rule[] } = {
  CreateGrant: [grantConstraints],
  Decrypt: [withoutRecipient, optionalCiphertext('KeyId')],
  DeriveSharedSecret: [withoutRecipient],
  GenerateDataKey: [withoutRecipient, dataKeyLength],
  GenerateDataKeyPair: [withoutRecipient],
  GenerateDataKeyWithoutPlaintext: [dataKeyLength],
  GenerateRandom: [withoutRecipient, randomLength],
  ImportKeyMaterial: [expiry, newWithoutId],
  ListRetirableGrants: [onePrincipal],
  ReEncrypt: [optionalCiphertext('SourceKeyId')],
  RetireGrant: [tokenOrId],
};

/**
 * Checks a request as a whole.
 *
 * @param maxContextLength - Bytes of the keys and values of one encryption context, which AWS bounds by the size of a
 *   request alone. Bounded here, before any policy is held against them.
 * @throws KmsServiceError ValidationException, or UnsupportedOperationException for a `Recipient`.
 */
export function applyInputRules(operation: OperationName, input: Request, maxContextLength: number): void {
  for (const rule of inputRules[operation] ?? []) rule(input);
  for (const member of CONTEXTS) requireContextBound(input[member], maxContextLength);
}

const CONTEXTS = ['EncryptionContext', 'SourceEncryptionContext', 'DestinationEncryptionContext'] as const;

function requireContextBound(context: unknown, max: number): void {
  let length = 0;
  for (const [key, value] of Object.entries((context ?? {}) as Readonly<Record<string, string>>)) {
    length += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (length > max) throw invalid(`The encryption context must not be longer than ${max} bytes.`);
}

function invalid(message: string): KmsServiceError {
  return new KmsServiceError('ValidationException', message);
}
