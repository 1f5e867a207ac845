import { describe, expect, it } from 'vitest';
import { ALICE, errorOf, JOB, scene } from './scene.ts';

const strict = { authorization: 'strict' } as const;

async function sealed(options: object = {}) {
  const set = await scene({ ...strict, ...options });
  const EncryptionContext = { tenant: 't1', table: 'orders' };
  const { CiphertextBlob } = await set.admin.encrypt({
    KeyId: set.keyId,
    Plaintext: new Uint8Array(1),
    EncryptionContext,
  });
  const open = (GrantTokens?: string[]) => set.as(JOB).decrypt({ CiphertextBlob, EncryptionContext, GrantTokens });
  const grant = (more: object = {}) =>
    set.admin.createGrant({ KeyId: set.keyId, GranteePrincipal: JOB, Operations: ['Decrypt'], ...more });
  return { ...set, open, grant };
}

describe('seed row: grants', () => {
  it('let a principal in that no policy names, for these operations alone', async () => {
    const { open, grant, as, keyId } = await sealed();
    expect(await errorOf(open())).toBe('AccessDeniedException');
    await grant();
    await open();
    expect(await errorOf(as(JOB).generateDataKey({ KeyId: keyId, KeySpec: 'AES_256' }))).toBe('AccessDeniedException');
  });

  it.each([
    [{ EncryptionContextSubset: { tenant: 't1' } }, 'nothing'],
    [{ EncryptionContextSubset: { tenant: 't2' } }, 'AccessDeniedException'],
    [{ EncryptionContextEquals: { tenant: 't1', table: 'orders' } }, 'nothing'],
    [{ EncryptionContextEquals: { tenant: 't1' } }, 'AccessDeniedException'],
  ])('with the constraint %j end with %s', async (Constraints, outcome) => {
    const { open, grant } = await sealed();
    await grant({ Constraints });
    expect(await errorOf(open())).toBe(outcome);
  });

  it('need the token until they have spread', async () => {
    const { open, grant, clock } = await sealed({ grantPropagationMs: 300_000 });
    const { GrantToken = '' } = await grant();
    expect(await errorOf(open())).toBe('AccessDeniedException');
    await open([GrantToken]);
    expect(await errorOf(open(['not-a-token']))).not.toBe('nothing');
    clock.advance('5m');
    await open();
  });

  it('of the same name and content are one grant, whose tokens all work', async () => {
    const { open, grant } = await sealed({ grantPropagationMs: 300_000 });
    const [first, second] = [await grant({ Name: 'nightly' }), await grant({ Name: 'nightly' })];
    expect(second.GrantId).toBe(first.GrantId);
    expect(second.GrantToken).not.toBe(first.GrantToken);
    await open([first.GrantToken ?? '']);
    await open([second.GrantToken ?? '']);
  });

  it('stop when they are revoked', async () => {
    const { open, grant, admin, keyId } = await sealed();
    const { GrantId } = await grant();
    await open();
    await admin.revokeGrant({ KeyId: keyId, GrantId });
    expect(await errorOf(open())).toBe('AccessDeniedException');
  });

  it('are retired by the retiring principal, not by the grantee', async () => {
    const { open, grant, as, arn } = await sealed();
    const { GrantId } = await grant({ RetiringPrincipal: ALICE });
    expect(await errorOf(as(JOB).retireGrant({ KeyId: arn, GrantId }))).toBe('AccessDeniedException');
    await as(ALICE).retireGrant({ KeyId: arn, GrantId });
    expect(await errorOf(open())).toBe('AccessDeniedException');
  });

  it('are retired by token, and by a grantee who was given RetireGrant', async () => {
    const { grant, as, admin, keyId } = await sealed();
    const { GrantToken } = await grant({ Operations: ['Decrypt', 'RetireGrant'] });
    await as(JOB).retireGrant({ GrantToken });
    expect((await admin.listGrants({ KeyId: keyId })).Grants).toEqual([]);
  });

  it('are passed on only within themselves', async () => {
    const { grant, as, keyId, arn } = await sealed();
    const tenant = { EncryptionContextSubset: { tenant: 't1' } };
    await grant({ Operations: ['CreateGrant', 'Decrypt'], Constraints: tenant });
    const pass = (more: object) =>
      as(JOB).createGrant({ KeyId: arn, GranteePrincipal: ALICE, Operations: ['Decrypt'], ...more });
    expect(await errorOf(pass({}))).toBe('AccessDeniedException');
    expect(await errorOf(pass({ Operations: ['Encrypt'], Constraints: tenant }))).toBe('AccessDeniedException');
    await pass({ Constraints: { EncryptionContextSubset: { tenant: 't1', table: 'orders' } } });
    expect(await errorOf(as(ALICE).generateDataKey({ KeyId: keyId, KeySpec: 'AES_256' }))).toBe(
      'AccessDeniedException',
    );
  });

  it('never override a Deny, and never show their tokens', async () => {
    const { open, grant, admin, keyId, kms } = await sealed();
    const { GrantToken = '' } = await grant();
    const { Policy = '' } = await admin.getKeyPolicy({ KeyId: keyId });
    const policy = JSON.parse(Policy) as { Statement: object[] };
    policy.Statement.push({ Effect: 'Deny', Principal: { AWS: JOB }, Action: 'kms:Decrypt', Resource: '*' });
    await admin.putKeyPolicy({ KeyId: keyId, Policy: JSON.stringify(policy) });
    await expect(open([GrantToken])).rejects.toThrow('explicit deny');
    const seen = JSON.stringify([await admin.listGrants({ KeyId: keyId }), kms.auditLog]);
    expect(seen).not.toContain(GrantToken);
  });
});
