// CreateGrant, ListGrants, ListRetirableGrants, RetireGrant, RevokeGrant: storage and rules of form. Whether a grant
// lets a call through is the authorizer's to say.

import type { GrantListEntry } from '@aws-sdk/client-kms';
import { requireGrantForm } from '../engine/grant-form.ts';
import { constraintsOf, grantEntry, isSameGrant } from '../engine/grant-record.ts';
import type { FreeHandler, KeyHandler } from '../engine/handler.ts';
import { authorize, endDryRun, type Invocation, keyResource } from '../engine/invocation.ts';
import { rootArn } from '../engine/key-identifier.ts';
import type { Grant, LocalKey } from '../engine/key-record.ts';
import { KmsServiceError } from '../engine/kms-service-error.ts';
import { pageOf } from '../engine/page.ts';
import { lookUpAnyKey } from '../engine/resolve-key.ts';

const MAX_GRANTS = 50_000;

/** Adds a grant. The same name with the same parameters is the same grant, with one more token. */
export const createGrant: KeyHandler<'CreateGrant'> = (invocation) => {
  const { key, input, parts } = invocation;
  requireGrantForm(key, input);
  const fresh = newGrant(invocation);
  const same = key.local.grants.find((grant) => grant.name !== undefined && isSameGrant(grant, fresh));
  if (same === undefined && key.local.grants.length >= MAX_GRANTS) {
    throw new KmsServiceError('LimitExceededException', `The key has the maximum of ${MAX_GRANTS} grants.`);
  }
  endDryRun(input);
  const token = fresh.tokens[0] ?? '';
  const grant = same === undefined ? fresh : { ...same, tokens: [...same.tokens, token] };
  const others = key.local.grants.filter(({ id }) => id !== grant.id);
  parts.store.putLocal(key, { grants: [...others, grant] });
  return { GrantId: grant.id, GrantToken: token };
};

function newGrant({ call, input, now, parts }: Parameters<KeyHandler<'CreateGrant'>>[0]): Grant {
  const account = call.caller.account;
  return {
    id: Buffer.from(parts.random.bytes(32)).toString('hex'),
    tokens: [Buffer.from(parts.random.bytes(96)).toString('base64url')],
    name: input.Name,
    granteePrincipal: input.GranteePrincipal,
    granteeServicePrincipal: input.GranteeServicePrincipal,
    retiringPrincipal: input.RetiringPrincipal,
    retiringServicePrincipal: input.RetiringServicePrincipal,
    operations: [...new Set(input.Operations ?? [])],
    constraints: constraintsOf(input.Constraints),
    issuingAccount: rootArn(call.region, account),
    createdAt: now,
  };
}

/** The grants of a key. Tokens are never shown. */
export const listGrants: KeyHandler<'ListGrants'> = (invocation) => {
  const { key, input } = invocation;
  const matches = (grant: Grant) =>
    (input.GrantId === undefined || grant.id === input.GrantId) &&
    (input.GranteePrincipal === undefined || grant.granteePrincipal === input.GranteePrincipal) &&
    (input.GranteeServicePrincipal === undefined || grant.granteeServicePrincipal === input.GranteeServicePrincipal);
  const { items, ...rest } = pageOf(invocation, key.local.grants.filter(matches), { idOf: ({ id }) => id, size: 50 });
  return { Grants: items.map((grant) => grantEntry(key, grant)), ...rest };
};

/** The grants, in any account, that a principal of the caller's own account may retire. */
export const listRetirableGrants: FreeHandler<'ListRetirableGrants'> = (invocation) => {
  const { call, input } = invocation;
  authorize(invocation, 'kms:ListRetirableGrants', { kind: 'none' });
  const { RetiringPrincipal: principal, RetiringServicePrincipal: service } = input;
  if (principal !== undefined && accountOf(principal) !== call.caller.account) {
    const message = `User: ${call.caller.principal} is not authorized to perform: kms:ListRetirableGrants`;
    throw new KmsServiceError('AccessDeniedException', message);
  }
  const retirable = [...grantsIn(invocation)].filter(
    ({ grant }) =>
      (principal !== undefined && grant.retiringPrincipal === principal) ||
      (service !== undefined && grant.retiringServicePrincipal === service),
  );
  const { items, ...rest } = pageOf(invocation, retirable, { idOf: ({ grant }) => grant.id, size: 50 });
  return { Grants: items.map(({ key, grant }): GrantListEntry => grantEntry(key, grant)), ...rest };
};

/** Ends a grant: by its token, or by key and id. The authorizer knows who may. */
export const retireGrant: FreeHandler<'RetireGrant'> = (invocation) => {
  const { input } = invocation;
  const found = input.GrantToken === undefined ? grantById(invocation) : grantByToken(invocation, input.GrantToken);
  const resource = keyResource(invocation, found);
  invocation.trace.keys.push({ arn: found.key.arn, account: found.key.record.account });
  authorize(invocation, 'kms:RetireGrant', resource, { grant: found.grant });
  invocation.trace.additional['grantId'] = found.grant.id;
  endDryRun(input);
  removeGrant(invocation, found);
  return {};
};

/** Ends a grant on behalf of the key's administrators. */
export const revokeGrant: KeyHandler<'RevokeGrant'> = (invocation) => {
  const { input, key } = invocation;
  const found = { key, grant: requireGrant(key, input.GrantId ?? '') };
  endDryRun(input);
  removeGrant(invocation, found);
  return {};
};

type GrantOfKey = { readonly key: LocalKey; readonly grant: Grant };

function removeGrant({ parts }: Invocation<object>, { key, grant }: GrantOfKey): void {
  parts.store.putLocal(key, { grants: key.local.grants.filter(({ id }) => id !== grant.id) });
}

function requireGrant({ local }: LocalKey, grantId: string): Grant {
  if (!/^[0-9a-f]{64}$/.test(grantId)) throw new KmsServiceError('InvalidGrantIdException', 'Invalid GrantId');
  const grant = local.grants.find(({ id }) => id === grantId);
  if (grant === undefined) throw new KmsServiceError('NotFoundException', `Grant ID ${grantId} not found`);
  return grant;
}

function grantById(invocation: Parameters<FreeHandler<'RetireGrant'>>[0]): GrantOfKey {
  const { KeyId: keyId = '', GrantId: grantId = '' } = invocation.input;
  const key = lookUpAnyKey(invocation, keyId);
  return { key, grant: requireGrant(key, grantId) };
}

function grantByToken(invocation: Invocation<object>, token: string): GrantOfKey {
  for (const found of grantsIn(invocation)) if (found.grant.tokens.includes(token)) return found;
  throw new KmsServiceError('InvalidGrantTokenException', 'Grant token is not valid');
}

/** Every grant in the Region of the endpoint, of all accounts. */
function* grantsIn({ call, parts }: Invocation<object>): Generator<GrantOfKey> {
  for (const record of parts.store.records()) {
    const key = parts.store.find(record.account, call.region, record.id);
    if (key !== undefined) for (const grant of key.local.grants) yield { key, grant };
  }
}

function accountOf(principal: string): string | undefined {
  return /^arn:[a-z-]+:(?:iam|sts)::(\d{12}):/.exec(principal)?.[1];
}
