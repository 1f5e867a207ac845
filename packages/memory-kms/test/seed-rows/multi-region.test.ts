import { describe, expect, it } from 'vitest';
import { errorOf, ROOT, scene } from './scene.ts';

async function replicated() {
  const set = await scene();
  const { KeyMetadata } = await set.admin.createKey({ MultiRegion: true });
  const KeyId = KeyMetadata?.KeyId ?? '';
  await set.admin.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' });
  return { ...set, KeyId, arn: KeyMetadata?.Arn ?? '', ireland: set.as(ROOT, 'eu-west-1') };
}

describe('seed row: multi-Region keys', () => {
  it('seal in one Region and open in another, which calls nobody', async () => {
    const { admin, ireland, KeyId, kms } = await replicated();
    const { CiphertextBlob } = await admin.encrypt({ KeyId, Plaintext: Buffer.from('x') });
    const { KeyId: opener } = await ireland.decrypt({ CiphertextBlob });
    expect(opener).toMatch(/^arn:aws:kms:eu-west-1:/);
    expect(kms.auditLog.at(-1)?.awsRegion).toBe('eu-west-1');
    expect(kms.auditLog.filter(({ eventName }) => eventName === 'Decrypt')).toHaveLength(1);
  });

  it('open in Ireland while Virginia is out', async () => {
    const { admin, ireland, KeyId, kms } = await replicated();
    const { CiphertextBlob } = await admin.encrypt({ KeyId, Plaintext: Buffer.from('x') });
    kms.faults.add({ region: 'us-east-1', outage: true });
    await expect(admin.decrypt({ CiphertextBlob })).rejects.toMatchObject({ code: 'ECONNRESET' });
    await ireland.decrypt({ CiphertextBlob });
  });

  it('share id, material and rotation, and nothing else', async () => {
    const { admin, ireland, KeyId } = await replicated();
    await admin.rotateKeyOnDemand({ KeyId });
    const [here, there] = await Promise.all([admin, ireland].map((client) => client.describeKey({ KeyId })));
    expect(there?.KeyMetadata?.KeyId).toBe(here?.KeyMetadata?.KeyId);
    expect(there?.KeyMetadata?.CurrentKeyMaterialId).toBe(here?.KeyMetadata?.CurrentKeyMaterialId);
    await admin.createAlias({ AliasName: 'alias/here', TargetKeyId: KeyId });
    await admin.disableKey({ KeyId });
    expect(await errorOf(ireland.describeKey({ KeyId: 'alias/here' }))).toBe('NotFoundException');
    expect((await ireland.describeKey({ KeyId })).KeyMetadata?.KeyState).toBe('Enabled');
  });

  it('hand the part of the primary over', async () => {
    const { admin, ireland, KeyId } = await replicated();
    await admin.updatePrimaryRegion({ KeyId, PrimaryRegion: 'eu-west-1' });
    const { KeyMetadata } = await ireland.describeKey({ KeyId });
    expect(KeyMetadata?.MultiRegionConfiguration).toMatchObject({
      MultiRegionKeyType: 'PRIMARY',
      ReplicaKeys: [{ Region: 'us-east-1' }],
    });
  });

  it('stay apart where they are single-Region: another Region can’t open', async () => {
    const { admin, as, keyId } = await scene();
    const { CiphertextBlob } = await admin.encrypt({ KeyId: keyId, Plaintext: new Uint8Array(1) });
    expect(await errorOf(as(ROOT, 'eu-west-1').decrypt({ CiphertextBlob }))).toBe('AccessDeniedException');
    expect(await errorOf(admin.replicateKey({ KeyId: keyId, ReplicaRegion: 'eu-west-1' }))).toBe(
      'UnsupportedOperationException',
    );
  });
});
