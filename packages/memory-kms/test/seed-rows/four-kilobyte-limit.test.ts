import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { errorOf, scene } from './scene.ts';

describe('seed row: KMS encrypts at most 4 KB itself', () => {
  it('takes 4,096 bytes and refuses 4,097, in the words of the service', async () => {
    const { admin, keyId } = await scene();
    const Plaintext = randomBytes(4096);
    const { CiphertextBlob } = await admin.encrypt({ KeyId: keyId, Plaintext });
    expect((await admin.decrypt({ CiphertextBlob })).Plaintext).toEqual(Uint8Array.from(Plaintext));
    await expect(admin.encrypt({ KeyId: keyId, Plaintext: new Uint8Array(4097) })).rejects.toMatchObject({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096",
    });
    expect(await errorOf(admin.encrypt({ KeyId: keyId, Plaintext: new Uint8Array(0) }))).toBe('ValidationException');
  });

  it('so more is sealed under a data key: GenerateDataKey, seal here, keep both, forget the key; Decrypt, open here', async () => {
    const { admin, keyId } = await scene();
    const plaintext = randomBytes(5 * 1024 * 1024);
    const EncryptionContext = { file: 'big' };
    const { Plaintext: dataKey = new Uint8Array(0), CiphertextBlob } = await admin.generateDataKey({
      KeyId: keyId,
      KeySpec: 'AES_256',
      EncryptionContext,
    });
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', dataKey, iv);
    const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    const tag = cipher.getAuthTag();
    dataKey.fill(0);

    const { Plaintext: again = new Uint8Array(0) } = await admin.decrypt({ CiphertextBlob, EncryptionContext });
    const decipher = createDecipheriv('aes-256-gcm', again, iv).setAuthTag(tag);
    expect(Buffer.concat([decipher.update(sealed), decipher.final()]).equals(plaintext)).toBe(true);
    expect(await errorOf(admin.decrypt({ CiphertextBlob, EncryptionContext: { file: 'other' } }))).toBe(
      'InvalidCiphertextException',
    );
  });
});
