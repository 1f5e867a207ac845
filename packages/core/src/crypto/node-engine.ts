// The primitives by node:crypto.

import { createHash, randomFillSync, timingSafeEqual } from 'node:crypto';
import type { CryptoEngine, HashName } from './crypto-engine.ts';
import type { CurveName } from './ecdsa-curves.ts';
import { createNodeAead } from './node-aead.ts';
import {
  createNodeSigner,
  createNodeVerifier,
  generateNodeSigningKeyPair,
  signWholeOnNode,
  verifyWholeOnNode,
} from './node-ecdsa.ts';
import { hmacByHash } from './node-hmac.ts';
import { RandomPool } from './random-pool.ts';
import { SigningKeyPairSource } from './signing-key-pair.ts';
import { updateInSlices } from './update-in-slices.ts';

/** Which engine `#engine` resolved to. */
export const engineName = 'node' as const;

const randomPool = new RandomPool((target) => randomFillSync(target));

const keyPairSources: Readonly<Record<CurveName, SigningKeyPairSource>> = {
  'P-256': keyPairSource('P-256'),
  'P-384': keyPairSource('P-384'),
};

/** The engine for Node: AES, HMAC and hashes synchronous, ECDSA of whole messages on the thread pool. */
export const engine: CryptoEngine = {
  engineName,
  randomBytes: (length) => randomPool.take(length),
  createAead: createNodeAead,
  hmac: hmacByHash,
  digest,
  timingSafeEqual: (left, right) => left.length === right.length && timingSafeEqual(left, right),
  generateSigningKeyPair: (curve) => keyPairSources[curve].next(),
  createSigner: createNodeSigner,
  createVerifier: createNodeVerifier,
  signWhole: signWholeOnNode,
  verifyWhole: verifyWholeOnNode,
};

function keyPairSource(curve: CurveName): SigningKeyPairSource {
  return new SigningKeyPairSource(
    () => generateNodeSigningKeyPair(curve),
    (work) => setImmediate(work).unref(),
  );
}

function digest(hash: HashName, parts: readonly Uint8Array[]): Uint8Array {
  const state = createHash(hash);
  for (const part of parts) updateInSlices(state, part);
  return plainBytes(state.digest());
}

/** Sheds the Buffer, whose `slice` would share memory where a Uint8Array's copies. */
function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}
