// Identifiers of KMS keys: parsing, checking, and the rule for multi-Region keys.

/**
 * The parts of a key ARN or alias ARN.
 *
 *   arn:<partition>:kms:<region>:<account>:<key|alias>/<id>
 */
export type KmsArn = {
  readonly partition: string;
  readonly region: string;
  /** Twelve digits at AWS. */
  readonly account: string;
  readonly resourceType: 'key' | 'alias';
  /** All after the first slash. */
  readonly resourceId: string;
};

// As wide as the specification's grammar (any Region, any account, slashes within the id), but of characters that are harmless in
// logs and host names: one data key that names an unknown form would otherwise fail the whole keyring.
const ARN = /^arn:([\w-]+):kms:([\w-]+):([\w-]+):(key|alias)\/([\w./+=@-]{1,2048})$/;
const ALIAS_NAME = /^alias\/[\w:/-]{1,256}$/;
const BARE_KEY_ID = /^[\w-]{1,256}$/;

/**
 * Takes a KMS ARN apart.
 *
 * @returns undefined for anything but a well-formed key or alias ARN: exactly six parts, none of them empty.
 * @see AWS Encryption SDK specification, framework/aws-kms/aws-kms-key-arn.md
 */
export function parseKmsArn(text: string): KmsArn | undefined {
  const [, partition, region, account, type, resourceId] = ARN.exec(text) ?? [];
  if (partition === undefined || region === undefined || account === undefined || resourceId === undefined) {
    return undefined;
  }
  return { partition, region, account, resourceType: type === 'key' ? 'key' : 'alias', resourceId };
}

/** Like `parseKmsArn`, for key ARNs alone. */
export function parseKmsKeyArn(text: string): KmsArn | undefined {
  const arn = parseKmsArn(text);
  return arn?.resourceType === 'key' ? arn : undefined;
}

/** The text of an ARN from its parts. */
export function formatKmsArn(arn: KmsArn): string {
  requireParts(arn);
  return `arn:${arn.partition}:kms:${arn.region}:${arn.account}:${arn.resourceType}/${arn.resourceId}`;
}

/** Whether the ARN is that of a multi-Region key; an alias never is, whatever its name. */
export function isMultiRegionKey(arn: KmsArn): boolean {
  requireParts(arn);
  return arn.resourceType === 'key' && arn.resourceId.startsWith('mrk-');
}

/** Whether two key ARNs name one key: equal, or replicas of one multi-Region key. */
export function matchesMultiRegionKey(left: KmsArn, right: KmsArn): boolean {
  requireParts(left, 'left');
  requireParts(right, 'right');
  if (formatKmsArn(left) === formatKmsArn(right)) return true;
  const sameKey = formatKmsArn({ ...left, region: right.region }) === formatKmsArn(right);
  return sameKey && isMultiRegionKey(left);
}

function requireParts(arn: unknown, field = 'arn'): void {
  if (typeof arn !== 'object' || arn === null) throw new TypeError(`${field} must be the parts that parseKmsArn gives`);
}

/**
 * Checks a configured key identifier: a key ARN, an alias ARN, `alias/<name>` or a bare key id.
 *
 * @param field - Name of the option, for the message.
 * @throws TypeError when it is none of these.
 */
export function requireKeyIdentifier(keyId: unknown, field: string): string {
  const text = typeof keyId === 'string' ? keyId : '';
  if (parseKmsArn(text) === undefined && !ALIAS_NAME.test(text) && !BARE_KEY_ID.test(text)) {
    throw new TypeError(
      `${field} must be a KMS key ARN (arn:aws:kms:us-east-1:111122223333:key/…), an alias or a key id`,
    );
  }
  return text;
}

/**
 * Checks a configured key ARN.
 *
 * @throws TypeError when it is anything else, an alias ARN included.
 */
export function requireKeyArn(keyId: unknown, field: string): KmsArn {
  const arn = typeof keyId === 'string' ? parseKmsKeyArn(keyId) : undefined;
  if (arn === undefined) {
    throw new TypeError(`${field} must be a KMS key ARN, such as arn:aws:kms:us-east-1:111122223333:key/…; no alias`);
  }
  return arn;
}
