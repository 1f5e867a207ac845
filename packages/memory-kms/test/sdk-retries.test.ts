// What a genuine SDK client retries against AWS, it retries here: three attempts in all.

import * as sdk from '@aws-sdk/client-kms';
import { MemoryKms } from '@waxseal/memory-kms';
import { describe, expect, it } from 'vitest';
import { frontNames, openFront } from './fronts.ts';

const exported: Readonly<Record<string, unknown>> = { ...sdk };
const table = [
  ['ThrottlingException', 3],
  ['LimitExceededException', 3],
  ['KMSInternalException', 3],
  ['KeyUnavailableException', 3],
  ['DependencyTimeoutException', 3],
  ['AccessDeniedException', 1],
  ['DisabledException', 1],
  ['InvalidCiphertextException', 1],
  ['KMSInvalidStateException', 1],
  ['NotFoundException', 1],
  ['ValidationException', 1],
] as const;

describe.each(frontNames.filter((name) => name !== 'in process'))('%s', (frontName) => {
  it.concurrent.each(table)('%s: %i attempts, and the class of the SDK', async (error, attempts) => {
    const kms = new MemoryKms({ faults: [{ operation: 'GenerateRandom', error }] });
    const front = await openFront(kms, frontName);
    const failure = await front
      .client({ maxAttempts: 3 })
      .generateRandom({ NumberOfBytes: 1 })
      .catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ name: error, $metadata: { attempts } });
    // What the SDK does not model is a KMSServiceException of that name.
    expect(failure).toBeInstanceOf(exported[error] ?? sdk.KMSServiceException);
    expect(kms.callCount('GenerateRandom')).toBe(attempts);
    await front.close();
  });
});
