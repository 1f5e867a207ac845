import type { PolicyDocument } from './policy-document.ts';

/**
 * What KMS says when a key policy is put in which `ForAllValues` stands over a key with a single value: such a
 * condition holds for every request without that value. Policies stored already stay as they are.
 *
 * Source: KMS Developer Guide, "AWS KMS condition keys", "Using set operators with condition keys".
 *
 * @returns Undefined where no condition is of that kind.
 */
export function overlyPermissiveCondition(document: PolicyDocument): string | undefined {
  const conditions = document.statements.flatMap((statement) => statement.conditions);
  for (const { qualifier, key } of conditions) {
    const subject = qualifier === 'ForAllValues' ? singleValued(key.toLowerCase()) : undefined;
    if (subject !== undefined) return refusal(subject);
  }
  return undefined;
}

function singleValued(key: string): string | undefined {
  if (key.startsWith('kms:encryptioncontext:')) return 'encryption context';
  return key.startsWith('aws:requesttag/') ? 'tag' : undefined;
}

function refusal(subject: string): string {
  return (
    'OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition key matches ' +
    `requests without the specified ${subject} or with an unspecified ${subject}. To fix, remove ForAllValues.`
  );
}
