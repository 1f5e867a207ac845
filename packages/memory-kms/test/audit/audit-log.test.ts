import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AuditRecord, auditFile, FakeClock, MemoryKms } from '../../src/index.ts';

const ACCOUNT = '111122223333';
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/app/job-7`;

/** A KMS with a clock at a known time, and one key with an alias. */
async function setUp(options: object = {}) {
  const kms = new MemoryKms({ clock: new FakeClock('2026-11-23T16:00:00.750Z'), ...options });
  const root = kms.client({ region: 'eu-west-1' });
  const { KeyMetadata } = await root.createKey({ Description: 'app' });
  await root.createAlias({ AliasName: 'alias/app', TargetKeyId: KeyMetadata?.KeyId });
  return { kms, root, arn: KeyMetadata?.Arn ?? '', session: kms.client({ region: 'eu-west-1', principal: SESSION }) };
}

const last = (kms: MemoryKms): AuditRecord => kms.auditLog.at(-1) as AuditRecord;

describe('the audit log', () => {
  it('records a call as CloudTrail does', async () => {
    const { kms, session, arn } = await setUp();
    const answer = await session.generateDataKey({
      KeyId: 'alias/app',
      KeySpec: 'AES_256',
      EncryptionContext: { tenant: 't1' },
      GrantTokens: ['secret-token'],
    });
    expect(last(kms)).toEqual({
      eventVersion: '1.11',
      userIdentity: {
        type: 'AssumedRole',
        principalId: expect.stringMatching(/^AROA[0-9A-F]{17}:job-7$/),
        arn: SESSION,
        accountId: ACCOUNT,
        sessionContext: {
          sessionIssuer: expect.objectContaining({ type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/app` }),
        },
      },
      eventTime: '2026-11-23T16:00:00Z',
      eventSource: 'kms.amazonaws.com',
      eventName: 'GenerateDataKey',
      awsRegion: 'eu-west-1',
      sourceIPAddress: '127.0.0.1',
      userAgent: 'memory-kms (in process)',
      requestParameters: { keyId: 'alias/app', keySpec: 'AES_256', encryptionContext: { tenant: 't1' } },
      responseElements: null,
      additionalEventData: { keyMaterialId: answer.KeyMaterialId },
      requestID: answer.$metadata.requestId,
      eventID: expect.stringMatching(/^[0-9a-f-]{36}$/),
      readOnly: true,
      resources: [{ accountId: ACCOUNT, type: 'AWS::KMS::Key', ARN: arn }],
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: ACCOUNT,
      eventCategory: 'Management',
    });
  });

  it('never holds plaintext, ciphertext or tokens', async () => {
    const { kms, root } = await setUp();
    const plaintext = Buffer.from('the plaintext itself');
    const { CiphertextBlob } = await root.encrypt({ KeyId: 'alias/app', Plaintext: plaintext });
    await root.decrypt({ CiphertextBlob });
    const { GrantToken } = await root.createGrant({
      KeyId: last(kms).resources?.[0]?.ARN,
      GranteePrincipal: SESSION,
      Operations: ['Decrypt'],
    });
    const text = JSON.stringify(kms.auditLog);
    for (const secret of [plaintext.toString(), plaintext.toString('base64'), plaintext.toString('hex')]) {
      expect(text).not.toContain(secret);
    }
    expect(text).not.toContain(Buffer.from(CiphertextBlob as Uint8Array).toString('base64'));
    expect(text).not.toContain(GrantToken);
  });

  it('shows the algorithm that was not sent, and answers of calls that change something', async () => {
    const { kms, root, arn } = await setUp();
    const { CiphertextBlob } = await root.encrypt({ KeyId: 'alias/app', Plaintext: new Uint8Array(1) });
    expect(last(kms).requestParameters).toEqual({ keyId: 'alias/app', encryptionAlgorithm: 'SYMMETRIC_DEFAULT' });
    await root.decrypt({ CiphertextBlob });
    expect(last(kms).requestParameters).toEqual({ encryptionAlgorithm: 'SYMMETRIC_DEFAULT' });
    await root.scheduleKeyDeletion({ KeyId: arn, PendingWindowInDays: 7 });
    expect(last(kms)).toMatchObject({ readOnly: false, responseElements: { keyState: 'PendingDeletion' } });
  });

  it('records failures with code and message', async () => {
    const { kms, root } = await setUp();
    await expect(root.describeKey({ KeyId: 'alias/none' })).rejects.toThrow();
    expect(last(kms)).toMatchObject({ errorCode: 'NotFoundException', responseElements: null });
    expect(last(kms).errorMessage).toContain('alias/none is not found');
    await expect(root.decrypt({ CiphertextBlob: new Uint8Array(9) })).rejects.toThrow();
    expect(last(kms).errorCode).toBe('InvalidCiphertextException');
    expect(last(kms)).not.toHaveProperty('errorMessage');
  });

  it('records a denied call in the trail of the caller alone, as AccessDenied', async () => {
    const { kms, arn } = await setUp({ authorization: 'keyPolicy' });
    const stranger = kms.client({ region: 'eu-west-1', principal: 'arn:aws:iam::444455556666:user/eve' });
    const before = kms.auditLog.length;
    await expect(stranger.generateDataKey({ KeyId: arn, KeySpec: 'AES_256' })).rejects.toThrow();
    expect(kms.auditLog).toHaveLength(before + 1);
    expect(last(kms)).toMatchObject({ errorCode: 'AccessDenied', recipientAccountId: '444455556666' });
  });

  it('records a cross-account call in both trails, joined', async () => {
    const { kms, arn } = await setUp();
    const stranger = kms.client({ region: 'eu-west-1', principal: 'arn:aws:iam::444455556666:user/eve' });
    await stranger.generateDataKey({ KeyId: arn, KeySpec: 'AES_256' });
    const [own, theirs] = kms.auditLog.slice(-2);
    expect(own).toMatchObject({
      recipientAccountId: '444455556666',
      userIdentity: { type: 'IAMUser', userName: 'eve' },
    });
    expect(theirs).toMatchObject({ recipientAccountId: ACCOUNT, userIdentity: { type: 'AWSAccount' } });
    expect(theirs?.userIdentity).not.toHaveProperty('arn');
    expect(own?.sharedEventID).toBe(theirs?.sharedEventID);
    expect(own?.eventID).not.toBe(theirs?.eventID);
  });

  it('records ReEncrypt with source before destination', async () => {
    const { kms, root, arn } = await setUp();
    const { KeyMetadata } = await root.createKey({});
    const { CiphertextBlob } = await root.encrypt({ KeyId: arn, Plaintext: new Uint8Array(1) });
    await root.reEncrypt({ CiphertextBlob, DestinationKeyId: KeyMetadata?.KeyId });
    expect(last(kms).resources?.map((each) => each.ARN)).toEqual([arn, KeyMetadata?.Arn]);
    expect(Object.keys(last(kms).additionalEventData ?? {})).toEqual([
      'sourceKeyMaterialId',
      'destinationKeyMaterialId',
    ]);
  });

  it('records what KMS does by itself as a service event', async () => {
    const clock = new FakeClock('2026-01-01T00:00:00Z');
    const kms = new MemoryKms({ clock });
    const { KeyMetadata } = await kms.client().createKey({});
    await kms.client().enableKeyRotation({ KeyId: KeyMetadata?.KeyId, RotationPeriodInDays: 90 });
    clock.advance('91d');
    await kms.client().describeKey({ KeyId: KeyMetadata?.KeyId });
    const event = kms.auditLog.find((record) => record.eventName === 'RotateKey');
    expect(event).toMatchObject({
      eventType: 'AwsServiceEvent',
      eventTime: '2026-04-01T00:00:00Z',
      userIdentity: { accountId: ACCOUNT, invokedBy: 'AWS Internal' },
      requestParameters: null,
      serviceEventDetails: { rotationType: 'AUTOMATIC' },
    });
    expect(event).not.toHaveProperty('requestID');
  });

  it('counts by operation, key, principal and error', async () => {
    const { kms, root, session, arn } = await setUp();
    await session.generateDataKey({ KeyId: 'alias/app', KeySpec: 'AES_256' });
    await session.generateDataKey({ KeyId: 'alias/app', KeySpec: 'AES_256' });
    await expect(root.describeKey({ KeyId: 'alias/none' })).rejects.toThrow();
    const counts = kms.counts();
    expect(counts.byOperation).toMatchObject({ CreateKey: 1, CreateAlias: 1, GenerateDataKey: 2, DescribeKey: 1 });
    expect(counts.byPrincipal).toEqual({ [`arn:aws:iam::${ACCOUNT}:root`]: 3, [SESSION]: 2 });
    expect(counts.byKey[arn]).toBe(4);
    expect(counts.byError).toEqual({ NotFoundException: 1 });
    expect([counts.total, counts.failed]).toEqual([5, 1]);
    expect(kms.callCount('GenerateDataKey')).toBe(2);
  });

  it('keeps the last records only, as many as it is told', async () => {
    const kms = new MemoryKms({ audit: { keep: 8 } });
    for (let count = 0; count < 100; count += 1) await kms.client().generateRandom({ NumberOfBytes: 1 });
    expect(kms.auditLog.length).toBeGreaterThanOrEqual(8);
    expect(kms.auditLog.length).toBeLessThanOrEqual(10);
    expect(kms.counts().total).toBe(100);
  });

  it('goes to callbacks, whose failures disturb no call', async () => {
    const seen: string[] = [];
    const failing = () => {
      throw new Error('full');
    };
    const kms = new MemoryKms({ audit: { outputs: [failing, (record) => void seen.push(record.eventName)] } });
    await kms.client().generateRandom({ NumberOfBytes: 1 });
    expect(seen).toEqual(['GenerateRandom']);
  });

  it('goes to a file of JSON lines that only the owner reads', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'kms-audit-')), 'audit.jsonl');
    const output = auditFile(path);
    const kms = new MemoryKms({ audit: { outputs: [output] } });
    await kms.client().generateRandom({ NumberOfBytes: 1 });
    await kms.client().listKeys({});
    output.close();
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as AuditRecord).eventName)).toEqual(['GenerateRandom', 'ListKeys']);
    expect(lines.map((line) => JSON.parse(line))).toEqual(JSON.parse(JSON.stringify(kms.auditLog)));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});
