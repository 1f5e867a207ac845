// Every way that waxseal has to write a message and to read one, in one shape.

import {
  type DecryptOptions,
  decrypt,
  decryptWebStream,
  type EncryptOptions,
  encrypt,
  encryptWebStream,
  type Keyring,
  type MaterialsManager,
  openMessage,
} from '@waxseal/core';
import { decryptStream, encryptStream } from '@waxseal/core/node';
import { collectStream } from './collect-stream.ts';
import { collectWebStream } from './collect-web-stream.ts';

/** Length of chunks, or lengths that are gone through again and again; without meaning in one shot. */
export type Chunks = number | readonly number[];

type Writer = (keyring: Keyring, plaintext: Uint8Array, options: EncryptOptions, chunks: Chunks) => Promise<Uint8Array>;
type Reader = (
  keyring: Keyring | MaterialsManager,
  message: Uint8Array,
  options: DecryptOptions,
  chunks: Chunks,
) => Promise<Uint8Array>;

/** Ways to write. */
export const WRITERS: Readonly<Record<string, Writer>> = {
  encrypt: async (keyring, plaintext, options) => (await encrypt(keyring, plaintext, options)).message,
  encryptStream: (keyring, plaintext, options, chunks) =>
    collectStream(encryptStream(keyring, options), plaintext, chunks).then(orThrow),
  'encryptStream with its length': (keyring, plaintext, options, chunks) =>
    collectStream(encryptStream(keyring, { ...options, plaintextLength: plaintext.length }), plaintext, chunks).then(
      orThrow,
    ),
  encryptWebStream: (keyring, plaintext, options, chunks) =>
    collectWebStream(encryptWebStream(keyring, options), plaintext, chunks).then(orThrow),
};

/** Ways to read. */
export const READERS: Readonly<Record<string, Reader>> = {
  decrypt: async (keyring, message, options) => (await decrypt(keyring, message, options)).plaintext,
  decryptStream: (keyring, message, options, chunks) =>
    collectStream(decryptStream(keyring, options), message, chunks).then(orThrow),
  decryptWebStream: (keyring, message, options, chunks) =>
    collectWebStream(decryptWebStream(keyring, options), message, chunks).then(orThrow),
  openMessage: async (keyring, message, options) => {
    const reader = await openMessage(keyring, message, { ...options, acceptUnsignedRanges: true });
    try {
      return await reader.read(0, reader.plaintextLength);
    } finally {
      await reader.close();
    }
  },
};

function orThrow({ seen, error }: { readonly seen: Uint8Array; readonly error: unknown }): Uint8Array {
  if (error !== undefined) throw error;
  return seen;
}
