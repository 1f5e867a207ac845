import type { EncryptionAlgorithmSpec } from '@aws-sdk/client-kms';
import { parseBlob } from '../engine/ciphertext-blob.ts';
import type { FreeHandler } from '../engine/handler.ts';
import { endDryRun, type Invocation, noteUse } from '../engine/invocation.ts';
import { keyArn } from '../engine/key-identifier.ts';
import type { LocalKey } from '../engine/key-record.ts';
import { requireState } from '../engine/key-state.ts';
import type { Input } from '../engine/operation-types.ts';
import { peekKey, resolveKey } from '../engine/resolve-key.ts';
import { ignoresCiphertext, type Opened, open } from './decrypt.ts';
import { checkEncryption, performEncryption } from './encrypt.ts';

const NAMING = { keyIdForms: 'keyOrAlias', crossAccount: true } as const;

/** Decrypts under one key and encrypts under another; the plaintext never leaves. */
export const reEncrypt: FreeHandler<'ReEncrypt'> = (invocation) => {
  const { input, trace } = invocation;
  const conditionValues = { 'kms:ReEncryptOnSameKey': String(staysOnSameKey(invocation)) };
  const source = openSource(invocation, conditionValues);
  const key = destinationOf(invocation, conditionValues);
  const algorithm = input.DestinationEncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT';
  const encryption = { key, algorithm, context: input.DestinationEncryptionContext };
  checkEncryption(encryption, 'ReEncrypt', source.plaintext);
  endDryRun(input);
  noteUse(invocation, source.key);
  noteUse(invocation, key);
  const { blob, materialId } = performEncryption(invocation, encryption, source.plaintext);
  if (source.materialId !== undefined) trace.additional['sourceKeyMaterialId'] = source.materialId;
  if (materialId !== undefined) trace.additional['destinationKeyMaterialId'] = materialId;
  return {
    CiphertextBlob: blob,
    SourceKeyId: source.key.arn,
    KeyId: key.arn,
    SourceEncryptionAlgorithm: sourceAlgorithm(input),
    DestinationEncryptionAlgorithm: algorithm,
    ...(source.materialId === undefined ? {} : { SourceKeyMaterialId: source.materialId }),
    ...(materialId === undefined ? {} : { DestinationKeyMaterialId: materialId }),
  };
};

function sourceAlgorithm(input: Input<'ReEncrypt'>): EncryptionAlgorithmSpec {
  return input.SourceEncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT';
}

type Conditions = Readonly<Record<string, string>>;

/** Both actions may be made to depend on it, so that it is settled before either is asked for. */
function staysOnSameKey(invocation: Invocation<Input<'ReEncrypt'>>): boolean {
  const { input } = invocation;
  const destination = peekKey(invocation, input.DestinationKeyId ?? '', NAMING)?.key.arn;
  return destination !== undefined && destination === sourceArn(invocation);
}

/** The key that the request names, or the one inside the blob. What is wrong with either is told in its own turn. */
function sourceArn(invocation: Invocation<Input<'ReEncrypt'>>): string | undefined {
  const { SourceKeyId: name, CiphertextBlob: blob } = invocation.input;
  if (name !== undefined) return peekKey(invocation, name, NAMING)?.key.arn;
  try {
    const { account, keyId } = parseBlob(blob ?? new Uint8Array(0));
    return keyArn(invocation.call.region, account, keyId);
  } catch {
    return undefined;
  }
}

function openSource(invocation: Invocation<Input<'ReEncrypt'>>, conditionValues: Conditions): Opened {
  const { input } = invocation;
  return open(invocation, {
    action: 'kms:ReEncryptFrom',
    keyId: input.SourceKeyId,
    ciphertext: input.CiphertextBlob,
    algorithm: sourceAlgorithm(input),
    context: input.SourceEncryptionContext,
    ignoreCiphertext: ignoresCiphertext(input),
    conditionValues,
  });
}

function destinationOf(invocation: Invocation<Input<'ReEncrypt'>>, conditionValues: Conditions): LocalKey {
  const { input, now } = invocation;
  const { key } = resolveKey(invocation, input.DestinationKeyId ?? '', NAMING, 'kms:ReEncryptTo', {
    encryptionContext: input.DestinationEncryptionContext,
    conditionValues,
  });
  requireState(key, 'use', now);
  return key;
}
