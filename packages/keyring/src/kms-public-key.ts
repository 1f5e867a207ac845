// The public half of an asymmetric KMS key: given by the caller, or asked for once.

import type { KeyringEncryptRequest } from '@waxseal/core';
import type { KmsClient } from './kms-client.ts';
import type { KmsClientFinder } from './kms-client-finder.ts';
import { callKms } from './kms-data-keys.ts';
import { KmsError } from './kms-error.ts';

/** What GetPublicKey is needed for, and how its answer is read. */
export type KmsPublicKeySource<Key> = {
  readonly keyId: string;
  readonly keyUsage: 'ENCRYPT_DECRYPT' | 'KEY_AGREEMENT';
  readonly grantTokens: readonly string[] | undefined;
  readonly clientFor: KmsClientFinder<Pick<KmsClient, 'getPublicKey'>>;
  /** Reads the DER of SubjectPublicKeyInfo; throws for a key of another kind. */
  readonly read: (der: Uint8Array, keySpec: string | undefined) => Key;
};

type Request = Pick<KeyringEncryptRequest, 'signal' | 'priority'>;

/**
 * A public key fetched with the first use: callers at the same time share one call, a failure is not kept.
 *
 * Its key never changes, since KMS rotates no asymmetric keys.
 */
export class KmsPublicKey<Key> {
  readonly #source: KmsPublicKeySource<Key>;
  #key: Promise<Key> | undefined;

  constructor(source: KmsPublicKeySource<Key>) {
    this.#source = source;
  }

  /** @throws KmsError. The signal's reason once it is aborted; the call goes on for the others. */
  async get({ signal, priority }: Request): Promise<Key> {
    signal?.throwIfAborted();
    this.#key ??= this.#fetch(priority);
    return signal === undefined ? this.#key : untilAborted(this.#key, signal);
  }

  #fetch(priority: Request['priority']): Promise<Key> {
    const fetched = fetchPublicKey(this.#source, { priority });
    fetched.catch(() => {
      this.#key = undefined;
    });
    return fetched;
  }
}

async function fetchPublicKey<Key>(source: KmsPublicKeySource<Key>, request: Request): Promise<Key> {
  const { keyId, grantTokens, keyUsage } = source;
  const kms = source.clientFor(keyId, 'GetPublicKey');
  const grants = grantTokens === undefined ? {} : { GrantTokens: [...grantTokens] };
  const answer = await callKms('GetPublicKey', keyId, request, (options) =>
    kms.getPublicKey({ KeyId: keyId, ...grants }, options),
  );
  const refuse = (detail: string, cause?: unknown) =>
    new KmsError('unexpectedAnswer', 'GetPublicKey', keyId, detail, cause);
  if (answer.KeyId !== keyId) throw refuse('KMS used another key');
  if (answer.KeyUsage !== keyUsage) throw new KmsError('wrongUsage', 'GetPublicKey', keyId, `not for ${keyUsage}`);
  try {
    return source.read(answer.PublicKey ?? new Uint8Array(0), answer.KeySpec);
  } catch (cause) {
    throw refuse('not a public key of the expected kind', cause);
  }
}

function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
