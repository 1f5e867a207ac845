import { describe, expect, it } from 'vitest';
import { ALICE, errorOf, iamDecides, policyOf, scene } from './scene.ts';

const may = (...Action: string[]) => ({
  arn: ALICE,
  policies: [{ name: 'alice', document: policyOf({ Effect: 'Allow', Action, Resource: '*' }) }],
});
const allow = (principal: unknown) => ({ Effect: 'Allow', Principal: principal, Action: 'kms:*', Resource: '*' });

describe('seed row: key policy and IAM together decide', () => {
  it('the default key policy lets IAM decide', async () => {
    const { as, keyId } = await scene({ authorization: 'strict', principals: [may('kms:Encrypt')] });
    const request = { KeyId: keyId, Plaintext: new Uint8Array(1) };
    const { CiphertextBlob } = await as(ALICE).encrypt(request);
    await expect(as(ALICE).decrypt({ CiphertextBlob })).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringMatching(
        /^User: .*user\/alice is not authorized to perform: kms:Decrypt on resource: .*key\/.* because no identity-based policy allows the kms:Decrypt action$/,
      ),
    });
  });

  it('without that statement IAM alone gives nothing: not even to the root user', async () => {
    const policy = policyOf(allow({ AWS: 'arn:aws:iam::111122223333:role/only' }));
    const { as, admin, keyId } = await scene({ authorization: 'strict', principals: [may('kms:*')] }, policy);
    expect(await errorOf(as(ALICE).describeKey({ KeyId: keyId }))).toBe('AccessDeniedException');
    await expect(admin.describeKey({ KeyId: keyId })).rejects.toThrow('because no resource-based policy allows');
  });

  it('a key policy that names the user needs no IAM', async () => {
    const { as, keyId } = await scene({ authorization: 'strict' }, policyOf(iamDecides, allow({ AWS: ALICE })));
    await as(ALICE).describeKey({ KeyId: keyId });
  });

  it('a Deny wins over everything', async () => {
    const deny = { ...allow('*'), Effect: 'Deny', Action: 'kms:Decrypt' };
    const { as, admin, keyId } = await scene(
      { authorization: 'strict', principals: [may('kms:*')] },
      policyOf(iamDecides, allow({ AWS: ALICE }), deny),
    );
    const { CiphertextBlob } = await as(ALICE).encrypt({ KeyId: keyId, Plaintext: new Uint8Array(1) });
    for (const client of [as(ALICE), admin]) {
      await expect(client.decrypt({ CiphertextBlob })).rejects.toThrow(
        'with an explicit deny in a resource-based policy',
      );
    }
  });

  it('Decrypt without KeyId is judged by the key inside the ciphertext', async () => {
    const { kms, as, admin, keyId } = await scene(
      { authorization: 'strict' },
      policyOf(iamDecides, allow({ AWS: ALICE })),
    );
    const { KeyMetadata } = await admin.createKey({});
    const [mine, theirs] = await Promise.all(
      [keyId, KeyMetadata?.KeyId].map((KeyId) => admin.encrypt({ KeyId, Plaintext: new Uint8Array(1) })),
    );
    await as(ALICE).decrypt({ CiphertextBlob: mine?.CiphertextBlob });
    expect(await errorOf(as(ALICE).decrypt({ CiphertextBlob: theirs?.CiphertextBlob }))).toBe('AccessDeniedException');
    const input = { CiphertextBlob: mine?.CiphertextBlob };
    expect(kms.explain({ action: 'Decrypt', principal: ALICE, input })).toContain('key policy statement 1');
  });

  it('who may not is not told what state the key is in, nor whether it is there', async () => {
    const { as, admin, keyId } = await scene({ authorization: 'strict' });
    await admin.disableKey({ KeyId: keyId });
    const ask = (KeyId: string) => as(ALICE).generateDataKey({ KeyId, KeySpec: 'AES_256' });
    expect(await errorOf(ask(keyId))).toBe('AccessDeniedException');
    expect(await errorOf(ask(keyId.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))))).toBe(
      'AccessDeniedException',
    );
    expect(await errorOf(admin.generateDataKey({ KeyId: keyId, KeySpec: 'AES_256' }))).toBe('DisabledException');
  });

  it('a change of policy counts at once', async () => {
    const { as, admin, keyId } = await scene({ authorization: 'strict' });
    expect(await errorOf(as(ALICE).describeKey({ KeyId: keyId }))).toBe('AccessDeniedException');
    await admin.putKeyPolicy({ KeyId: keyId, Policy: JSON.stringify(policyOf(iamDecides, allow({ AWS: ALICE }))) });
    await as(ALICE).describeKey({ KeyId: keyId });
  });

  it('ReEncrypt needs the one on the source and the other on the destination', async () => {
    const only = (action: string) => policyOf(iamDecides, { ...allow({ AWS: ALICE }), Action: action });
    const { as, admin, keyId } = await scene({ authorization: 'strict' }, only('kms:ReEncryptFrom'));
    const { KeyMetadata } = await admin.createKey({ Policy: JSON.stringify(only('kms:ReEncryptTo')) });
    const { CiphertextBlob } = await admin.encrypt({ KeyId: keyId, Plaintext: new Uint8Array(1) });
    const there = await as(ALICE).reEncrypt({ CiphertextBlob, DestinationKeyId: KeyMetadata?.KeyId });
    const back = as(ALICE).reEncrypt({ CiphertextBlob: there.CiphertextBlob, DestinationKeyId: keyId });
    await expect(back).rejects.toThrow('not authorized to perform: kms:ReEncryptFrom');
  });
});
