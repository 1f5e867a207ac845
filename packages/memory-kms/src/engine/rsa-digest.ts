// RSA signatures over digests that were made elsewhere (RFC 8017).

import {
  constants,
  createHash,
  type KeyObject,
  privateEncrypt,
  publicDecrypt,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

/** DER of DigestInfo before the digest (RFC 8017, section 9.2, note 1). */
const DIGEST_INFO: Readonly<Record<string, string>> = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

/**
 * Signs a digest.
 *
 * @param hash - Name in node:crypto of the hash that made the digest; PSS uses it for its mask as well.
 */
export function signDigestRsa(key: KeyObject, scheme: 'pss' | 'pkcs1', hash: string, digest: Uint8Array): Uint8Array {
  if (scheme === 'pkcs1') {
    return Uint8Array.from(privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, digestInfo(hash, digest)));
  }
  const encoded = encodePss(hash, digest, randomBytes(digest.length), modulusBits(key));
  return Uint8Array.from(privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded));
}

/** @throws Error where the signature is not even one of this key's. */
export function verifyDigestRsa(
  key: KeyObject,
  scheme: 'pss' | 'pkcs1',
  hash: string,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (signature.length * 8 !== modulusBits(key)) return false;
  if (scheme === 'pkcs1') {
    const opened = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
    return isEqual(opened, digestInfo(hash, digest));
  }
  const encoded = publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature);
  const salt = saltOf(hash, encoded, digest.length);
  return salt !== undefined && isEqual(encoded, encodePss(hash, digest, salt, modulusBits(key)));
}

function digestInfo(hash: string, digest: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(DIGEST_INFO[hash] ?? '', 'hex'), digest]);
}

/** All keys here have a modulus of whole bytes, so that the encoding is as long as it and its first bit is zero. */
function modulusBits(key: KeyObject): number {
  return key.asymmetricKeyDetails?.modulusLength ?? 0;
}

/** EMSA-PSS-ENCODE (section 9.1.1) with emBits = modulus bits − 1. */
function encodePss(hash: string, digest: Uint8Array, salt: Uint8Array, bits: number): Buffer {
  const h = createHash(hash).update(new Uint8Array(8)).update(digest).update(salt).digest();
  const block = Buffer.alloc(bits / 8 - h.length - 1);
  block.set(salt, block.length - salt.length);
  block[block.length - salt.length - 1] = 1;
  const masked = xor(block, mask(hash, h, block.length));
  masked[0] = (masked[0] ?? 0) & 0x7f;
  return Buffer.concat([masked, h, Uint8Array.of(0xbc)]);
}

/** The salt inside an encoding; what is around it is judged by encoding again. */
function saltOf(hash: string, encoded: Uint8Array, saltLength: number): Uint8Array | undefined {
  const hashLength = createHash(hash).digest().length;
  const blockLength = encoded.length - hashLength - 1;
  if (blockLength < saltLength + 1) return undefined;
  const h = encoded.subarray(blockLength, blockLength + hashLength);
  return xor(encoded.subarray(0, blockLength), mask(hash, h, blockLength)).subarray(blockLength - saltLength);
}

/** MGF1 (appendix B.2.1). */
function mask(hash: string, seed: Uint8Array, length: number): Uint8Array {
  const blocks: Buffer[] = [];
  for (let counter = 0, size = 0; size < length; counter++) {
    const index = Buffer.alloc(4);
    index.writeUInt32BE(counter);
    const block = createHash(hash).update(seed).update(index).digest();
    blocks.push(block);
    size += block.length;
  }
  return Buffer.concat(blocks).subarray(0, length);
}

function xor(left: Uint8Array, right: Uint8Array): Buffer {
  return Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)));
}

function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}
