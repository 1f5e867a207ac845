import { FakeClock, MemoryKms, type MemoryKmsClient, type MemoryKmsOptions } from '../../src/index.ts';

export const ACCOUNT = '111122223333';
export const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
export const ALICE = `arn:aws:iam::${ACCOUNT}:user/alice`;
export const JOB = `arn:aws:sts::${ACCOUNT}:assumed-role/report/job-7`;
export const PARTNER = 'arn:aws:iam::444455556666:user/partner';

/** A KMS on a clock that is moved by hand, with a key of the account. */
export async function scene(options: MemoryKmsOptions = {}, policy?: object) {
  const clock = new FakeClock('2026-01-01T00:00:00Z');
  const kms = new MemoryKms({ clock, ...options });
  const admin = kms.client();
  const { KeyMetadata } = await admin.createKey({
    BypassPolicyLockoutSafetyCheck: true,
    ...(policy === undefined ? {} : { Policy: JSON.stringify(policy) }),
  });
  const as = (principal: string, region?: string): MemoryKmsClient => kms.client({ principal, region });
  return { kms, clock, admin, as, keyId: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' };
}

/** The name of the error that a call ends with; `nothing` where it succeeds. */
export async function errorOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'nothing',
    (error: Error) => error.name,
  );
}

/** A policy of these statements. */
export const policyOf = (...statements: readonly object[]) => ({ Version: '2012-10-17', Statement: statements });

/** The statement of the default key policy. */
export const iamDecides = { Effect: 'Allow', Principal: { AWS: ROOT }, Action: 'kms:*', Resource: '*' };
