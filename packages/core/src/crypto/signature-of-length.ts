import { fitDerSignature } from './der-signature.ts';
import type { EcdsaCurve } from './ecdsa-curves.ts';

/** One attempt in about 200 misses the usual lengths of 71 and 103 bytes, so 32 misses mean an impossible length. */
const MAX_ATTEMPTS = 32;

/**
 * Signs again and again, with a fresh nonce each time, until the DER form has exactly the wanted length.
 *
 * @param makeSignature - Makes one DER signature, another one each time.
 * @throws RangeError when `length` is one that signatures of this curve hardly ever have.
 */
export async function signatureOfLength(
  curve: EcdsaCurve,
  length: number,
  makeSignature: () => Uint8Array | Promise<Uint8Array>,
): Promise<Uint8Array> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const signature = fitDerSignature(curve, await makeSignature(), length);
    if (signature.length === length) return signature;
  }
  throw new RangeError(`no ${curve.name} signature came out ${length} bytes long`);
}
