import { describe, expect, it } from 'vitest';
import { ALICE, errorOf, JOB, scene } from './scene.ts';

describe('seed row: audit', () => {
  it('one record for every call, also for those that fail: who, what, which key, when', async () => {
    const { kms, admin, as, clock, keyId, arn } = await scene({ authorization: 'keyPolicy' });
    await admin.createAlias({ AliasName: 'alias/app', TargetKeyId: keyId });
    const context = { EncryptionContext: { tenant: 't1' } };
    const { CiphertextBlob } = await as(JOB).generateDataKey({ KeyId: 'alias/app', KeySpec: 'AES_256', ...context });
    clock.advance('90m');
    await as(ALICE).decrypt({ CiphertextBlob, ...context });
    expect(await errorOf(as(ALICE).decrypt({ CiphertextBlob }))).toBe('InvalidCiphertextException');
    expect(await errorOf(as('arn:aws:iam::444455556666:user/eve').decrypt({ CiphertextBlob, ...context }))).toBe(
      'AccessDeniedException',
    );
    const table = kms.auditLog.map((record) => [
      record.eventTime,
      record.eventName,
      record.userIdentity.arn?.split(':').at(-1),
      record.errorCode ?? 'ok',
      record.resources?.[0]?.ARN === arn,
    ]);
    expect(table).toEqual([
      ['2026-01-01T00:00:00Z', 'CreateKey', 'root', 'ok', true],
      ['2026-01-01T00:00:00Z', 'CreateAlias', 'root', 'ok', true],
      ['2026-01-01T00:00:00Z', 'GenerateDataKey', 'assumed-role/report/job-7', 'ok', true],
      ['2026-01-01T01:30:00Z', 'Decrypt', 'user/alice', 'ok', true],
      ['2026-01-01T01:30:00Z', 'Decrypt', 'user/alice', 'InvalidCiphertextException', true],
      ['2026-01-01T01:30:00Z', 'Decrypt', 'user/eve', 'AccessDenied', expect.any(Boolean)],
    ]);
  });

  it('joins the record to the answer by request id, and to GetKeyLastUsage by event id', async () => {
    const { kms, admin, keyId } = await scene();
    const { $metadata } = await admin.generateDataKey({ KeyId: keyId, KeySpec: 'AES_256' });
    const record = kms.auditLog.at(-1);
    expect(record?.requestID).toBe($metadata.requestId);
    const { KeyLastUsage } = await admin.getKeyLastUsage({ KeyId: keyId });
    expect(KeyLastUsage).toMatchObject({ CloudTrailEventId: record?.eventID, KmsRequestId: record?.requestID });
  });

  it('shows what KMS did by itself', async () => {
    const { kms, admin, clock, keyId } = await scene();
    await admin.scheduleKeyDeletion({ KeyId: keyId, PendingWindowInDays: 7 });
    clock.advance('8d');
    await admin.listKeys({});
    expect(kms.auditLog.map(({ eventType, eventName }) => `${eventType} ${eventName}`)).toContain(
      'AwsServiceEvent DeleteKey',
    );
  });
});
