const ALGORITHM_IDENTIFIERS: Readonly<Record<number, string>> = {
  33: '301306072a8648ce3d020106082a8648ce3d030107',
  49: '301006072a8648ce3d020106052b81040022',
};

/**
 * Wraps a compressed point into a SubjectPublicKeyInfo (RFC 5480), which OpenSSL reads.
 *
 * @param point - 33 bytes (P-256) or 49 bytes (P-384).
 */
export function compressedKeyToSpki(point: Uint8Array): Buffer {
  const algorithm = ALGORITHM_IDENTIFIERS[point.length];
  if (algorithm === undefined) throw new Error(`a point of ${point.length} bytes is of no signing suite`);
  const bitString = Buffer.concat([Buffer.of(0x03, point.length + 1, 0x00), point]);
  const content = Buffer.concat([Buffer.from(algorithm, 'hex'), bitString]);
  return Buffer.concat([Buffer.of(0x30, content.length), content]);
}
