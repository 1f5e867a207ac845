// What a thread does for a signature: hashes what comes through the ring, and ends with the curve's arithmetic.

import { createNodeSigner, createNodeVerifier } from '../crypto/node-ecdsa.ts';
import { RingReader } from './byte-ring.ts';
import type { SignTask, ThreadAnswer, VerifyTask } from './thread-task.ts';

type Answer = (answer: ThreadAnswer) => void;

/** @returns The signature; an empty one when the message was given up. */
export async function runSignTask(
  { ring, curve, privateKey, preferredLength }: SignTask,
  answer: Answer,
): Promise<Uint8Array> {
  const signer = createNodeSigner({ curve, privateKey } as Parameters<typeof createNodeSigner>[0]);
  const isWhole = new RingReader(ring).readAll(
    (bytes) => signer.update(bytes),
    () => answer({ kind: 'room' }),
  );
  return isWhole ? signer.sign(preferredLength) : new Uint8Array(0);
}

/** @returns Whether the signature is valid; false also when the message was given up. */
export async function runVerifyTask(
  { ring, curve, publicKey, signature }: VerifyTask,
  answer: Answer,
): Promise<boolean> {
  const verifier = createNodeVerifier(curve, publicKey);
  const isWhole = new RingReader(ring).readAll(
    (bytes) => verifier?.update(bytes),
    () => answer({ kind: 'room' }),
  );
  if (!isWhole || verifier === undefined) return false;
  const length = new DataView(signature).getUint32(0);
  return verifier.verify(new Uint8Array(signature).slice(4, 4 + length));
}
