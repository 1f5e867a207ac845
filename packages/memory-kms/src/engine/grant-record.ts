// Grants as stored, and as lists show them.

import type { GrantConstraints as GrantConstraintsInput, GrantListEntry, GrantOperation } from '@aws-sdk/client-kms';
import type { Grant, GrantConstraints, LocalKey } from './key-record.ts';

/** Constraints from a request; undefined where they hold nothing. */
export function constraintsOf(input: GrantConstraintsInput | undefined): GrantConstraints | undefined {
  if (input === undefined) return undefined;
  const { EncryptionContextEquals: equals, EncryptionContextSubset: subset, SourceArn: sourceArn } = input;
  return { encryptionContextEquals: equals, encryptionContextSubset: subset, sourceArn };
}

/** Whether two grants are the same in all that a request can say. */
export function isSameGrant(left: Grant, right: Grant): boolean {
  return JSON.stringify(identityOf(left)) === JSON.stringify(identityOf(right));
}

function identityOf(grant: Grant): readonly unknown[] {
  const { constraints } = grant;
  return [
    grant.name,
    grant.granteePrincipal,
    grant.granteeServicePrincipal,
    grant.retiringPrincipal,
    grant.retiringServicePrincipal,
    [...grant.operations].sort(),
    sortedPairs(constraints?.encryptionContextEquals),
    sortedPairs(constraints?.encryptionContextSubset),
    constraints?.sourceArn,
    grant.issuingAccount,
  ];
}

function sortedPairs(context: Readonly<Record<string, string>> | undefined): readonly unknown[] | undefined {
  return context && Object.entries(context).sort(([left], [right]) => (left < right ? -1 : 1));
}

/** A grant as ListGrants shows it: without its tokens. */
export function grantEntry(key: LocalKey, grant: Grant): GrantListEntry {
  const { constraints } = grant;
  return defined<GrantListEntry>({
    KeyId: key.arn,
    GrantId: grant.id,
    Name: grant.name ?? '',
    CreationDate: new Date(grant.createdAt),
    GranteePrincipal: grant.granteePrincipal,
    GranteeServicePrincipal: grant.granteeServicePrincipal,
    RetiringPrincipal: grant.retiringPrincipal,
    RetiringServicePrincipal: grant.retiringServicePrincipal,
    IssuingAccount: grant.issuingAccount,
    Operations: [...grant.operations] as GrantOperation[],
    Constraints: constraints && constraintsEntry(constraints),
  });
}

function constraintsEntry({ encryptionContextEquals, encryptionContextSubset, sourceArn }: GrantConstraints) {
  return defined<GrantConstraintsInput>({
    EncryptionContextEquals: encryptionContextEquals && { ...encryptionContextEquals },
    EncryptionContextSubset: encryptionContextSubset && { ...encryptionContextSubset },
    SourceArn: sourceArn,
  });
}

/** Without the members that are undefined, as answers have them. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
