// Sign and Verify.

import type { KeyHandler } from '../engine/handler.ts';
import { currentMaterial, endDryRun, type KeyInvocation, noteUse } from '../engine/invocation.ts';
import { KmsServiceError } from '../engine/kms-service-error.ts';
import { requireMessage, type SignatureRequest, signMessage, verifyMessage } from '../engine/message-signature.ts';
import type { Input } from '../engine/operation-types.ts';
import { requireAlgorithm, requireUsage } from '../engine/usage-check.ts';

/** Signs a message of up to 4,096 bytes, or a digest. */
export const sign: KeyHandler<'Sign'> = (invocation) => {
  const { key, input } = invocation;
  const request = checkedRequest(invocation, 'Sign');
  endDryRun(input);
  noteUse(invocation, key);
  const signature = signMessage(currentMaterial(key).bytes, request);
  return { KeyId: key.arn, Signature: signature, SigningAlgorithm: input.SigningAlgorithm };
};

/** Verifies a signature: a bad one is an error, never `SignatureValid: false`. */
export const verify: KeyHandler<'Verify'> = (invocation) => {
  const { key, input } = invocation;
  const request = checkedRequest(invocation, 'Verify');
  const isValid = verifyMessage(currentMaterial(key).bytes, request, input.Signature ?? new Uint8Array(0));
  if (!isValid) throw new KmsServiceError('KMSInvalidSignatureException', '');
  endDryRun(input);
  noteUse(invocation, key);
  return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: input.SigningAlgorithm };
};

type Request = Pick<Input<'Verify'>, 'SigningAlgorithm' | 'MessageType' | 'Message'>;

function checkedRequest({ key, input }: KeyInvocation<Request>, operation: string): SignatureRequest {
  const { SigningAlgorithm: algorithm = '', MessageType: messageType = 'RAW', Message: message } = input;
  requireUsage(key, 'SIGN_VERIFY', operation);
  requireAlgorithm(key, algorithm);
  const request = { spec: key.record.spec, algorithm, messageType, message: message ?? new Uint8Array(0) };
  requireMessage(request);
  return request;
}
