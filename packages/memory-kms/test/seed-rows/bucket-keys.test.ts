import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { scene } from './scene.ts';

const OBJECTS_PER_HOUR = 250;
const HOURS = 24;

/** Seals an object under a data key made from a bucket key, as S3 does with Bucket Keys: KMS sees nothing of it. */
function sealObject(bucketKey: Uint8Array, object: string): Buffer {
  const salt = randomBytes(32);
  const cipher = createCipheriv(
    'aes-256-gcm',
    new Uint8Array(hkdfSync('sha256', bucketKey, salt, object, 32)),
    randomBytes(12),
  );
  return Buffer.concat([salt, cipher.update('object'), cipher.final(), cipher.getAuthTag()]);
}

describe('seed row: bucket keys', () => {
  it('99 % fewer calls: one GenerateDataKey for each object, against one for each hour of a bucket', async () => {
    const { kms, admin, clock, keyId, arn } = await scene();
    const generate = (context: Record<string, string>) =>
      admin.generateDataKey({ KeyId: keyId, KeySpec: 'AES_256', EncryptionContext: context });
    const calls = () => kms.callCount('GenerateDataKey');

    for (let object = 0; object < OBJECTS_PER_HOUR * HOURS; object += 1) {
      const { Plaintext = new Uint8Array(0) } = await generate({ 'aws:s3:arn': `arn:aws:s3:::bucket/${object}` });
      sealObject(Plaintext, String(object));
    }
    const perObject = calls();

    for (let hour = 0; hour < HOURS; hour += 1) {
      const { Plaintext = new Uint8Array(0) } = await generate({ 'aws:s3:arn': 'arn:aws:s3:::bucket' });
      for (let object = 0; object < OBJECTS_PER_HOUR; object += 1) sealObject(Plaintext, `${hour}/${object}`);
      clock.advance('1h');
    }
    const perBucket = calls() - perObject;

    expect([perObject, perBucket]).toEqual([6000, 24]);
    expect(1 - perBucket / perObject).toBeGreaterThanOrEqual(0.99);
    expect(kms.counts().byKey[arn]).toBe(6000 + 24 + 1);
    // The trail names the bucket alone: what S3's documentation warns of.
    expect(kms.auditLog.at(-1)?.requestParameters?.['encryptionContext']).toEqual({
      'aws:s3:arn': 'arn:aws:s3:::bucket',
    });
  });
});
