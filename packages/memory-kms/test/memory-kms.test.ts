// What MemoryKms itself says of its options, of what it is asked, and of itself in logs.

import { inspect } from 'node:util';
import { MemoryKms, readSeed, startKmsServer } from '@waxseal/memory-kms';
import { describe, expect, it } from 'vitest';
import { newKey } from './keys-in-states.ts';

const USER = 'arn:aws:iam::111122223333:user/app';
const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] };
const made = (options: object) => () => new MemoryKms(options);
const principal = (more: object) => made({ principals: [{ arn: USER, ...more }] });

describe('options that nobody reads are refused', () => {
  it.each<[string, () => unknown, string]>([
    ['of MemoryKms', made({ authorisation: 'strict' }), '"authorisation" of MemoryKms: did you mean authorization?'],
    ['by another ending', made({ quota: 'aws-2026' }), '"quota" of MemoryKms: did you mean quotas?'],
    ['in another case', made({ accountID: '111122223333' }), '"accountID" of MemoryKms: did you mean accountId?'],
    ['with a hyphen', made({ 'fault-seed': 1 }), '"fault-seed" of MemoryKms: did you mean faultSeed?'],
    ['like nothing known', made({ persistence: true }), '"persistence" of MemoryKms: known are authorization, '],
    ['of settings', made({ settings: { transitionMS: 5 } }), 'of settings: did you mean transitionMs?'],
    ['of settings, though the engine has it', made({ settings: { regions: [] } }), '"regions" of settings'],
    ['of audit', made({ audit: { output: [] } }), 'of audit: did you mean outputs?'],
    ['of quotas', made({ quotas: { presets: 'aws-2022', pools: {} } }), 'of quotas: did you mean preset?'],
    [
      'of a quota',
      made({ quotas: { pools: { rsa: { default: 1, region: {} } } } }),
      'of quotas.pools.rsa: did you mean',
    ],
    ['of a principal', principal({ policy: [] }), 'of principals[0]: known are arn, policies'],
    ['of a policy', principal({ policies: [{ name: 'app', document, arn: 'x' }] }), 'of principals[0].policies[0]'],
    ['of an access key', principal({ accessKeys: [{ accessKeyID: 'A' }] }), 'of principals[0].accessKeys[0]'],
    ['of an account', made({ accounts: [{ id: '111122223333', scps: [] }] }), '"scps" of accounts[0]'],
    ['of a fault', made({ faults: [{ operations: 'Decrypt', error: 'x' }] }), 'of faults[0]: did you mean operation?'],
    ['of client', () => new MemoryKms().client({ regoin: 'x' } as object), 'of client(): did you mean region?'],
    ['of requestHandler', () => new MemoryKms().requestHandler({ Region: 'x' } as object), 'did you mean region?'],
    ['of readSeed', () => readSeed('', { names: 'x' } as object), 'of readSeed: did you mean name?'],
    ['of explain', () => new MemoryKms().explain({ action: 'ListKeys', prinzipal: USER } as never), 'mean principal?'],
    ['that are none', made('strict' as never), 'MemoryKms takes an object: { authorization, '],
  ])('%s', (_name, make, text) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(text);
  });

  it('of the server', async () => {
    const started = startKmsServer(new MemoryKms(), { prot: 4566 } as object);
    await expect(started).rejects.toThrow('unknown option "prot" of startKmsServer: did you mean port?');
  });

  it('unless they are undefined, which is as good as absent', async () => {
    const kms = new MemoryKms({ persistence: undefined, settings: { maxContextLength: undefined } } as object);
    const client = kms.client({ role: undefined } as object);
    const { id: KeyId } = await newKey(client);
    const EncryptionContext = { tenant: 'x'.repeat(8187) };
    const sealed = client.generateDataKey({ KeyId, KeySpec: 'AES_256', EncryptionContext });
    await expect(sealed).rejects.toThrow('The encryption context must not be longer than 8192 bytes.');
  });
});

describe('callCount', () => {
  it('refuses what KMS does not do: 0 calls of it would prove nothing', async () => {
    const kms = new MemoryKms();
    await kms.client().listKeys({});
    expect([kms.callCount('ListKeys'), kms.callCount('Decrypt'), kms.callCount()]).toEqual([1, 0, 1]);
    expect(() => kms.callCount('Decript' as 'Decrypt')).toThrow(TypeError);
    expect(() => kms.callCount('decrypt' as 'Decrypt')).toThrow(
      'callCount: KMS has no operation "decrypt"; did you mean Decrypt?',
    );
    expect(() => kms.callCount('constructor' as 'Decrypt')).toThrow('names are those of the KMS API');
  });
});

describe('explain', () => {
  async function withKey() {
    const kms = new MemoryKms();
    const client = kms.client({ region: 'eu-west-1' });
    const { id, arn } = await newKey(client);
    await client.createAlias({ AliasName: 'alias/app', TargetKeyId: id });
    return { kms, client, id, arn };
  }

  it('decides about keys that are there', async () => {
    const { kms, id, arn } = await withKey();
    for (const keyId of [id, arn, 'alias/app', arn.replace(/key.*/, 'alias/app')]) {
      const line = kms.explain({ action: 'Decrypt', keyId, region: 'eu-west-1' });
      expect(line).toContain(`on ${arn}: authorization is open`);
    }
  });

  it('refuses keys and aliases that are not, and says where else they are', async () => {
    const { kms, client, id, arn } = await withKey();
    const ask = (keyId: string, region?: string) => () => kms.explain({ action: 'Decrypt', keyId, region });
    expect(ask('alias/nope')).toThrow(TypeError);
    expect(ask('alias/nope')).toThrow(/^no such key or alias in us-east-1: alias\/nope$/);
    expect(ask('1234abcd-12ab-34cd-56ef-1234567890ab', 'eu-west-1')).toThrow('no such key or alias in eu-west-1: 1234');
    for (const keyId of [id, arn, 'alias/app']) {
      expect(ask(keyId)).toThrow(
        `no such key or alias in us-east-1: ${keyId}; it is in eu-west-1: ask with that region`,
      );
    }
    expect(ask(arn.replace('arn:aws:', 'arn:aws-cn:'), 'eu-west-1')).toThrow(
      /^no such key or alias in eu-west-1: \S+$/,
    );
    const { CiphertextBlob } = await client.encrypt({ KeyId: id, Plaintext: new Uint8Array(1) });
    expect(() => kms.explain({ action: 'Decrypt', input: { CiphertextBlob } })).toThrow('; it is in eu-west-1');
  });

  it('says of the key of a service that its first use makes it', () => {
    const kms = new MemoryKms();
    const ask = () => kms.explain({ action: 'Decrypt', keyId: 'alias/aws/s3' });
    expect(ask).toThrow('KMS makes that one when it is first used');
    kms.provisionManagedKey('s3');
    expect(ask()).toContain('allowed: kms:Decrypt');
  });
});

it('shows in logs where it is, how it decides and how many keys it has, never key material', async () => {
  const kms = new MemoryKms({ regions: ['eu-west-1'], accountId: '444455556666', authorization: 'strict' });
  await kms.client().createKey();
  const shown = inspect(kms, { depth: Number.POSITIVE_INFINITY, showHidden: true });
  expect(shown.replaceAll(/\s+/g, ' ')).toBe(
    "MemoryKms { region: 'eu-west-1', account: '444455556666', principal: 'arn:aws:iam::444455556666:root', " +
      "authorization: 'strict', keys: 1 }",
  );
});
