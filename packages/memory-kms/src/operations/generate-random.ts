import type { FreeHandler } from '../engine/handler.ts';
import { authorize } from '../engine/invocation.ts';
import { KmsServiceError } from '../engine/kms-service-error.ts';

/** Random bytes. */
export const generateRandom: FreeHandler<'GenerateRandom'> = (invocation) => {
  const { input, parts } = invocation;
  if (input.CustomKeyStoreId !== undefined) {
    throw new KmsServiceError('UnsupportedOperationException', 'Custom key stores are not supported.');
  }
  authorize(invocation, 'kms:GenerateRandom', { kind: 'none' });
  return { Plaintext: Uint8Array.from(parts.random.bytes(input.NumberOfBytes ?? 0)) };
};
