// What other emulators get wrong about keys, each as its opposite. The numbers are those of docs/memory-kms.md; what is
// about policies, grants, quotas, audit, seeds and state has its tests beside that code.

import { MemoryKms, startKmsServer } from '@waxseal/memory-kms';
import { describe, expect, it } from 'vitest';
import { bytes, errorOf, newKey, outcomeOf, stateOf, stillKms } from '../keys-in-states.ts';

describe('keys', () => {
  it('9: that are disabled or pending something refuse cryptography with the right class', async () => {
    const { client } = stillKms();
    const [disabled, deleted, waiting] = [
      await newKey(client),
      await newKey(client),
      await newKey(client, { Origin: 'EXTERNAL' }),
    ];
    await client.disableKey({ KeyId: disabled.id });
    await client.scheduleKeyDeletion({ KeyId: deleted.id });
    const nameFor = async (KeyId: string) =>
      (await errorOf(client.generateDataKey({ KeyId, KeySpec: 'AES_256' }))).name;
    expect(await nameFor(disabled.id)).toBe('DisabledException');
    expect(await nameFor(deleted.id)).toBe('KMSInvalidStateException');
    expect(await nameFor(waiting.id)).toBe('KMSInvalidStateException');
  });

  it('10: get new material with a new id from RotateKeyOnDemand, and old blobs still open', async () => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client);
    const ids = new Set<string | undefined>();
    const blobs: (Uint8Array | undefined)[] = [];
    for (let count = 0; count <= 25; count++) {
      if (count > 0) await client.rotateKeyOnDemand({ KeyId });
      const made = await client.generateDataKey({ KeyId, KeySpec: 'AES_256' });
      ids.add(made.KeyMaterialId);
      blobs.push(made.CiphertextBlob);
    }
    expect(ids.size).toBe(26);
    for (const CiphertextBlob of blobs) expect(await outcomeOf(client.decrypt({ CiphertextBlob }))).toBe('ok');
    expect((await errorOf(client.rotateKeyOnDemand({ KeyId }))).name).toBe('LimitExceededException');
  });

  it('12: rotate by themselves when the clock passes NextRotationDate, which then moves', async () => {
    const { client, clock } = stillKms();
    const { id: KeyId } = await newKey(client);
    await client.enableKeyRotation({ KeyId, RotationPeriodInDays: 90 });
    const before = await client.getKeyRotationStatus({ KeyId });
    const material = async () => (await client.describeKey({ KeyId })).KeyMetadata!.CurrentKeyMaterialId;
    const first = await material();
    clock.advance('89d');
    expect(await material()).toBe(first);
    clock.advance('1d');
    expect(await material()).not.toBe(first);
    const after = await client.getKeyRotationStatus({ KeyId });
    expect(after.NextRotationDate!.getTime() - before.NextRotationDate!.getTime()).toBe(90 * 86_400_000);
  });

  it('13: list their rotations with material ids and types', async () => {
    const { client, clock } = stillKms();
    const { id: KeyId } = await newKey(client);
    await client.enableKeyRotation({ KeyId });
    clock.advance('365d');
    clock.advance('1d');
    await client.rotateKeyOnDemand({ KeyId });
    const { Rotations } = await client.listKeyRotations({ KeyId });
    expect(Rotations!.map(({ RotationType, KeyMaterialState }) => [RotationType, KeyMaterialState])).toEqual([
      ['AUTOMATIC', 'NON_CURRENT'],
      ['ON_DEMAND', 'CURRENT'],
    ]);
    const all = await client.listKeyRotations({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' });
    expect(all.Rotations).toHaveLength(3);
    expect(all.Rotations![0]).toEqual({
      KeyId,
      KeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/),
      KeyMaterialState: 'NON_CURRENT',
    });
    const { KeyMetadata } = await client.describeKey({ KeyId });
    expect(all.Rotations!.at(-1)!.KeyMaterialId).toBe(KeyMetadata!.CurrentKeyMaterialId);
  });

  it('14: of several Regions have ids of mrk- and 32 digits, and open in one what the other sealed', async () => {
    const { kms, client } = stillKms();
    const { id: KeyId, arn } = await newKey(client, { MultiRegion: true });
    expect(KeyId).toMatch(/^mrk-[0-9a-f]{32}$/);
    await client.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' });
    const other = kms.client({ region: 'eu-west-1' });
    const { CiphertextBlob } = await client.encrypt({ KeyId, Plaintext: bytes('x'), EncryptionContext: { a: 'b' } });
    const request = { CiphertextBlob, EncryptionContext: { a: 'b' } };
    const arnThere = arn.replace('us-east-1', 'eu-west-1');
    expect((await other.decrypt(request)).KeyId).toBe(arnThere);
    expect((await other.decrypt({ ...request, KeyId: arnThere })).Plaintext).toEqual(bytes('x'));
    expect((await errorOf(other.decrypt({ ...request, KeyId: arn }))).message).toBe('Invalid arn us-east-1');
    const elsewhere = client.describeKey({ KeyId: arn.replace('arn:aws:', 'arn:aws-cn:') });
    expect(await outcomeOf(elsewhere)).toBe('NotFoundException: Invalid arn aws-cn');
    expect(kms.callCount('Decrypt')).toBe(3);
  });

  it('22: are listed in pages', async () => {
    const { client } = stillKms();
    const made = new Set<string>();
    for (let count = 0; count < 5; count++) made.add((await newKey(client)).id);
    const first = await client.listKeys({ Limit: 3 });
    const second = await client.listKeys({ Limit: 3, Marker: first.NextMarker });
    expect([first.Truncated, second.Truncated]).toEqual([true, false]);
    expect(new Set([...first.Keys!, ...second.Keys!].map((key) => key.KeyId))).toEqual(made);
  });

  it.each([
    { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' },
    { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' },
    { KeySpec: 'HMAC_512', KeyUsage: 'GENERATE_VERIFY_MAC' },
    { KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' },
  ] as const)('23: of every type take a policy: $KeySpec', async (input) => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client, input);
    const { Policy } = await client.getKeyPolicy({ KeyId });
    const changed = Policy!.replace('Enable IAM User Permissions', 'changed');
    await client.putKeyPolicy({ KeyId, Policy: changed });
    expect((await client.getKeyPolicy({ KeyId })).Policy).toBe(changed);
  });

  it('24: that are symmetric cost no RSA key, and making an RSA key blocks no other call', async () => {
    const { client } = stillKms();
    const order: string[] = [];
    const slow = client.createKey({ KeySpec: 'RSA_4096', KeyUsage: 'SIGN_VERIFY' }).then(() => order.push('RSA'));
    for (let count = 0; count < 20; count++) await newKey(client);
    order.push('20 symmetric keys');
    await slow;
    expect(order).toEqual(['20 symmetric keys', 'RSA']);
  });

  it('30: with imported material that expires are PendingImport then; a primary key waits for its replicas', async () => {
    const { kms, client, clock } = stillKms();
    const { id: KeyId } = await newKey(client, { MultiRegion: true });
    await client.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' });
    const scheduled = await client.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 10 });
    expect(scheduled).toMatchObject({ KeyState: 'PendingReplicaDeletion', PendingWindowInDays: 10 });
    expect(scheduled).not.toHaveProperty('DeletionDate');
    expect((await client.describeKey({ KeyId })).KeyMetadata).toMatchObject({ PendingDeletionWindowInDays: 10 });
    await kms.client({ region: 'eu-west-1' }).scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
    clock.advance('7d');
    expect(await stateOf(client, KeyId)).toBe('PendingDeletion');
    clock.advance('9d');
    expect(await stateOf(client, KeyId)).toBe('PendingDeletion');
    clock.advance('1d');
    expect(await outcomeOf(client.describeKey({ KeyId }))).toMatch(/^NotFoundException/);
  });

  it('34: of several accounts and Regions in one process stay apart', async () => {
    const { kms, client } = stillKms();
    const { id } = await newKey(client);
    await client.createAlias({ AliasName: 'alias/app', TargetKeyId: id });
    for (const other of [
      kms.client({ region: 'eu-west-1' }),
      kms.client({ principal: 'arn:aws:iam::444455556666:user/u' }),
    ]) {
      expect((await other.listKeys()).Keys).toEqual([]);
      expect((await other.listAliases()).Aliases).toEqual([]);
      expect((await errorOf(other.describeKey({ KeyId: 'alias/app' }))).name).toBe('NotFoundException');
    }
  });
});

describe('the server', () => {
  it('25 and 29: answers client errors with HTTP 400, and dates as numbers', async () => {
    const kms = new MemoryKms();
    const server = await startKmsServer(kms);
    const post = (target: string, body: object) =>
      fetch(server.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': `TrentService.${target}`,
          authorization:
            'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/kms/aws4_request, SignedHeaders=host, Signature=0',
        },
        body: JSON.stringify(body),
      });
    const made = (await (await post('CreateKey', {})).json()) as {
      KeyMetadata: { KeyId: string; CreationDate: unknown };
    };
    expect(made.KeyMetadata.CreationDate).toBeTypeOf('number');
    const missing = await post('DescribeKey', { KeyId: 'alias/x' });
    expect(missing.status).toBe(400);
    expect(missing.headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(await missing.json()).toEqual({
      __type: 'NotFoundException',
      message: 'Alias arn:aws:kms:us-east-1:111122223333:alias/x is not found.',
    });
    const empty = await post('EnableKey', { KeyId: made.KeyMetadata.KeyId });
    expect([empty.status, await empty.text()]).toEqual([200, '']);
    await server.close();
  });

  it('35: listens on loopback unless told otherwise', async () => {
    const server = await startKmsServer(new MemoryKms());
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await server.close();
  });
});
