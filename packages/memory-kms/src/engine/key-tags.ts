// Tags of keys: the limits, and merging.

import type { Tag } from '@aws-sdk/client-kms';
import type { KeyTag } from './key-record.ts';
import { KmsServiceError } from './kms-service-error.ts';

const MAX_TAGS = 50;

/**
 * Adds tags, replacing those of the same key.
 *
 * @throws KmsServiceError TagException for duplicates in the request, reserved keys, and more than 50 in all.
 */
export function addTags(existing: readonly KeyTag[], tags: readonly Tag[]): readonly KeyTag[] {
  const added = tags.map(({ TagKey: key = '', TagValue: value = '' }) => ({ key, value }));
  if (new Set(added.map(({ key }) => key)).size < added.length) throw tagError('Duplicate tag keys');
  requireUnreserved(added.map(({ key }) => key));
  const merged = new Map([...existing, ...added].map((tag) => [tag.key, tag]));
  if (merged.size > MAX_TAGS) throw tagError('Too many tags');
  return [...merged.values()];
}

/** @throws KmsServiceError TagException for keys that start with `aws:`, in any case. */
export function requireUnreserved(keys: readonly string[]): void {
  if (keys.some((key) => /^aws:/i.test(key))) throw tagError('Tags beginning with aws: are reserved');
}

function tagError(message: string): KmsServiceError {
  return new KmsServiceError('TagException', message);
}
