// PKCS #1 v1.5 decryption that tells nobody whether the padding was right.

import { constants, type KeyObject, privateDecrypt } from 'node:crypto';
import { deriveKeyInCounterMode, engine } from '@waxseal/core/crypto';

const LABEL = new TextEncoder().encode('waxseal rsa pkcs1 implicit rejection');

/**
 * An RSA private key for PKCS #1 v1.5 data keys, with implicit rejection.
 *
 * An answer that depends on the padding lets a stranger decrypt by asking often enough (Bleichenbacher 1998). Node builds
 * on an OpenSSL without implicit rejection therefore refuse this padding (CVE-2023-46809). Here the padding is
 * checked in this class, and a ciphertext with bad padding gives a data key as well: a false one, always the same for
 * this ciphertext and private key. The message then fails at its header, exactly as under a wrong key. The check is
 * arithmetic over all bytes without a branch on any of them; JavaScript promises no more about time.
 */
export class PrivateKeyPkcs1 {
  readonly #privateKey: KeyObject;
  readonly #rejectionKey: Uint8Array;

  constructor(privateKey: KeyObject) {
    this.#privateKey = privateKey;
    const der = privateKey.export({ type: 'pkcs8', format: 'der' });
    this.#rejectionKey = engine.digest('sha256', [LABEL, der]);
    der.fill(0);
  }

  /**
   * Decrypts a data key whose length is known.
   *
   * @param ciphertext - As long as the modulus.
   * @returns `length` bytes, right or false; undefined only where everybody can see that this is no ciphertext of the
   *   key: a number not below the modulus.
   */
  decrypt(ciphertext: Uint8Array, length: number): Uint8Array | undefined {
    const block = this.#decryptBlock(ciphertext);
    if (block === undefined) return undefined;
    const seed = engine.hmac('sha256', this.#rejectionKey, [ciphertext]);
    const dataKey = deriveKeyInCounterMode({
      hash: 'sha256',
      key: seed,
      label: LABEL,
      context: new Uint8Array(0),
      length,
    });
    selectMessage(block, dataKey);
    block.fill(0);
    seed.fill(0);
    return dataKey;
  }

  #decryptBlock(ciphertext: Uint8Array): Buffer | undefined {
    try {
      return privateDecrypt({ key: this.#privateKey, padding: constants.RSA_NO_PADDING }, ciphertext);
    } catch {
      return undefined;
    }
  }
}

/**
 * Replaces `target` by the message in a padded block if the padding is right for a message of that length, without
 * telling by its course whether it is.
 *
 *   00 ‖ 02 ‖ at least 8 bytes, none of them 00 ‖ 00 ‖ message
 *
 * @param block - The modulus's length, 256 bytes or more.
 * @see RFC 8017 §7.2.2
 */
export function selectMessage(block: Uint8Array, target: Uint8Array): void {
  const start = block.length - target.length;
  let bad = at(block, 0) | (at(block, 1) ^ 2) | at(block, start - 1);
  for (let index = 2; index < start - 1; index += 1) bad |= isZero(at(block, index));
  const keep = -isZero(bad);
  for (let index = 0; index < target.length; index += 1) {
    target[index] = (at(block, start + index) & keep) | (at(target, index) & ~keep);
  }
}

// 1 for 0 and 0 for 1 to 255, without a branch.
function isZero(byte: number): number {
  return ((byte - 1) >>> 31) & 1;
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}
