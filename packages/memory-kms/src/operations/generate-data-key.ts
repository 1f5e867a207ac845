import type { KeyHandler } from '../engine/handler.ts';
import { endDryRun, type KeyInvocation, noteUse } from '../engine/invocation.ts';
import type { Input } from '../engine/operation-types.ts';
import { sealUnder } from '../engine/symmetric-cipher.ts';
import { requireSymmetric } from '../engine/usage-check.ts';

type Request = Omit<Input<'GenerateDataKeyWithoutPlaintext'>, 'KeyId'>;

/** A data key in the clear and sealed. */
export const generateDataKey: KeyHandler<'GenerateDataKey'> = (invocation) => {
  const { plaintext, ...sealed } = makeDataKey(invocation, 'GenerateDataKey');
  return { ...sealed, Plaintext: plaintext };
};

/** A data key that only Decrypt will show. */
export const generateDataKeyWithoutPlaintext: KeyHandler<'GenerateDataKeyWithoutPlaintext'> = (invocation) => {
  const { plaintext, ...sealed } = makeDataKey(invocation, 'GenerateDataKeyWithoutPlaintext');
  plaintext.fill(0);
  return sealed;
};

function makeDataKey(invocation: KeyInvocation<Request>, operation: string) {
  const { key, input, parts, trace } = invocation;
  const length = input.NumberOfBytes ?? (input.KeySpec === 'AES_128' ? 16 : 32);
  requireSymmetric(key, operation);
  endDryRun(input);
  noteUse(invocation, key);
  const plaintext = Uint8Array.from(parts.random.bytes(length));
  const { blob, materialId } = sealUnder(invocation, key, input.EncryptionContext, plaintext);
  trace.additional['keyMaterialId'] = materialId;
  return { CiphertextBlob: blob, KeyId: key.arn, KeyMaterialId: materialId, plaintext };
}
