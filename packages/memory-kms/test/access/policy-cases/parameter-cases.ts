import { bothEffects, type ConditionRow, type PolicyCase } from './policy-case.ts';

const BYPASS = 'kms:BypassPolicyLockoutSafetyCheck';
const FOR_AWS = 'kms:GrantIsForAWSResource';
const CONSTRAINT = 'kms:GrantConstraintType';
const UNUSED = 'kms:TrailingDaysWithoutKeyUsage';
const viaService = 's3.eu-west-1.amazonaws.com';
const expiring = { input: { ValidTo: new Date('2026-12-01T00:00:00Z') } };
const DECEMBER = String(Date.parse('2026-12-01T00:00:00Z') / 1000);
const constrained = {
  input: { Operations: [], Constraints: { EncryptionContextEquals: { a: 'b' }, SourceArn: 'arn:aws:s3:::bucket' } },
};

/** Condition keys whose value is more than the parameter of the same name. */
const rows: readonly ConditionRow[] = [
  // Absent where it is not sent: the Developer Guide's own statement asks for Null.
  ['Null', BYPASS, 'true', { input: {} }, true, 'PutKeyPolicy'],
  ['Null', BYPASS, 'true', { input: { BypassPolicyLockoutSafetyCheck: false } }, false, 'PutKeyPolicy'],
  ['Bool', BYPASS, 'true', { input: { BypassPolicyLockoutSafetyCheck: true } }, true, 'PutKeyPolicy'],
  ['Bool', BYPASS, 'false', { input: {} }, false, 'PutKeyPolicy'],
  ['Null', BYPASS, 'true', { input: { BypassPolicyLockoutSafetyCheck: true } }, true, 'ReplicateKey'],
  // Unix time, which date operators read as well
  ['NumericLessThanEquals', 'kms:ValidTo', DECEMBER, expiring, true, 'ImportKeyMaterial'],
  ['NumericLessThan', 'kms:ValidTo', `${DECEMBER}.0`, expiring, false, 'ImportKeyMaterial'],
  ['DateLessThan', 'kms:ValidTo', '2026-12-02T00:00:00Z', expiring, true, 'ImportKeyMaterial'],
  // The names before 2021
  ['StringEquals', 'kms:CustomerMasterKeySpec', 'SYMMETRIC_DEFAULT', {}, true],
  ['StringEquals', 'kms:CustomerMasterKeyUsage', 'SIGN_VERIFY', {}, false],
  ['StringEquals', 'kms:CustomerMasterKeyUsage', 'ENCRYPT_DECRYPT', {}, true],
  // Grants
  ['Bool', FOR_AWS, 'true', { viaService }, true, 'ListGrants'],
  ['Bool', FOR_AWS, 'true', { viaService }, true, 'RevokeGrant'],
  ['Bool', FOR_AWS, 'false', {}, true, 'RevokeGrant'],
  ['Null', FOR_AWS, 'true', { viaService }, true, 'DescribeKey'],
  ['StringEquals', CONSTRAINT, 'EncryptionContextEquals', constrained, true, 'CreateGrant'],
  ['StringEquals', CONSTRAINT, 'SourceArn', constrained, false, 'CreateGrant'],
  // The key of the table is from the first of January, its clock stands at the 23rd of November; it was never used.
  ['NumericEquals', UNUSED, 326, {}, true, 'DisableKey'],
  ['NumericLessThanEquals', UNUSED, '90', {}, false, 'ScheduleKeyDeletion'],
  ['Null', UNUSED, 'true', {}, true, 'EnableKey'],
];

/** Each in an Allow and in a Deny. */
export const parameterCases: readonly PolicyCase[] = bothEffects(rows, 'parameter ');
