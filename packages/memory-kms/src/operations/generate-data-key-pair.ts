import type { KeyHandler } from '../engine/handler.ts';
import { endDryRun, type KeyInvocation, noteUse } from '../engine/invocation.ts';
import { makeKeyPair } from '../engine/key-material.ts';
import { isAsymmetric, isSupportedSpec } from '../engine/key-spec-table.ts';
import { KmsServiceError } from '../engine/kms-service-error.ts';
import type { Input } from '../engine/operation-types.ts';
import { sealUnder } from '../engine/symmetric-cipher.ts';
import { requireSymmetric } from '../engine/usage-check.ts';

type Request = Omit<Input<'GenerateDataKeyPairWithoutPlaintext'>, 'KeyId'>;

/** A key pair: public key as DER SPKI, private key as DER PKCS#8 in the clear and sealed. */
export const generateDataKeyPair: KeyHandler<'GenerateDataKeyPair'> = async (invocation) => {
  const { pkcs8, ...pair } = await makeSealedPair(invocation, 'GenerateDataKeyPair');
  return { ...pair, PrivateKeyPlaintext: pkcs8 };
};

/** A key pair whose private key only Decrypt will show. */
export const generateDataKeyPairWithoutPlaintext: KeyHandler<'GenerateDataKeyPairWithoutPlaintext'> = async (
  invocation,
) => {
  const { pkcs8, ...pair } = await makeSealedPair(invocation, 'GenerateDataKeyPairWithoutPlaintext');
  pkcs8.fill(0);
  return pair;
};

async function makeSealedPair(invocation: KeyInvocation<Request>, operation: string) {
  const { key, input, trace } = invocation;
  const { KeyPairSpec: spec, EncryptionContext: context } = input;
  requireSymmetric(key, operation);
  if (spec === undefined || !isSupportedSpec(spec) || !isAsymmetric(spec)) {
    throw new KmsServiceError('UnsupportedOperationException', `KeyPairSpec ${spec ?? ''} is not supported.`);
  }
  endDryRun(input);
  noteUse(invocation, key);
  const { pkcs8, spki } = await makeKeyPair(spec);
  const { blob, materialId } = sealUnder(invocation, key, context, pkcs8);
  trace.additional['keyMaterialId'] = materialId;
  return {
    PrivateKeyCiphertextBlob: blob,
    PublicKey: spki,
    KeyId: key.arn,
    KeyPairSpec: spec,
    KeyMaterialId: materialId,
    pkcs8,
  };
}
