// Public ECDSA keys between KeyObjects and compressed points, by the cheap ways.

import { createPublicKey, type KeyObject } from 'node:crypto';
import { type EcdsaCurve, hasCompressedPointForm } from './ecdsa-curves.ts';

/** Keys kept: messages under one cached data key share their public key, and an import costs 60 to 150 µs. */
const CAPACITY = 64;

/** The most recently used keys, by curve and point; the least recent first. */
const importedKeys = new Map<string, KeyObject>();

/**
 * Imports a compressed point, wrapped as SubjectPublicKeyInfo: a third of the price of uncompressing it for a JWK.
 *
 * @returns undefined when it is not a point of the curve.
 */
export function importCompressedPoint(curve: EcdsaCurve, point: Uint8Array): KeyObject | undefined {
  if (!hasCompressedPointForm(curve, point)) return undefined;
  const id = curve.name + Buffer.from(point.buffer, point.byteOffset, point.length).toString('latin1');
  const key = importedKeys.get(id) ?? importUncached(curve, point);
  if (key !== undefined) keep(id, key);
  return key;
}

/** Exports by way of a JWK, because exporting SubjectPublicKeyInfo takes several times as long. */
export function exportCompressedPoint(publicKey: KeyObject): Uint8Array {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const yBytes = Buffer.from(y, 'base64url');
  const isOdd = (yBytes[yBytes.length - 1] ?? 0) & 1;
  return Uint8Array.from([0x02 + isOdd, ...Buffer.from(x, 'base64url')]);
}

function importUncached(curve: EcdsaCurve, point: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.concat([curve.spkiPrefix, point]), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

function keep(id: string, key: KeyObject): void {
  importedKeys.delete(id);
  importedKeys.set(id, key);
  if (importedKeys.size <= CAPACITY) return;
  for (const oldest of importedKeys.keys()) {
    importedKeys.delete(oldest);
    return;
  }
}
