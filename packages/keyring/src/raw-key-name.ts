// Namespace and name of raw wrapping keys, as they stand in encrypted data keys.

/** Checked namespace and name, with the name's bytes. */
export type RawKeyName = {
  /** The provider id of encrypted data keys. */
  readonly namespace: string;
  readonly name: string;
  readonly nameBytes: Uint8Array;
  /** `namespace/name`, as errors name the key. */
  readonly label: string;
};

// Leaves room for what raw AES puts behind the name within the two-byte length of provider info.
const MAX_BYTES = 65_535 - 20;

/**
 * Checks namespace and name of a raw key.
 *
 * @throws TypeError when one is empty, ill-formed or longer than 65,515 bytes of UTF-8, and for a namespace that is or
 *   starts with `aws-kms`, which the specification keeps for KMS.
 */
export function requireRawKeyName(namespace: unknown, name: unknown): RawKeyName {
  const checked = { namespace: requireText(namespace, 'namespace'), name: requireText(name, 'name') };
  if (checked.namespace.startsWith('aws-kms')) {
    throw new TypeError('namespace must not start with aws-kms: that is reserved for keys in KMS');
  }
  const label = `${checked.namespace}/${checked.name}`;
  return { ...checked, nameBytes: new TextEncoder().encode(checked.name), label };
}

function requireText(value: unknown, field: string): string {
  if (typeof value !== 'string' || value === '' || /\p{Surrogate}/u.test(value)) {
    throw new TypeError(`${field} must be a string of well-formed Unicode that is not empty`);
  }
  if (new TextEncoder().encode(value).length > MAX_BYTES) {
    throw new TypeError(`${field} must be at most ${MAX_BYTES} bytes of UTF-8`);
  }
  return value;
}
