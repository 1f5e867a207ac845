// The message vectors of other implementations: read in place, from a folder beside the project.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = new URL(`${process.env['WAXSEAL_VECTORS'] ?? '../shared/vectors'}/`, `file://${root}`);

export type VectorKeyring =
  | { kind: 'raw-aes'; namespace: string; name: string; key: string }
  | { kind: 'raw-rsa'; namespace: string; name: string; key: string; padding: 'pkcs1' | 'oaep'; hash?: string }
  | {
      kind: 'raw-ecdh';
      schema: string;
      curve: string;
      sender?: string;
      senderPrivateKey?: string;
      recipientPublicKey?: string;
      recipientPrivateKey?: string;
    }
  | { kind: 'multi'; generator: VectorKeyring | null; children: VectorKeyring[] }
  | { kind: 'aws-kms' | 'aws-kms-mrk'; keyIds: string[] }
  | { kind: 'aws-kms-mrk-discovery'; region: string; filter: { partition: string; accounts: string[] } | null }
  | { kind: 'aws-kms-rsa'; keyIds: string[]; encryptionAlgorithm: 'RSAES_OAEP_SHA_256'; publicKey: string }
  | {
      kind: 'aws-kms-ecdh';
      schema: string;
      curve: string;
      senderKeyId?: string;
      senderPublicKey?: string;
      recipientKeyId: string;
      recipientPublicKey: string;
    }
  | { kind: 'hierarchical' | 'given-data-key' };

export type Vector = {
  id: string;
  message: string;
  suite: string;
  keyring: VectorKeyring;
  encryptionContext: Record<string, string> | null;
  expect: 'plaintext' | 'reject' | 'parse-only';
  plaintext: string | null;
};

export const hasVectors = existsSync(folder);
if (!hasVectors) console.warn(`SKIPPED: no message vectors at ${folder.pathname}; set WAXSEAL_VECTORS to their folder`);

export const readBytes = (path: string): Uint8Array => readFileSync(new URL(path, folder));
const readJson = (path: string) => JSON.parse(readFileSync(new URL(path, folder), 'utf8'));

export const vectors = (...sets: string[]): Vector[] =>
  hasVectors ? sets.flatMap((name): Vector[] => readJson(`${name}.json`)) : [];

const keys: Record<string, { encoding: string; material: string }> = hasVectors ? readJson('keys.json') : {};

/** PEM as text, everything else as bytes. */
export function vectorKey(name: string): string | Uint8Array {
  const { encoding, material } = keys[name]!;
  return encoding === 'pem' ? material : new Uint8Array(Buffer.from(material, 'base64'));
}
