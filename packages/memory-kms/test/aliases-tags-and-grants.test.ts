import type { MemoryKmsClient } from '@waxseal/memory-kms';
import { describe, expect, it } from 'vitest';
import { bytes, errorOf, newKey, outcomeOf, stillKms } from './keys-in-states.ts';

const role = 'arn:aws:iam::111122223333:role/worker';

describe('aliases', () => {
  it('name one key each, and are gone with it', async () => {
    const { client, clock } = stillKms();
    const { id, arn } = await newKey(client);
    await client.createAlias({ AliasName: 'alias/app', TargetKeyId: arn });
    expect((await client.listAliases({ KeyId: id })).Aliases).toEqual([
      {
        AliasName: 'alias/app',
        AliasArn: 'arn:aws:kms:us-east-1:111122223333:alias/app',
        TargetKeyId: id,
        CreationDate: new Date(clock.now()),
        LastUpdatedDate: new Date(clock.now()),
      },
    ]);
    await client.scheduleKeyDeletion({ KeyId: id, PendingWindowInDays: 7 });
    clock.advance('7d');
    expect((await client.listAliases()).Aliases).toEqual([]);
    const next = await newKey(client);
    expect(await outcomeOf(client.createAlias({ AliasName: 'alias/app', TargetKeyId: next.id }))).toBe('ok');
  });

  it('can be the same in several Regions and accounts', async () => {
    const { kms } = stillKms();
    for (const client of [
      kms.client(),
      kms.client({ region: 'eu-west-1' }),
      kms.client({ principal: 'arn:aws:iam::444455556666:root' }),
    ]) {
      await client.createAlias({ AliasName: 'alias/app', TargetKeyId: (await newKey(client)).id });
      expect((await client.listAliases()).Aliases).toHaveLength(1);
    }
  });

  it('are at most 50 for a key', async () => {
    const { client } = stillKms();
    const { id: TargetKeyId } = await newKey(client);
    for (let count = 0; count < 50; count++) await client.createAlias({ AliasName: `alias/${count}`, TargetKeyId });
    expect((await errorOf(client.createAlias({ AliasName: 'alias/more', TargetKeyId }))).name).toBe(
      'LimitExceededException',
    );
    const pages = [await client.listAliases({ Limit: 30 })];
    pages.push(await client.listAliases({ Limit: 30, Marker: pages[0]!.NextMarker }));
    expect(pages.map(({ Aliases, Truncated }) => [Aliases!.length, Truncated])).toEqual([
      [30, true],
      [20, false],
    ]);
  });

  it.each([
    [{ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }],
    [{ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }],
  ] as const)('move between keys of the same type and usage alone: not to %j', async (input) => {
    const { client } = stillKms();
    await client.createAlias({ AliasName: 'alias/app', TargetKeyId: (await newKey(client)).id });
    const other = await newKey(client, input);
    expect((await errorOf(client.updateAlias({ AliasName: 'alias/app', TargetKeyId: other.id }))).name).toBe(
      'ValidationException',
    );
  });

  it('that are unknown are not found by UpdateAlias and DeleteAlias', async () => {
    const { client } = stillKms();
    const { id: TargetKeyId } = await newKey(client);
    const expected = 'NotFoundException: Alias arn:aws:kms:us-east-1:111122223333:alias/x is not found.';
    expect(await outcomeOf(client.updateAlias({ AliasName: 'alias/x', TargetKeyId }))).toBe(expected);
    expect(await outcomeOf(client.deleteAlias({ AliasName: 'alias/x' }))).toBe(expected);
  });

  it('do not name keys for operations that want an id or ARN', async () => {
    const { client } = stillKms();
    await client.createAlias({ AliasName: 'alias/app', TargetKeyId: (await newKey(client)).id });
    expect(await outcomeOf(client.disableKey({ KeyId: 'alias/app' }))).toBe(
      "NotFoundException: Invalid keyId 'alias/app'",
    );
  });

  it.each(['alias/', 'alias/a b', 'alias/a$', `alias/${'a'.repeat(251)}`, 'alias/a:b'])(
    'named %j are refused',
    async (AliasName) => {
      const { client } = stillKms();
      const error = await errorOf(client.createAlias({ AliasName, TargetKeyId: (await newKey(client)).id }));
      expect(error.name).toMatch(/^(ValidationException|InvalidAliasNameException)$/);
    },
  );
});

describe('tags', () => {
  it('are merged, removed and bounded', async () => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client, { Tags: [{ TagKey: 'a', TagValue: '1' }] });
    await client.tagResource({
      KeyId,
      Tags: [
        { TagKey: 'a', TagValue: '2' },
        { TagKey: 'b', TagValue: '' },
      ],
    });
    await client.untagResource({ KeyId, TagKeys: ['b', 'not there'] });
    expect((await client.listResourceTags({ KeyId })).Tags).toEqual([{ TagKey: 'a', TagValue: '2' }]);
    const Tags = Array.from({ length: 50 }, (_, index) => ({ TagKey: `${index}`, TagValue: '' }));
    expect(await outcomeOf(client.tagResource({ KeyId, Tags }))).toBe('TagException: Too many tags');
  });
});

describe('grants', () => {
  async function granted(client: MemoryKmsClient, extra: object = {}) {
    const { id: KeyId, arn } = await newKey(client);
    const request = { KeyId, GranteePrincipal: role, Operations: ['Decrypt' as const, 'Encrypt' as const], ...extra };
    return { KeyId, arn, request, ...(await client.createGrant(request)) };
  }

  it('are listed without their tokens', async () => {
    const { client, clock } = stillKms();
    const constraints = {
      Constraints: { EncryptionContextSubset: { tenant: 't1' } },
      RetiringPrincipal: role,
      Name: 'g',
    };
    const { KeyId, arn, GrantId, GrantToken } = await granted(client, constraints);
    expect(GrantId).toMatch(/^[0-9a-f]{64}$/);
    expect(GrantToken!.length).toBeGreaterThan(100);
    expect((await client.listGrants({ KeyId })).Grants).toEqual([
      {
        KeyId: arn,
        GrantId,
        CreationDate: new Date(clock.now()),
        GranteePrincipal: role,
        IssuingAccount: 'arn:aws:iam::111122223333:root',
        Operations: ['Decrypt', 'Encrypt'],
        ...constraints,
      },
    ]);
  });

  it('of the same name and parameters are one grant with a fresh token', async () => {
    const { client } = stillKms();
    const first = await granted(client, { Name: 'g' });
    const second = await client.createGrant(first.request);
    expect(second.GrantId).toBe(first.GrantId);
    expect(second.GrantToken).not.toBe(first.GrantToken);
    expect((await client.listGrants({ KeyId: first.KeyId })).Grants).toHaveLength(1);
    const other = await client.createGrant({ ...first.request, Operations: ['Decrypt'] });
    expect(other.GrantId).not.toBe(first.GrantId);
  });

  it('without a name are always new', async () => {
    const { client } = stillKms();
    const first = await granted(client);
    expect((await client.createGrant(first.request)).GrantId).not.toBe(first.GrantId);
    const { Grants } = await client.listGrants({ KeyId: first.KeyId });
    expect(Grants!.map(({ Name }) => Name)).toEqual(['', '']);
  });

  it('end by any of their tokens, by key and id, or by RevokeGrant', async () => {
    const { client } = stillKms();
    const ends = [
      (grant: Awaited<ReturnType<typeof granted>>) => client.retireGrant({ GrantToken: grant.GrantToken }),
      (grant: Awaited<ReturnType<typeof granted>>) => client.retireGrant({ KeyId: grant.arn, GrantId: grant.GrantId }),
      (grant: Awaited<ReturnType<typeof granted>>) =>
        client.retireGrant({ KeyId: grant.KeyId, GrantId: grant.GrantId }),
      (grant: Awaited<ReturnType<typeof granted>>) =>
        client.revokeGrant({ KeyId: grant.KeyId, GrantId: grant.GrantId }),
    ];
    for (const end of ends) {
      const grant = await granted(client);
      await end(grant);
      expect((await client.listGrants({ KeyId: grant.KeyId })).Grants).toEqual([]);
      expect(await outcomeOf(end(grant))).toMatch(/^(NotFound|InvalidGrantToken)Exception/);
    }
  });

  it('are not retired by an alias, or by half a name', async () => {
    const { client } = stillKms();
    const { KeyId, GrantId, GrantToken } = await granted(client);
    await client.createAlias({ AliasName: 'alias/app', TargetKeyId: KeyId });
    expect((await errorOf(client.retireGrant({ KeyId: 'alias/app', GrantId }))).name).toBe('NotFoundException');
    expect((await errorOf(client.retireGrant({ GrantId }))).name).toBe('ValidationException');
    expect((await errorOf(client.retireGrant({ KeyId, GrantId, GrantToken }))).name).toBe('ValidationException');
    expect((await errorOf(client.revokeGrant({ KeyId, GrantId: 'x' }))).name).toBe('InvalidGrantIdException');
  });

  it('that a principal may retire are listed for its own account alone', async () => {
    const { client, kms } = stillKms();
    const retirer = 'arn:aws:iam::444455556666:role/retirer';
    const { GrantId } = await granted(client, { RetiringPrincipal: retirer });
    const own = kms.client({ principal: 'arn:aws:iam::444455556666:root' });
    expect(
      (await own.listRetirableGrants({ RetiringPrincipal: retirer })).Grants!.map((grant) => grant.GrantId),
    ).toEqual([GrantId]);
    expect((await errorOf(client.listRetirableGrants({ RetiringPrincipal: retirer }))).name).toBe(
      'AccessDeniedException',
    );
  });

  it.each([
    [{ Operations: ['Sign'] }, 'ValidationException'],
    [{ Operations: [] }, 'ValidationException'],
    [{ GranteePrincipal: 'bob' }, 'InvalidArnException'],
    [{ GranteePrincipal: 'arn:aws:iam::111122223333:group/g' }, 'InvalidArnException'],
    [{ RetiringPrincipal: 'arn:aws:sts::111122223333:assumed-role/worker' }, 'InvalidArnException'],
    [{ RetiringPrincipal: role, RetiringServicePrincipal: 's3.amazonaws.com' }, 'ValidationException'],
    [
      {
        Constraints: {
          EncryptionContextEquals: Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`${index}`, ''])),
        },
      },
      'ValidationException',
    ],
    [{ Constraints: { EncryptionContextEquals: { a: 'x'.repeat(385) } } }, 'ValidationException'],
    [{ GranteePrincipal: undefined, GranteeServicePrincipal: 's3.amazonaws.com' }, 'ValidationException'],
  ])('of the form %j are refused: %s', async (extra, name) => {
    const { client } = stillKms();
    expect((await errorOf(granted(client, extra))).name).toBe(name);
  });

  it('take no context constraint for keys without a context', async () => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client, { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
    const request = { KeyId, GranteePrincipal: role, Operations: ['Encrypt' as const] };
    expect(await outcomeOf(client.createGrant(request))).toBe('ok');
    const constrained = client.createGrant({ ...request, Constraints: { EncryptionContextEquals: { a: 'b' } } });
    expect((await errorOf(constrained)).name).toBe('ValidationException');
  });
});

describe('deletion', () => {
  it.each([6, 31])('refuses a window of %i days', async (PendingWindowInDays) => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client);
    expect((await errorOf(client.scheduleKeyDeletion({ KeyId, PendingWindowInDays }))).name).toBe(
      'ValidationException',
    );
  });

  it('waits 30 days by default, and can be cancelled until then: the key is then disabled', async () => {
    const { client, clock } = stillKms();
    const { id: KeyId, arn } = await newKey(client);
    const { CiphertextBlob } = await client.encrypt({ KeyId, Plaintext: bytes('x') });
    const { DeletionDate, ...answer } = await client.scheduleKeyDeletion({ KeyId });
    expect(answer).toMatchObject({ KeyId: arn, KeyState: 'PendingDeletion', PendingWindowInDays: 30 });
    expect(DeletionDate!.getTime() - clock.now()).toBe(30 * 86_400_000);
    clock.advance('29d');
    expect((await client.cancelKeyDeletion({ KeyId })).KeyId).toBe(arn);
    expect((await client.describeKey({ KeyId })).KeyMetadata).toMatchObject({ KeyState: 'Disabled', Enabled: false });
    await client.enableKey({ KeyId });
    expect(await outcomeOf(client.decrypt({ CiphertextBlob }))).toBe('ok');
  });

  it('is told to the audit log as a service event', async () => {
    const { client, clock, kms } = stillKms();
    const { id: KeyId } = await newKey(client);
    await client.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
    clock.advance('8d');
    expect(kms.auditLog.at(-1)).toMatchObject({ eventName: 'DeleteKey', eventType: 'AwsServiceEvent' });
    expect(new Date(kms.auditLog.at(-1)!.eventTime).getTime()).toBe(clock.now() - 86_400_000);
  });
});
