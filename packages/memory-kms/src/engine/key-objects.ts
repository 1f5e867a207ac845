// node:crypto key objects of stored material, parsed once for each material.

import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

const privateKeys = new WeakMap<Uint8Array, KeyObject>();
const publicKeys = new WeakMap<Uint8Array, KeyObject>();

/** @param pkcs8 - DER; never changed while it is stored. */
export function privateKeyOf(pkcs8: Uint8Array): KeyObject {
  const known = privateKeys.get(pkcs8);
  if (known !== undefined) return known;
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  privateKeys.set(pkcs8, key);
  return key;
}

/** The public half of a stored key pair. */
export function publicKeyOf(pkcs8: Uint8Array): KeyObject {
  const known = publicKeys.get(pkcs8);
  if (known !== undefined) return known;
  const key = createPublicKey(privateKeyOf(pkcs8));
  publicKeys.set(pkcs8, key);
  return key;
}
