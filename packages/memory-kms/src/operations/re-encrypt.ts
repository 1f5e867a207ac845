import type { EncryptionAlgorithmSpec } from '@aws-sdk/client-kms';
import type { FreeHandler } from '../engine/handler.ts';
import { endDryRun, type Invocation, noteUse } from '../engine/invocation.ts';
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
  const source = openSource(invocation);
  const key = destinationOf(invocation, source.key);
  const algorithm = input.DestinationEncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT';
  const encryption = { key, algorithm, context: input.DestinationEncryptionContext };
  checkEncryption(invocation, encryption, 'ReEncrypt', source.plaintext);
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

function openSource(invocation: Invocation<Input<'ReEncrypt'>>): Opened {
  const { input } = invocation;
  return open(invocation, {
    action: 'kms:ReEncryptFrom',
    keyId: input.SourceKeyId,
    ciphertext: input.CiphertextBlob,
    algorithm: sourceAlgorithm(input),
    context: input.SourceEncryptionContext,
    ignoreCiphertext: ignoresCiphertext(input),
  });
}

function destinationOf(invocation: Invocation<Input<'ReEncrypt'>>, source: LocalKey): LocalKey {
  const { input, now } = invocation;
  const name = input.DestinationKeyId ?? '';
  const same = peekKey(invocation, name, NAMING)?.key.arn === source.arn;
  const { key } = resolveKey(invocation, name, NAMING, 'kms:ReEncryptTo', {
    encryptionContext: input.DestinationEncryptionContext,
    conditionValues: { 'kms:ReEncryptOnSameKey': String(same) },
  });
  requireState(key, 'use', now);
  return key;
}
