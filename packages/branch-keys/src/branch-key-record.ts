// The records of a branch key, as the specification lays them out, and the names of their attributes.

/** The attributes that every home of branch keys stores under these names. */
export const ATTRIBUTE = {
  branchKeyId: 'branch-key-id',
  type: 'type',
  version: 'version',
  ciphertext: 'enc',
  kmsArn: 'kms-arn',
  createTime: 'create-time',
  hierarchyVersion: 'hierarchy-version',
  /** Never stored: added to the encryption context, so that records bind the store they belong to. */
  logicalName: 'tablename',
} as const;

/** Attributes that carry the branch key's own encryption context start with this; the rest of the name is the key. */
export const CUSTOM_CONTEXT_PREFIX = 'aws-crypto-ec:';

/** `type` of the record that new messages are encrypted under. */
export const ACTIVE_TYPE = 'branch:ACTIVE';
/** `type` of the record that searchable-encryption beacons are made with. */
export const BEACON_TYPE = 'beacon:ACTIVE';
/** `type` of a record kept for decrypting, and `version` of the active one, start with this; a UUID follows. */
export const VERSION_PREFIX = 'branch:version:';
/** The only `hierarchy-version` there is. */
export const HIERARCHY_VERSION = '1';

/**
 * One record of a branch key, as stored.
 *
 * | record | `type` | `version` |
 * |---|---|---|
 * | active | `branch:ACTIVE` | `branch:version:<uuid>` |
 * | one for each version, for decrypting | `branch:version:<uuid>` | none |
 * | beacon key | `beacon:ACTIVE` | none |
 *
 * @see AWS Encryption SDK specification, framework/key-store/dynamodb-key-storage.md, "Record Format"
 */
export type BranchKeyRecord = {
  /**
   * Every attribute except `enc` by its stored name, as text: `branch-key-id`, `type`, `create-time`, `kms-arn`,
   * `hierarchy-version`, `version` and `aws-crypto-ec:<key>`. With the store's name these are the encryption context
   * under which `ciphertext` was wrapped, so nothing can be added, dropped or changed unnoticed.
   */
  readonly attributes: Readonly<Record<string, string>>;
  /** The attribute `enc`: 32 bytes of key, wrapped by KMS. At most 6,144 bytes. */
  readonly ciphertext: Uint8Array;
};

/** Where a record is found: its partition key and its sort key. */
export type RecordAddress = { readonly branchKeyId: string; readonly recordType: string };

/** @returns The address that a record claims; a missing attribute gives an empty text. */
export function addressOf(record: BranchKeyRecord): RecordAddress {
  return {
    branchKeyId: record.attributes[ATTRIBUTE.branchKeyId] ?? '',
    recordType: record.attributes[ATTRIBUTE.type] ?? '',
  };
}

/**
 * The encryption context that KMS binds to a record: all its attributes and the name of the key store.
 *
 * @returns A fresh object without prototype.
 * @see AWS Encryption SDK specification, framework/branch-key-store.md, "Encryption Context"
 */
export function kmsContextOf(
  attributes: Readonly<Record<string, string>>,
  logicalName: string,
): Record<string, string> {
  return Object.assign(Object.create(null), attributes, { [ATTRIBUTE.logicalName]: logicalName });
}
