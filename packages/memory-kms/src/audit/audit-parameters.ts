// Requests and answers as CloudTrail shows them: camelCase, without secrets.

type Fields = Readonly<Record<string, unknown>>;

/** Texts that give access; byte values are left out whatever their name. */
const TOKENS: ReadonlySet<string> = new Set(['GrantToken', 'GrantTokens', 'NextMarker', 'Marker']);

/** Maps whose keys are the caller's own. */
const FREE_MAPS: ReadonlySet<string> = new Set([
  'EncryptionContext',
  'SourceEncryptionContext',
  'DestinationEncryptionContext',
  'EncryptionContextEquals',
  'EncryptionContextSubset',
]);

/** Parameters that are shown with their default where the caller sent none. */
const SHOWN_DEFAULTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Encrypt: { EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
  Decrypt: { EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
  ReEncrypt: {
    SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
  },
};

/** Operations that change nothing, cryptographic ones included. */
const READ_ONLY =
  /^(?:Decapsulate|Decrypt|DeriveSharedSecret|Describe|Encapsulate|Encrypt|Generate|Get|List|ReEncrypt|Sign|Verify)/;

/** Whether CloudTrail marks an operation as read-only. */
export function isReadOnly(operation: string): boolean {
  return READ_ONLY.test(operation);
}

/**
 * `requestParameters`.
 *
 * @param input - As sent, perhaps no object at all.
 * @returns Null where there is nothing to show.
 */
export function requestParameters(operation: string, input: unknown): Fields | null {
  if (!isFields(input)) return null;
  const shown = visible({ ...SHOWN_DEFAULTS[operation], ...input });
  return Object.keys(shown).length === 0 ? null : shown;
}

/**
 * Operations whose `responseElements` have the key ARN although their answers have not.
 *
 * Source: KMS Developer Guide, "Finding AWS KMS log entries in CloudTrail". UpdateKeyDescription, PutKeyPolicy,
 * DisableKeyRotation, RevokeGrant and RetireGrant are not among them.
 */
const NAMING_THE_KEY: ReadonlySet<string> = new Set([
  'CreateAlias',
  'CreateGrant',
  'DeleteAlias',
  'DisableKey',
  'EnableKey',
  'EnableKeyRotation',
  'TagResource',
  'UntagResource',
  'UpdateAlias',
  'UpdatePrimaryRegion',
]);

/**
 * `responseElements`: null for read-only operations, failures and empty answers.
 *
 * @param keyArn - The key that the call was about.
 */
export function responseElements(operation: string, output: Fields | undefined, keyArn?: string): Fields | null {
  if (output === undefined || isReadOnly(operation)) return null;
  const { $metadata: _, ...elements } = output;
  const shown = visible(NAMING_THE_KEY.has(operation) ? { ...elements, KeyId: keyArn } : elements);
  return Object.keys(shown).length === 0 ? null : shown;
}

function visible(fields: Fields): Fields {
  const pairs: [string, unknown][] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null || TOKENS.has(name) || ArrayBuffer.isView(value)) continue;
    pairs.push([lowerFirst(name), FREE_MAPS.has(name) ? copyMap(value) : visibleValue(value)]);
  }
  return Object.fromEntries(pairs);
}

function visibleValue(value: unknown): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value)) return value.map(visibleValue);
  return isFields(value) ? visible(value) : value;
}

function copyMap(value: unknown): unknown {
  return isFields(value) ? Object.fromEntries(Object.entries(value)) : value;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** `AWSAccountId` becomes `aWSAccountId`, as in CloudTrail. */
function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
