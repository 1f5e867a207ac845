// Where the bytes of a message go to be hashed while it is on its way: here, or in another thread.

import { engine } from '#engine';
import type { AuthenticatedHeader } from './authenticate-header.ts';
import type { MessageParts } from './start-message.ts';

/** Takes the bytes of one message in order. After an error only `close` may follow. */
export interface SignatureSink {
  /** @param bytes - Must stay the same until `ready` says so. */
  update(bytes: Uint8Array): void;
  /** @returns A promise of having taken everything in; undefined when that is so already. Rejects when that is impossible. */
  ready(): Promise<void> | undefined;
  /** Gives it up, or ends it. May be called again. */
  close(): void;
}

/** A sink that signs. */
export interface SigningSink extends SignatureSink {
  /** @returns The signature in DER, of `preferredLength` bytes wherever possible. */
  sign(preferredLength: number): Promise<Uint8Array>;
}

/** A sink that verifies. */
export interface VerifyingSink extends SignatureSink {
  /** @returns Whether the signature over everything taken is valid. */
  verify(signature: Uint8Array): Promise<boolean>;
}

/** Makes the sink of a message to be signed, which has taken the header; undefined when its suite does not sign. */
export type CreateSigningSink = (message: MessageParts) => SigningSink | undefined;

/** Makes the sink of a message to be verified, which has taken the header; undefined when its suite does not sign. */
export type CreateVerifyingSink = (message: AuthenticatedHeader) => VerifyingSink | undefined;

/** Hashes in this thread. */
export const createLocalSigningSink: CreateSigningSink = ({ signingKey, headerBytes }) => {
  if (signingKey === undefined) return undefined;
  const signer = engine.createSigner(signingKey);
  for (const piece of headerBytes) signer.update(piece);
  return {
    update: (bytes) => signer.update(bytes),
    ready: () => undefined,
    close: () => {},
    sign: (preferredLength) => signer.sign(preferredLength),
  };
};

/** Hashes in this thread. */
export const createLocalVerifyingSink: CreateVerifyingSink = ({ verifier, signedHeader }) => {
  if (verifier === undefined) return undefined;
  for (const piece of signedHeader) verifier.update(piece);
  return {
    update: (bytes) => verifier.update(bytes),
    ready: () => undefined,
    close: () => {},
    verify: (signature) => verifier.verify(signature),
  };
};
