// Condition keys that come from the parameters of a request.

import type { AccessRequest } from '../engine/access-request.ts';
import type { ConditionValues } from './condition-values.ts';

type Input = Readonly<Record<string, unknown>>;

/** Adds the condition keys that the request's parameters make. Source: KMS Developer Guide, "AWS KMS condition keys". */
export function requestConditionValues(values: ConditionValues, request: AccessRequest): void {
  const { input } = request;
  const operation = request.action.slice('kms:'.length);
  addEncryptionContext(values, encryptionContextOf(request, operation));
  values.add('kms:EncryptionAlgorithm', encryptionAlgorithmOf(input, operation));
  if (operation === 'CreateKey') addNewKey(values, input);
  if (operation === 'CreateGrant') addGrant(values, input);
  addConstraintTypes(values, grantConstraintsOf(request, operation));
  // True only where an AWS service asks on the caller's behalf; the engine may state it otherwise.
  if (FOR_AWS_RESOURCES.has(operation)) {
    values.add('kms:GrantIsForAWSResource', values.get('kms:ViaService') !== undefined);
  }
  if (operation === 'Sign' || operation === 'Verify')
    values.add('kms:MessageType', text(input['MessageType']) ?? 'RAW');
  addTags(values, input);
  for (const [parameter, key, operations] of PARAMETER_KEYS) {
    if (operations.includes(operation)) values.add(key, scalar(input[parameter]));
  }
  if (operation === 'ScheduleKeyDeletion') {
    values.add('kms:ScheduleKeyDeletionPendingWindowInDays', scalar(input['PendingWindowInDays']) ?? '30');
  }
}

/** Parameter, condition key, the actions that have it. The key is absent where the parameter is not sent. */
const PARAMETER_KEYS: readonly (readonly [string, string, readonly string[]])[] = [
  ['SigningAlgorithm', 'kms:SigningAlgorithm', ['Sign', 'Verify']],
  ['MacAlgorithm', 'kms:MacAlgorithm', ['GenerateMac', 'VerifyMac']],
  ['KeyAgreementAlgorithm', 'kms:KeyAgreementAlgorithm', ['DeriveSharedSecret']],
  ['KeyPairSpec', 'kms:DataKeyPairSpec', ['GenerateDataKeyPair', 'GenerateDataKeyPairWithoutPlaintext']],
  ['PrimaryRegion', 'kms:PrimaryRegion', ['UpdatePrimaryRegion']],
  ['ReplicaRegion', 'kms:ReplicaRegion', ['ReplicateKey']],
  ['RotationPeriodInDays', 'kms:RotationPeriodInDays', ['EnableKeyRotation']],
  ['BypassPolicyLockoutSafetyCheck', 'kms:BypassPolicyLockoutSafetyCheck', ['CreateKey', 'PutKeyPolicy']],
  ['ExpirationModel', 'kms:ExpirationModel', ['ImportKeyMaterial']],
  ['ValidTo', 'kms:ValidTo', ['ImportKeyMaterial']],
  ['WrappingAlgorithm', 'kms:WrappingAlgorithm', ['GetParametersForImport']],
  ['WrappingKeySpec', 'kms:WrappingKeySpec', ['GetParametersForImport']],
];

const FOR_AWS_RESOURCES: ReadonlySet<string> = new Set(['CreateGrant', 'ListGrants', 'RevokeGrant']);

const CONTEXT_OPERATIONS: ReadonlySet<string> = new Set([
  'Encrypt',
  'Decrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
]);

/** Whether an action takes an encryption context, so that context conditions and constraints bear on it. */
export function takesEncryptionContext(action: string): boolean {
  return CONTEXT_OPERATIONS.has(action);
}

function encryptionContextOf(request: AccessRequest, action: string): Readonly<Record<string, string>> | undefined {
  if (takesEncryptionContext(action)) return request.encryptionContext;
  const { equals, subset } = grantConstraintsOf(request, action);
  return equals ?? subset;
}

type StringMap = Readonly<Record<string, string>>;
type ContextConstraints = { readonly equals?: StringMap | undefined; readonly subset?: StringMap | undefined };

/** The context constraints of the grant that an action is about: the one to be made, or the one to be retired. */
function grantConstraintsOf({ input, grant }: AccessRequest, action: string): ContextConstraints {
  if (action === 'RetireGrant') {
    const { encryptionContextEquals: equals, encryptionContextSubset: subset } = grant?.constraints ?? {};
    return { equals, subset };
  }
  if (action !== 'CreateGrant') return {};
  const { EncryptionContextEquals: equals, EncryptionContextSubset: subset } = fields(input['Constraints']);
  return { equals: stringMap(equals), subset: stringMap(subset) };
}

/** The types of context constraints alone: SourceArn has a key of its own. */
function addConstraintTypes(values: ConditionValues, { equals, subset }: ContextConstraints): void {
  if (equals !== undefined) values.add('kms:GrantConstraintType', 'EncryptionContextEquals');
  if (subset !== undefined) values.add('kms:GrantConstraintType', 'EncryptionContextSubset');
}

function addEncryptionContext(values: ConditionValues, context: Readonly<Record<string, string>> | undefined): void {
  const pairs = Object.entries(context ?? {});
  for (const [key, value] of pairs) values.add(`kms:EncryptionContext:${key}`, value);
  if (pairs.length > 0)
    values.add(
      'kms:EncryptionContextKeys',
      pairs.map(([key]) => key),
    );
}

function encryptionAlgorithmOf(input: Input, action: string): string | undefined {
  if (!takesEncryptionContext(action)) return undefined;
  const parameter =
    action === 'ReEncryptFrom'
      ? 'SourceEncryptionAlgorithm'
      : action === 'ReEncryptTo'
        ? 'DestinationEncryptionAlgorithm'
        : 'EncryptionAlgorithm';
  return text(input[parameter]) ?? 'SYMMETRIC_DEFAULT';
}

/** Each under its name of today and under the deprecated one, which policies may still use. */
export function addSpecAndUsage(values: ConditionValues, spec: string, usage: string): void {
  values.add('kms:KeySpec', spec);
  values.add('kms:CustomerMasterKeySpec', spec);
  values.add('kms:KeyUsage', usage);
  values.add('kms:CustomerMasterKeyUsage', usage);
}

function addNewKey(values: ConditionValues, input: Input): void {
  const spec = text(input['KeySpec']) ?? text(input['CustomerMasterKeySpec']) ?? 'SYMMETRIC_DEFAULT';
  addSpecAndUsage(values, spec, text(input['KeyUsage']) ?? 'ENCRYPT_DECRYPT');
  values.add('kms:KeyOrigin', text(input['Origin']) ?? 'AWS_KMS');
  values.add('kms:MultiRegion', input['MultiRegion'] === true);
  if (input['MultiRegion'] === true) values.add('kms:MultiRegionKeyType', 'PRIMARY');
}

function addGrant(values: ConditionValues, input: Input): void {
  const constraints = fields(input['Constraints']);
  values.add('kms:GrantOperations', texts(input['Operations']));
  values.add('kms:GranteePrincipal', text(input['GranteePrincipal']));
  values.add('kms:GranteeServicePrincipal', text(input['GranteeServicePrincipal']));
  values.add('kms:RetiringPrincipal', text(input['RetiringPrincipal']));
  values.add('kms:RetiringServicePrincipal', text(input['RetiringServicePrincipal']));
  values.add('kms:GrantConstraintSourceArn', text(constraints['SourceArn']));
}

function addTags(values: ConditionValues, input: Input): void {
  const tags = Array.isArray(input['Tags']) ? input['Tags'].map(fields) : [];
  for (const tag of tags) values.add(`aws:RequestTag/${String(tag['TagKey'])}`, String(tag['TagValue']));
  const keys = [...tags.map((tag) => String(tag['TagKey'])), ...(texts(input['TagKeys']) ?? [])];
  if (keys.length > 0) values.add('aws:TagKeys', keys);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function texts(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined;
}

/** Dates as seconds since 1970, which numeric operators compare and date operators read. */
function scalar(value: unknown): string | undefined {
  if (value instanceof Date) return String(value.getTime() / 1000);
  return value === undefined || value === null ? undefined : String(value);
}

function stringMap(value: unknown): StringMap | undefined {
  return value === undefined || value === null ? undefined : (fields(value) as StringMap);
}

function fields(value: unknown): Input {
  return typeof value === 'object' && value !== null ? (value as Input) : {};
}
