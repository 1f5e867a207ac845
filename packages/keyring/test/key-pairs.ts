// Key pairs for tests, made once.

import { generateKeyPairSync, type KeyObject } from 'node:crypto';

export type Pair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject };

const made = new Map<string, Pair>();
const once = (name: string, make: () => Pair): Pair => {
  const pair = made.get(name) ?? make();
  made.set(name, pair);
  return pair;
};

export const rsaPair = (name = 'a', modulusLength = 2048): Pair =>
  once(`rsa ${modulusLength} ${name}`, () => generateKeyPairSync('rsa', { modulusLength }));

export const ecPair = (namedCurve = 'P-256', name = 'a'): Pair =>
  once(`ec ${namedCurve} ${name}`, () => generateKeyPairSync('ec', { namedCurve }));

export const spki = ({ publicKey }: Pair): Uint8Array => publicKey.export({ type: 'spki', format: 'der' });
