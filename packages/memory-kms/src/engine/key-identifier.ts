// The four ways to name a key: id, key ARN, alias name, alias ARN.

import { KmsServiceError } from './kms-service-error.ts';

/** A parsed name of a key. Account and Region are absent where the name does not tell them. */
export type KeyIdentifier = {
  readonly kind: 'key' | 'alias';
  /** A key id, or an alias name with its prefix `alias/`. */
  readonly name: string;
  readonly partition?: string | undefined;
  readonly region?: string | undefined;
  readonly account?: string | undefined;
};

const KEY_ID = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/;
const ARN = /^arn:([a-z-]+):kms:([a-z0-9-]+):(\d{12}):(key|alias)\/([a-zA-Z0-9:/_-]+)$/;

/** Whether this is a key id: a lower-case UUID, or `mrk-` and 32 hexadecimal digits. */
export function isKeyId(name: string): boolean {
  return KEY_ID.test(name);
}

/**
 * Parses the name of a key.
 *
 * @param text - As sent, 1 to 2,048 characters.
 * @throws KmsServiceError NotFoundException `Invalid keyId '…'` for what is none of the four.
 */
export function parseKeyIdentifier(text: string): KeyIdentifier {
  if (KEY_ID.test(text)) return { kind: 'key', name: text };
  if (text.startsWith('alias/')) return { kind: 'alias', name: text };
  const [, partition, region, account, kind, name] = ARN.exec(text) ?? [];
  if (name === undefined) throw invalidKeyId(text);
  if (kind === 'alias') return { kind, name: `alias/${name}`, partition, region, account };
  if (!KEY_ID.test(name)) throw invalidKeyId(name);
  return { kind: 'key', name, partition, region, account };
}

function invalidKeyId(text: string): KmsServiceError {
  return new KmsServiceError('NotFoundException', `Invalid keyId '${text}'`);
}

/** The partition of a Region. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** The ARN of a key in a Region. */
export function keyArn(region: string, account: string, keyId: string): string {
  return `arn:${partitionOf(region)}:kms:${region}:${account}:key/${keyId}`;
}

/**
 * The ARN of an alias in a Region.
 *
 * @param aliasName - With its prefix `alias/`.
 */
export function aliasArn(region: string, account: string, aliasName: string): string {
  return `arn:${partitionOf(region)}:kms:${region}:${account}:${aliasName}`;
}

/** The ARN of an account's root principal. */
export function rootArn(region: string, account: string): string {
  return `arn:${partitionOf(region)}:iam::${account}:root`;
}
