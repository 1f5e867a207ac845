// GenerateMac and VerifyMac.

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { KeyHandler } from '../engine/handler.ts';
import { currentMaterial, endDryRun, type KeyInvocation, noteUse } from '../engine/invocation.ts';
import { KmsServiceError } from '../engine/kms-service-error.ts';
import type { Input } from '../engine/operation-types.ts';
import { requireAlgorithm, requireUsage } from '../engine/usage-check.ts';

/** An HMAC over a message of up to 4,096 bytes, as long as its hash. */
export const generateMac: KeyHandler<'GenerateMac'> = (invocation) => {
  const { key, input } = invocation;
  const mac = checkedMac(invocation, 'GenerateMac');
  endDryRun(input);
  noteUse(invocation, key);
  return { Mac: mac, MacAlgorithm: input.MacAlgorithm, KeyId: key.arn };
};

/** Verifies an HMAC: a wrong one is an error, never `MacValid: false`. */
export const verifyMac: KeyHandler<'VerifyMac'> = (invocation) => {
  const { key, input } = invocation;
  const mac = checkedMac(invocation, 'VerifyMac');
  const given = input.Mac ?? new Uint8Array(0);
  if (given.length !== mac.length || !timingSafeEqual(given, mac))
    throw new KmsServiceError('KMSInvalidMacException', '');
  endDryRun(input);
  noteUse(invocation, key);
  return { KeyId: key.arn, MacValid: true, MacAlgorithm: input.MacAlgorithm };
};

function checkedMac(
  { key, input }: KeyInvocation<Pick<Input<'VerifyMac'>, 'MacAlgorithm' | 'Message'>>,
  operation: string,
) {
  const { MacAlgorithm: algorithm = '', Message: message = new Uint8Array(0) } = input;
  requireUsage(key, 'GENERATE_VERIFY_MAC', operation);
  requireAlgorithm(key, algorithm);
  const hash = `sha${algorithm.slice(-3)}`;
  return Uint8Array.from(createHmac(hash, currentMaterial(key).bytes).update(message).digest());
}
