// ListKeys, ListAliases, and the tags of keys.

import type { AliasListEntry } from '@aws-sdk/client-kms';
import type { FreeHandler, KeyHandler } from '../engine/handler.ts';
import { authorize } from '../engine/invocation.ts';
import { aliasArn, keyArn } from '../engine/key-identifier.ts';
import type { AliasRecord } from '../engine/key-record.ts';
import { addTags, requireUnreserved } from '../engine/key-tags.ts';
import { pageOf } from '../engine/page.ts';
import { lookUpKey } from '../engine/resolve-key.ts';

/** Every key of the caller's account in the Region, AWS managed ones included. */
export const listKeys: FreeHandler<'ListKeys'> = (invocation) => {
  const { call, parts } = invocation;
  authorize(invocation, 'kms:ListKeys', { kind: 'none' });
  const { account } = call.caller;
  const ids = parts.store.keyIdsIn(account, call.region);
  const { items, ...rest } = pageOf(invocation, ids, { idOf: (id) => id, size: 100 });
  return { Keys: items.map((id) => ({ KeyId: id, KeyArn: keyArn(call.region, account, id) })), ...rest };
};

/** Every alias of the caller's account in the Region, or those of one key. */
export const listAliases: FreeHandler<'ListAliases'> = (invocation) => {
  const { call, input, parts } = invocation;
  authorize(invocation, 'kms:ListAliases', { kind: 'none' });
  const { account } = call.caller;
  const keyId = input.KeyId === undefined ? undefined : lookUpKey(invocation, input.KeyId).record.id;
  const all = parts.store
    .aliasesIn(account, call.region)
    .filter(({ targetKeyId }) => keyId === undefined || targetKeyId === keyId);
  const { items, ...rest } = pageOf(invocation, all, { idOf: ({ name }) => name, size: 50 });
  return { Aliases: items.map(aliasEntry), ...rest };
};

function aliasEntry({ name, account, region, targetKeyId, createdAt, updatedAt }: AliasRecord): AliasListEntry {
  return {
    AliasName: name,
    AliasArn: aliasArn(region, account, name),
    TargetKeyId: targetKeyId,
    CreationDate: new Date(createdAt),
    LastUpdatedDate: new Date(updatedAt),
  };
}

/** Adds tags, or gives existing ones new values. */
export const tagResource: KeyHandler<'TagResource'> = ({ key, input, parts }) => {
  parts.store.putLocal(key, { tags: addTags(key.local.tags, input.Tags ?? []) });
  return {};
};

/** Removes tags; ones that are not there don't matter. */
export const untagResource: KeyHandler<'UntagResource'> = ({ key, input, parts }) => {
  const names = input.TagKeys ?? [];
  requireUnreserved(names);
  parts.store.putLocal(key, { tags: key.local.tags.filter((tag) => !names.includes(tag.key)) });
  return {};
};

/** The tags of a key. */
export const listResourceTags: KeyHandler<'ListResourceTags'> = (invocation) => {
  const { items, ...rest } = pageOf(invocation, invocation.key.local.tags, { idOf: ({ key }) => key, size: 50 });
  return { Tags: items.map(({ key, value }) => ({ TagKey: key, TagValue: value })), ...rest };
};
