// The attributes of new records.

import type { EncryptionContext } from '@waxseal/core';
import {
  ACTIVE_TYPE,
  ATTRIBUTE,
  BEACON_TYPE,
  CUSTOM_CONTEXT_PREFIX,
  HIERARCHY_VERSION,
  VERSION_PREFIX,
} from './branch-key-record.ts';

type Attributes = Readonly<Record<string, string>>;

/** @returns The attributes of the first version of a branch key, as its record for decrypting. */
export function firstVersionAttributes(
  branchKeyId: string,
  version: string,
  facts: { readonly kmsArn: string; readonly createTime: string; readonly encryptionContext: EncryptionContext },
): Attributes {
  const attributes: Record<string, string> = Object.create(null);
  attributes[ATTRIBUTE.branchKeyId] = branchKeyId;
  attributes[ATTRIBUTE.type] = VERSION_PREFIX + version;
  attributes[ATTRIBUTE.createTime] = facts.createTime;
  attributes[ATTRIBUTE.kmsArn] = facts.kmsArn;
  attributes[ATTRIBUTE.hierarchyVersion] = HIERARCHY_VERSION;
  for (const [key, value] of Object.entries(facts.encryptionContext)) attributes[CUSTOM_CONTEXT_PREFIX + key] = value;
  return attributes;
}

/** @returns The attributes of the next version: all else, the custom context included, is that of the active record. */
export function nextVersionAttributes(
  active: Attributes,
  version: string,
  facts: { readonly kmsArn: string; readonly createTime: string },
): Attributes {
  const attributes = copyOf(active);
  delete attributes[ATTRIBUTE.version];
  attributes[ATTRIBUTE.type] = VERSION_PREFIX + version;
  attributes[ATTRIBUTE.createTime] = facts.createTime;
  attributes[ATTRIBUTE.kmsArn] = facts.kmsArn;
  return attributes;
}

/** @returns The attributes of the active record that holds the key of a version. */
export function activeAttributes(versionAttributes: Attributes): Attributes {
  const attributes = copyOf(versionAttributes);
  attributes[ATTRIBUTE.version] = versionAttributes[ATTRIBUTE.type] ?? '';
  attributes[ATTRIBUTE.type] = ACTIVE_TYPE;
  return attributes;
}

/** @returns The attributes of the beacon record made with a first version. */
export function beaconAttributes(versionAttributes: Attributes): Attributes {
  const attributes = copyOf(versionAttributes);
  attributes[ATTRIBUTE.type] = BEACON_TYPE;
  return attributes;
}

/** @returns The attributes of a record moved to another KMS key. */
export function movedAttributes(attributes: Attributes, kmsArn: string): Attributes {
  const moved = copyOf(attributes);
  moved[ATTRIBUTE.kmsArn] = kmsArn;
  return moved;
}

function copyOf(attributes: Attributes): Record<string, string> {
  return Object.assign(Object.create(null), attributes);
}
