import { constants, createPublicKey, createVerify, publicEncrypt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MemoryKms } from '../../src/index.ts';
import { errorOf, scene } from './scene.ts';

const message = Buffer.from('message');

describe('seed row: key types', () => {
  it('customer managed, symmetric: encrypts and decrypts without being told the key', async () => {
    const { admin, keyId, arn } = await scene();
    const { CiphertextBlob } = await admin.encrypt({ KeyId: keyId, Plaintext: message });
    expect(await admin.decrypt({ CiphertextBlob })).toMatchObject({ KeyId: arn, Plaintext: Uint8Array.from(message) });
  });

  it('customer managed, RSA: what anybody encrypts outside with the public key, KMS decrypts', async () => {
    const client = new MemoryKms().client();
    const { KeyMetadata } = await client.createKey({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
    const { PublicKey } = await client.getPublicKey({ KeyId: KeyMetadata?.KeyId });
    const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const CiphertextBlob = publicEncrypt({ key, padding, oaepHash: 'sha256' }, message);
    const request = { KeyId: KeyMetadata?.KeyId, CiphertextBlob, EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' } as const;
    expect((await client.decrypt(request)).Plaintext).toEqual(Uint8Array.from(message));
  });

  it('customer managed, ECC: what KMS signs, anybody verifies outside', async () => {
    const client = new MemoryKms().client();
    const { KeyMetadata } = await client.createKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    const KeyId = KeyMetadata?.KeyId;
    const { Signature } = await client.sign({ KeyId, Message: message, SigningAlgorithm: 'ECDSA_SHA_256' });
    const { PublicKey } = await client.getPublicKey({ KeyId });
    const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
    expect(
      createVerify('sha256')
        .update(message)
        .verify(key, Signature ?? new Uint8Array(0)),
    ).toBe(true);
  });

  it('customer managed, HMAC: a MAC that verifies, and one that does not', async () => {
    const client = new MemoryKms().client();
    const { KeyMetadata } = await client.createKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
    const request = { KeyId: KeyMetadata?.KeyId, Message: message, MacAlgorithm: 'HMAC_SHA_256' } as const;
    const { Mac } = await client.generateMac(request);
    expect((await client.verifyMac({ ...request, Mac })).MacValid).toBe(true);
    expect(await errorOf(client.verifyMac({ ...request, Mac: new Uint8Array(32) }))).toBe('KMSInvalidMacException');
  });

  it('AWS managed: made on first use under alias/aws/…, rotated yearly, its policy fixed', async () => {
    const { admin } = await scene();
    const { KeyMetadata } = await admin.describeKey({ KeyId: 'alias/aws/s3' });
    expect(KeyMetadata?.KeyManager).toBe('AWS');
    const KeyId = KeyMetadata?.KeyId;
    expect((await admin.getKeyRotationStatus({ KeyId })).KeyRotationEnabled).toBe(true);
    const Policy = (await admin.getKeyPolicy({ KeyId })).Policy;
    expect(await errorOf(admin.putKeyPolicy({ KeyId, Policy }))).not.toBe('nothing');
    expect(await errorOf(admin.scheduleKeyDeletion({ KeyId }))).not.toBe('nothing');
  });

  it('AWS owned: in no list and for nobody’s use', async () => {
    const { kms, admin } = await scene();
    const arn = kms.provisionOwnedKey('dynamodb');
    const { Keys = [] } = await admin.listKeys({});
    expect(Keys.map((key) => key.KeyArn)).not.toContain(arn);
    expect(await errorOf(admin.describeKey({ KeyId: arn }))).not.toBe('nothing');
  });
});
