// The form of the tables of recorded answers, and what their rows share.

import { randomBytes } from 'node:crypto';
import type { MemoryKmsClient } from '@waxseal/memory-kms';
import { importInto } from '../import-material.ts';
import { newKey } from '../keys-in-states.ts';

export type World = { readonly client: MemoryKmsClient; readonly id: string; readonly arn: string };

/** A call and its answer, `ok` or `Name: text`; `<arn>` stands for the key's, `<grant>` for a grant's id. */
export type Row = readonly [
  evidence: 'R' | 'D' | 'P' | 'U',
  title: string,
  call: (world: World) => Promise<unknown>,
  answer: (world: World) => string,
];

export const account = 'arn:aws:kms:us-east-1:111122223333';
export const hmac = { KeySpec: 'HMAC_224', KeyUsage: 'GENERATE_VERIFY_MAC' } as const;
export const signing = { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' } as const;
export const ecc = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' } as const;
export const rsa = { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' } as const;
export const INCORRECT_KEY = 'The key ID in the request does not identify a CMK that can perform this operation.';
export const LOST_KEY =
  'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.';
export const oneError = (rest: string) => `ValidationException: 1 validation error detected: ${rest}`;

/** A key of origin EXTERNAL with its first material. */
export async function importedKey(client: MemoryKmsClient): Promise<string> {
  const { id: KeyId } = await newKey(client, { Origin: 'EXTERNAL' });
  await importInto(client, KeyId, randomBytes(32));
  return KeyId;
}
