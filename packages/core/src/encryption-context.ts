// The encryption context: text pairs that are authenticated with the message. Encoding is in format/.

/**
 * Pairs of text bound to a message as additional authenticated data; not secret, and stored in the header unless required
 * separately.
 *
 * Keys and values are well-formed Unicode of at most 65,535 bytes of UTF-8 each. Keys that start with `aws-crypto-` are
 * reserved. Contexts that waxseal returns have no prototype and are frozen, so that `__proto__` is a key like any other.
 */
export type EncryptionContext = Readonly<Record<string, string>>;
