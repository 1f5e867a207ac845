import { describe, expect, it } from 'vitest';
import { bytes, errorOf, newKey, outcomeOf, stillKms } from './keys-in-states.ts';

describe('AWS managed keys', () => {
  it('are made when their alias is first used', async () => {
    const { client } = stillKms();
    expect((await client.listKeys()).Keys).toEqual([]);
    const made = await client.generateDataKey({ KeyId: 'alias/aws/s3', KeySpec: 'AES_256' });
    const { KeyMetadata } = await client.describeKey({ KeyId: 'alias/aws/s3' });
    expect(KeyMetadata).toMatchObject({ KeyManager: 'AWS', Arn: made.KeyId, KeyState: 'Enabled' });
    expect((await client.listKeys()).Keys).toHaveLength(1);
    expect((await client.listAliases()).Aliases).toMatchObject([
      { AliasName: 'alias/aws/s3', TargetKeyId: KeyMetadata!.KeyId },
    ]);
  });

  it('are one for each account and Region', async () => {
    const { client, kms } = stillKms();
    const arns = new Set<string | undefined>();
    for (const each of [
      client,
      client,
      kms.client({ region: 'eu-west-1' }),
      kms.client({ principal: 'arn:aws:iam::444455556666:root' }),
    ]) {
      arns.add((await each.describeKey({ KeyId: 'alias/aws/ebs' })).KeyMetadata!.Arn);
    }
    expect(arns.size).toBe(3);
    expect(kms.provisionManagedKey('ebs')).toBe([...arns][0]);
  });

  it('are not made for services that KMS does not know, but by provisionManagedKey', async () => {
    const { client, kms } = stillKms();
    expect((await errorOf(client.describeKey({ KeyId: 'alias/aws/nonsense' }))).name).toBe('NotFoundException');
    const arn = kms.provisionManagedKey('nonsense');
    expect((await client.describeKey({ KeyId: 'alias/aws/nonsense' })).KeyMetadata!.Arn).toBe(arn);
  });

  it('rotate every year', async () => {
    const { client, clock } = stillKms();
    const KeyId = (await client.describeKey({ KeyId: 'alias/aws/s3' })).KeyMetadata!.KeyId!;
    expect(await client.getKeyRotationStatus({ KeyId })).toMatchObject({
      KeyRotationEnabled: true,
      RotationPeriodInDays: 365,
    });
    clock.advance(3 * 365 * 86_400_000);
    expect((await client.listKeyRotations({ KeyId })).Rotations).toHaveLength(3);
  });

  it('serve their own account alone', async () => {
    const { client, kms } = stillKms();
    const { KeyMetadata } = await client.describeKey({ KeyId: 'alias/aws/s3' });
    const { CiphertextBlob } = await client.encrypt({ KeyId: 'alias/aws/s3', Plaintext: bytes('x') });
    const stranger = kms.client({ principal: 'arn:aws:iam::444455556666:root' });
    expect((await errorOf(stranger.encrypt({ KeyId: KeyMetadata!.Arn, Plaintext: bytes('x') }))).name).toBe(
      'AccessDeniedException',
    );
    expect((await errorOf(stranger.decrypt({ CiphertextBlob }))).name).toBe('AccessDeniedException');
  });

  it("can't be changed by their account, not even their policy", async () => {
    const { client } = stillKms();
    const { KeyMetadata } = await client.describeKey({ KeyId: 'alias/aws/s3' });
    const KeyId = KeyMetadata!.KeyId!;
    const { Policy } = await client.getKeyPolicy({ KeyId });
    expect(JSON.parse(Policy!).Statement[0].Condition.StringEquals).toEqual({
      'kms:CallerAccount': '111122223333',
      'kms:ViaService': 's3.us-east-1.amazonaws.com',
    });
    for (const call of [
      client.putKeyPolicy({ KeyId, Policy }),
      client.disableKey({ KeyId }),
      client.scheduleKeyDeletion({ KeyId }),
      client.disableKeyRotation({ KeyId }),
      client.rotateKeyOnDemand({ KeyId }),
      client.tagResource({ KeyId, Tags: [{ TagKey: 'a', TagValue: 'b' }] }),
      client.updateKeyDescription({ KeyId, Description: 'x' }),
    ]) {
      expect(await outcomeOf(call)).toMatch(
        /^AccessDeniedException: User: .* because no resource-based policy allows the kms:/,
      );
    }
    const alias = client.createAlias({ AliasName: 'alias/mine', TargetKeyId: KeyId });
    expect((await errorOf(alias)).name).toBe('NotAuthorizedException');
    expect((await errorOf(client.deleteAlias({ AliasName: 'alias/aws/s3' }))).name).toBe('NotAuthorizedException');
  });
});

describe('AWS owned keys', () => {
  it('are invisible: no list shows them and no name finds them', async () => {
    const { client, kms } = stillKms();
    const arn = kms.provisionOwnedKey('dynamodb');
    await newKey(client);
    expect((await client.listKeys()).Keys).toHaveLength(1);
    expect((await errorOf(client.describeKey({ KeyId: arn }))).name).toBe('NotFoundException');
    const service = kms.client({ principal: 'arn:aws:iam::000000000000:root' });
    const { CiphertextBlob } = await service.encrypt({ KeyId: arn, Plaintext: bytes('x') });
    expect((await service.decrypt({ CiphertextBlob })).Plaintext).toEqual(bytes('x'));
    expect((await errorOf(client.decrypt({ CiphertextBlob }))).name).toBe('AccessDeniedException');
  });
});
