// What a grant may say, whoever asks for it.

import type { KeyUsage, LocalKey } from './key-record.ts';
import { KmsServiceError } from './kms-service-error.ts';
import type { Input } from './operation-types.ts';

const anyKey = ['CreateGrant', 'RetireGrant', 'DescribeKey'];
const symmetric = [
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
];

/** The grant operations of asymmetric and HMAC keys, by usage. */
const byUsage: Readonly<Record<KeyUsage, readonly string[]>> = {
  ENCRYPT_DECRYPT: ['Encrypt', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo', 'GetPublicKey'],
  SIGN_VERIFY: ['Sign', 'Verify', 'GetPublicKey'],
  GENERATE_VERIFY_MAC: ['GenerateMac', 'VerifyMac'],
  KEY_AGREEMENT: ['DeriveSharedSecret', 'GetPublicKey'],
  ENCAPSULATE_DECAPSULATE: ['Encapsulate', 'Decapsulate', 'GetPublicKey'],
};

const MAX_PAIRS = 8;
const MAX_PAIR_LENGTH = 384;

/**
 * Bounds the context constraints of a grant to be, of which policies see as much as of an encryption context.
 *
 * @throws KmsServiceError ValidationException.
 */
export function requireConstraintSize(constraints: Input<'CreateGrant'>['Constraints']): void {
  for (const context of [constraints?.EncryptionContextEquals, constraints?.EncryptionContextSubset]) {
    const pairs = Object.entries(context ?? {});
    const isLong = pairs.some(([key, value]) => key.length > MAX_PAIR_LENGTH || value.length > MAX_PAIR_LENGTH);
    if (pairs.length <= MAX_PAIRS && !isLong) continue;
    throw invalid(`A grant constraint has at most ${MAX_PAIRS} pairs, of at most ${MAX_PAIR_LENGTH} characters each.`);
  }
}

/**
 * Refuses a grant with operations that the key can't do, constraints where there is no context, or no grantee.
 *
 * @throws KmsServiceError ValidationException, InvalidArnException.
 */
export function requireGrantForm(key: LocalKey, input: Input<'CreateGrant'>): void {
  requireGrantees(input);
  requireOperations(key, input.Operations ?? []);
  const { EncryptionContextEquals: equals, EncryptionContextSubset: subset } = input.Constraints ?? {};
  if ((equals ?? subset) === undefined || key.record.spec === 'SYMMETRIC_DEFAULT') return;
  throw invalid('Encryption context constraints are valid only for symmetric encryption KMS keys.');
}

function requireGrantees(input: Input<'CreateGrant'>): void {
  const { GranteePrincipal: principal, GranteeServicePrincipal: service } = input;
  if ((principal === undefined) === (service === undefined)) {
    throw invalid('Exactly one of GranteePrincipal and GranteeServicePrincipal is required.');
  }
  const { RetiringPrincipal: retirer, RetiringServicePrincipal: retiringService } = input;
  if (retirer !== undefined && retiringService !== undefined) {
    throw invalid('At most one of RetiringPrincipal and RetiringServicePrincipal may be specified.');
  }
  const retires = retirer !== undefined || retiringService !== undefined;
  if (service !== undefined && (input.Constraints?.SourceArn === undefined || !retires)) {
    throw invalid('A grant to a service principal needs a SourceArn constraint and a retiring principal.');
  }
  for (const arn of [principal, retirer]) if (arn !== undefined) requirePrincipal(arn);
}

/** Accounts (by number or root ARN), users, roles, assumed roles and federated users; nothing else of IAM. */
const PRINCIPAL =
  /^(?:\d{12}|arn:[a-z-]+:iam::\d{12}:(?:root|(?:user|role)\/.+)|arn:[a-z-]+:sts::\d{12}:(?:assumed-role\/[^/]+|federated-user)\/.+)$/;

function requirePrincipal(principal: string): void {
  if (PRINCIPAL.test(principal)) return;
  throw new KmsServiceError('InvalidArnException', `ARN does not refer to a valid principal: ${principal}`);
}

function requireOperations({ record }: LocalKey, operations: readonly string[]): void {
  if (operations.length === 0) throw invalid('At least one operation is required.');
  const possible = [...anyKey, ...(record.spec === 'SYMMETRIC_DEFAULT' ? symmetric : byUsage[record.usage])];
  const impossible = operations.filter((operation) => !possible.includes(operation));
  if (impossible.length === 0) return;
  throw invalid(
    `Grant operations ${impossible.join(', ')} are not valid for a key with KeySpec ${record.spec} and ` +
      `KeyUsage ${record.usage}.`,
  );
}

function invalid(message: string): KmsServiceError {
  return new KmsServiceError('ValidationException', message);
}
