// The table of request → answer for each text that was recorded from AWS (marked R), and for those that are settled by
// documentation (D), by other emulators in agreement (P), or by our decision (U; docs/decisions/memory-kms-open-points.md).

import { describe, expect, it } from 'vitest';
import { bytes, newKey, outcomeOf, stillKms } from './keys-in-states.ts';
import { recordedManagement } from './recorded/recorded-management.ts';
import { recordedUse } from './recorded/recorded-use.ts';
import { settled } from './recorded/settled.ts';

describe('answers as recorded', () => {
  it.each([...recordedUse, ...recordedManagement, ...settled])('%s: %s', async (_evidence, _title, call, answer) => {
    const { client } = stillKms();
    const world = { client, ...(await newKey(client)) };
    const outcome = await outcomeOf(call(world));
    // The key in the text is the one that the row made itself.
    const expected = answer(world);
    const shown = expected.includes('<arn>')
      ? outcome.replace(/arn:aws:kms:us-east-1:111122223333:key\/[0-9a-f-]{36}/, '<arn>')
      : outcome;
    expect(shown.replace(/Grant ID [0-9a-f]{64}/, 'Grant ID <grant>')).toBe(expected);
  });

  it('R: the default key policy, whole', async () => {
    const { client } = stillKms();
    const { Policy, PolicyName } = await client.getKeyPolicy({ KeyId: (await newKey(client)).id });
    expect(PolicyName).toBe('default');
    expect(JSON.parse(Policy!)).toEqual({
      Version: '2012-10-17',
      Id: 'key-default-1',
      Statement: [
        {
          Sid: 'Enable IAM User Permissions',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111122223333:root' },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    });
  });

  it('R: the 26th rotation on demand', async () => {
    const { client } = stillKms();
    const { id: KeyId, arn } = await newKey(client);
    for (let count = 0; count < 25; count++) await client.rotateKeyOnDemand({ KeyId });
    expect(await outcomeOf(client.rotateKeyOnDemand({ KeyId }))).toBe(
      `LimitExceededException: The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${arn}`,
    );
  });

  it('R: crypto operations and RotateKeyOnDemand answer with the key ARN for an id or alias', async () => {
    const { client } = stillKms();
    const { id, arn } = await newKey(client);
    await client.createAlias({ AliasName: 'alias/app', TargetKeyId: id });
    for (const KeyId of [id, arn, 'alias/app', 'arn:aws:kms:us-east-1:111122223333:alias/app']) {
      const made = await client.generateDataKey({ KeyId, KeySpec: 'AES_256' });
      const opened = await client.decrypt({ KeyId, CiphertextBlob: made.CiphertextBlob });
      expect([made.KeyId, opened.KeyId]).toEqual([arn, arn]);
    }
    expect((await client.rotateKeyOnDemand({ KeyId: id })).KeyId).toBe(arn);
  });

  it('D: Encrypt tells no material id, Decrypt does', async () => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client);
    const sealed = await client.encrypt({ KeyId, Plaintext: bytes('x') });
    expect(sealed).not.toHaveProperty('KeyMaterialId');
    const { KeyMetadata } = await client.describeKey({ KeyId });
    const opened = await client.decrypt({ CiphertextBlob: sealed.CiphertextBlob });
    expect(opened.KeyMaterialId).toBe(KeyMetadata!.CurrentKeyMaterialId);
    expect(opened.KeyMaterialId).toMatch(/^[0-9a-f]{64}$/);
  });
});
