import { headerField, readMessageLayout } from '../messages/message-layout.ts';
import { findRoots } from './find-roots.ts';
import { elementOf } from './gf128.ts';
import { ghashPolynomial } from './ghash.ts';
import { add } from './polynomial.ts';

/**
 * Recovers the GHASH key of a message from two headers under the same key and IV, without any key.
 *
 * The tags are T1 = GHASH(A1) + M and T2 = GHASH(A2) + M with the same mask M, so T1 + T2 = GHASH(A1) + GHASH(A2): a known
 * polynomial in H, of as many degrees as the longer header has blocks.
 *
 * @returns The few candidates for H, the true one among them.
 */
export function recoverHashKeys(first: Uint8Array, second: Uint8Array): bigint[] {
  return findRoots(add(tagEquation(first), tagEquation(second)));
}

/** GHASH(A) + T, which is the mask at the true key. */
function tagEquation(message: Uint8Array): readonly bigint[] {
  const layout = readMessageLayout(message);
  const tag = headerField(layout, 'headerTag');
  const hash = ghashPolynomial(message.subarray(0, layout.headerBody.end), new Uint8Array(0));
  return add(hash, [elementOf(message.subarray(tag.start, tag.end))]);
}
