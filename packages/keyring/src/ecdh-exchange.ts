// One end of an ECDH agreement, and what both ECDH keyrings do with it.

import {
  DecryptionFailedError,
  type EncryptedDataKey,
  type KeyringDecryptRequest,
  type KeyringEncryptRequest,
  type KeyringEncryptResult,
  MalformedMessageError,
} from '@waxseal/core';
import { engine } from '@waxseal/core/crypto';
import { isSameBytes } from './byte-strings.ts';
import { requireSuiteLength } from './data-key-length.ts';
import { decodeEcdhParties, type EcdhParties, encodeEcdhParties, unwrapByEcdh, wrapByEcdh } from './ecdh-data-key.ts';
import { type EcPublicKey, fromCompressedPoint } from './elliptic-curve.ts';
import { firstDataKey, type UnwrapCandidate } from './unwrap-attempts.ts';

/** The families of encrypted data keys; both ECDH keyrings open both. */
export type EcdhProviderId = 'raw-ecdh' | 'aws-kms-ecdh';

/** Signal and priority of whoever asks. */
export type EcdhRequest = Pick<KeyringEncryptRequest, 'signal' | 'priority'>;

/** One end: a public key whose private key can agree on a shared secret with others. */
export type EcdhExchange = {
  readonly keyring: string;
  /** Our key, as errors name it. */
  readonly key: string;
  readonly own: EcPublicKey;
  /** The one other end to talk to; undefined: decrypt for whoever sent. */
  readonly other: EcPublicKey | undefined;
  /** Makes the shared secret with another public key of the same curve. The caller wipes it. */
  readonly agree: (other: EcPublicKey, request: EcdhRequest) => Uint8Array | Promise<Uint8Array>;
};

/** Wraps the request's data key, or a new one, for `other`. */
export async function encryptForOther(
  exchange: EcdhExchange & { readonly other: EcPublicKey },
  providerId: EcdhProviderId,
  request: KeyringEncryptRequest,
): Promise<KeyringEncryptResult> {
  request.signal?.throwIfAborted();
  if (request.dataKey !== undefined) requireSuiteLength(request.dataKey, request.algorithmSuite);
  const { own, other } = exchange;
  const parties = { sender: own.point, recipient: other.point };
  const binding = { curve: own.curve, parties, encryptionContext: request.encryptionContext };
  const secret = await exchange.agree(other, request);
  const dataKey = request.dataKey ?? engine.randomBytes(request.algorithmSuite.dataKeyLength);
  try {
    const ciphertext = wrapByEcdh(secret, binding, dataKey);
    return { dataKey, encryptedDataKeys: [{ providerId, providerInfo: encodeEcdhParties(parties), ciphertext }] };
  } catch (error) {
    if (dataKey !== request.dataKey) dataKey.fill(0);
    throw error;
  } finally {
    secret.fill(0);
  }
}

/** Opens the first encrypted data key that is between our ends, as a keyring's `onDecrypt` does. */
export async function decryptFromOther(
  exchange: EcdhExchange,
  request: KeyringDecryptRequest,
): Promise<Uint8Array | undefined> {
  const candidates = request.encryptedDataKeys.flatMap((entry): UnwrapCandidate[] => {
    const parties = isEcdh(entry) ? decodeEcdhParties(exchange.own.curve, entry.providerInfo) : undefined;
    if (parties === undefined || !isBetweenOurEnds(exchange, parties)) return [];
    return [{ key: exchange.key, unwrap: () => unwrap(exchange, parties, entry.ciphertext, request) }];
  });
  return firstDataKey(exchange.keyring, candidates, request.signal);
}

async function unwrap(
  exchange: EcdhExchange,
  parties: EcdhParties,
  ciphertext: Uint8Array,
  request: KeyringDecryptRequest,
): Promise<Uint8Array> {
  const other = exchange.other ?? fromCompressedPoint(exchange.own.curve, parties.sender);
  if (other === undefined) throw new MalformedMessageError('the sender named by the message is no point of the curve');
  const secret = await exchange.agree(other, request);
  const binding = { curve: exchange.own.curve, parties, encryptionContext: request.encryptionContext };
  try {
    const dataKey = unwrapByEcdh(secret, binding, ciphertext, request.algorithmSuite.dataKeyLength);
    if (dataKey === undefined) throw new DecryptionFailedError();
    return dataKey;
  } finally {
    secret.fill(0);
  }
}

/** Whether a data key was wrapped by an ECDH keyring, raw or KMS. */
export function isEcdh({ providerId }: EncryptedDataKey): boolean {
  return providerId === 'raw-ecdh' || providerId === 'aws-kms-ecdh';
}

// With a fixed other end either of the two may have been the sender: the secret is the same.
function isBetweenOurEnds({ own, other }: EcdhExchange, { sender, recipient }: EcdhParties): boolean {
  const weReceive = isSameBytes(recipient, own.point);
  if (other === undefined) return weReceive;
  const weSent = isSameBytes(sender, own.point) && isSameBytes(recipient, other.point);
  return weSent || (weReceive && isSameBytes(sender, other.point));
}
