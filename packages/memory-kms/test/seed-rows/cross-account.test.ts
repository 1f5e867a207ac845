import { describe, expect, it } from 'vitest';
import { errorOf, iamDecides, PARTNER, policyOf, scene } from './scene.ts';

const shared = policyOf(iamDecides, {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::444455556666:root' },
  Action: ['kms:Decrypt', 'kms:DescribeKey'],
  Resource: '*',
});
const partnerMay = (Resource: string) => ({
  arn: PARTNER,
  policies: [{ name: 'partner', document: policyOf({ Effect: 'Allow', Action: 'kms:*', Resource }) }],
});

describe('seed row: another account needs both sides', () => {
  it('opens where the key policy and its own IAM allow', async () => {
    const { as, admin, keyId } = await scene({ authorization: 'strict', principals: [partnerMay('*')] }, shared);
    const { CiphertextBlob } = await admin.encrypt({ KeyId: keyId, Plaintext: Buffer.from('shared') });
    const { Plaintext } = await as(PARTNER).decrypt({ CiphertextBlob });
    expect(Buffer.from(Plaintext ?? []).toString()).toBe('shared');
  });

  it('is refused where only the key policy allows', async () => {
    const { as, arn } = await scene({ authorization: 'strict' }, shared);
    await expect(as(PARTNER).describeKey({ KeyId: arn })).rejects.toThrow('because no identity-based policy allows');
  });

  it('is refused where only its IAM allows, and not told whether the key exists', async () => {
    const { as, arn } = await scene({ authorization: 'strict', principals: [partnerMay('*')] });
    const missing = arn.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
    const messages = await Promise.all(
      [arn, missing].map((KeyId) =>
        as(PARTNER)
          .describeKey({ KeyId })
          .catch((error: Error) => error.message),
      ),
    );
    expect(messages[0]).toContain(
      'the resource does not exist in this Region, no resource-based policies allow access',
    );
    expect(messages[1]).toBe(messages[0]);
  });

  it('names the key by ARN: ids and aliases are looked up in its own account', async () => {
    const { as, admin, keyId, arn } = await scene({ authorization: 'keyPolicy' }, shared);
    await admin.createAlias({ AliasName: 'alias/shared', TargetKeyId: keyId });
    await as(PARTNER).describeKey({ KeyId: arn });
    await as(PARTNER).describeKey({ KeyId: arn.replace(/key\/.*/, 'alias/shared') });
    for (const KeyId of [keyId, 'alias/shared']) {
      expect(await errorOf(as(PARTNER).describeKey({ KeyId }))).toBe('NotFoundException');
    }
  });

  it('may not manage the key, whatever the policy says', async () => {
    const everything = policyOf({ ...iamDecides, Principal: '*' });
    const { as, arn } = await scene({ authorization: 'keyPolicy' }, everything);
    for (const call of [
      as(PARTNER).scheduleKeyDeletion({ KeyId: arn }),
      as(PARTNER).putKeyPolicy({ KeyId: arn, Policy: JSON.stringify(everything) }),
      as(PARTNER).disableKey({ KeyId: arn }),
    ]) {
      expect(await errorOf(call)).toBe('AccessDeniedException');
    }
  });

  it('never uses an AWS managed key', async () => {
    const { kms, as } = await scene({ authorization: 'open' });
    const arn = kms.provisionManagedKey('s3');
    expect(await errorOf(as(PARTNER).generateDataKey({ KeyId: arn, KeySpec: 'AES_256' }))).toBe(
      'AccessDeniedException',
    );
  });

  it('opens by a grant and its own IAM', async () => {
    const { as, admin, keyId } = await scene({ authorization: 'strict', principals: [partnerMay('*')] });
    const { CiphertextBlob } = await admin.encrypt({ KeyId: keyId, Plaintext: new Uint8Array(1) });
    expect(await errorOf(as(PARTNER).decrypt({ CiphertextBlob }))).toBe('AccessDeniedException');
    await admin.createGrant({ KeyId: keyId, GranteePrincipal: PARTNER, Operations: ['Decrypt'] });
    await as(PARTNER).decrypt({ CiphertextBlob });
  });
});
