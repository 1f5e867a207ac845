// The table "Key states" of the KMS Developer Guide: which operation which state refuses, and how.

import { FakeClock, MemoryKms, type MemoryKmsClient } from '@waxseal/memory-kms';
import { describe, expect, it } from 'vitest';
import { bytes, newKey, outcomeOf, stateOf, stillKms } from './keys-in-states.ts';

const states = ['Enabled', 'Disabled', 'PendingDeletion', 'PendingImport', 'Creating', 'Updating'] as const;
type State = (typeof states)[number];

/** A key in a state, with a client of its Region. */
async function keyIn(state: State): Promise<{ client: MemoryKmsClient; KeyId: string }> {
  if (state === 'PendingImport') {
    const { client } = stillKms();
    return { client, KeyId: (await newKey(client, { Origin: 'EXTERNAL' })).id };
  }
  if (state === 'Creating' || state === 'Updating') return replicatedKey(state);
  const { client } = stillKms();
  const { id: KeyId } = await newKey(client);
  if (state === 'Disabled') await client.disableKey({ KeyId });
  if (state === 'PendingDeletion') await client.scheduleKeyDeletion({ KeyId });
  return { client, KeyId };
}

async function replicatedKey(state: 'Creating' | 'Updating') {
  const clock = new FakeClock();
  const kms = new MemoryKms({ clock, settings: { transitionMs: 60_000 } });
  const client = kms.client();
  const { id: KeyId } = await newKey(client, { MultiRegion: true });
  await client.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' });
  if (state === 'Creating') return { client: kms.client({ region: 'eu-west-1' }), KeyId };
  clock.advance('2m');
  await client.updatePrimaryRegion({ KeyId, PrimaryRegion: 'eu-west-1' });
  return { client: kms.client({ region: 'eu-west-1' }), KeyId };
}

const refusals: Readonly<Record<string, string>> = {
  D: 'DisabledException: <arn> is disabled.',
  S: 'KMSInvalidStateException: <arn> is pending deletion.',
  I: 'KMSInvalidStateException: <arn> is pending import.',
  C: 'KMSInvalidStateException: <arn> is creating.',
  P: 'KMSInvalidStateException: <arn> is updating.',
  N: 'KMSInvalidStateException: <arn> is not pending deletion.',
  O: 'UnsupportedOperationException: <arn> origin is EXTERNAL which is not valid for this operation.',
  K: 'UnsupportedOperationException: <arn> origin is AWS_KMS which is not valid for this operation.',
  R: 'UnsupportedOperationException: <arn> is not a multi-region primary key.',
};

const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action: 'kms:*', Resource: '*' },
  ],
});

type Call = (client: MemoryKmsClient, KeyId: string) => Promise<unknown>;

/** Operation, then what each state answers: `+` allowed, a letter as above. The columns are those of `states`. */
const table: readonly (readonly [string, string, Call])[] = [
  ['Encrypt', '+DSIC+', (kms, KeyId) => kms.encrypt({ KeyId, Plaintext: bytes('x') })],
  ['GenerateDataKey', '+DSIC+', (kms, KeyId) => kms.generateDataKey({ KeyId, KeySpec: 'AES_256' })],
  [
    'GenerateDataKeyWithoutPlaintext',
    '+DSIC+',
    (kms, KeyId) => kms.generateDataKeyWithoutPlaintext({ KeyId, KeySpec: 'AES_256' }),
  ],
  ['GenerateDataKeyPair', '+DSIC+', (kms, KeyId) => kms.generateDataKeyPair({ KeyId, KeyPairSpec: 'ECC_NIST_P256' })],
  ['DescribeKey', '++++++', (kms, KeyId) => kms.describeKey({ KeyId })],
  ['GetKeyPolicy', '++++++', (kms, KeyId) => kms.getKeyPolicy({ KeyId })],
  [
    'PutKeyPolicy',
    '++++++',
    (kms, KeyId) =>
      kms.putKeyPolicy({
        KeyId,
        Policy: POLICY,
        BypassPolicyLockoutSafetyCheck: true,
      }),
  ],
  ['ListAliases', '++++++', (kms, KeyId) => kms.listAliases({ KeyId })],
  ['ListGrants', '++++++', (kms, KeyId) => kms.listGrants({ KeyId })],
  ['ListKeyPolicies', '++++++', (kms, KeyId) => kms.listKeyPolicies({ KeyId })],
  ['ListResourceTags', '++++++', (kms, KeyId) => kms.listResourceTags({ KeyId })],
  ['ListKeyRotations', '++++++', (kms, KeyId) => kms.listKeyRotations({ KeyId })],
  ['GetKeyLastUsage', '++++++', (kms, KeyId) => kms.getKeyLastUsage({ KeyId })],
  [
    'CreateGrant',
    '+DSIC+',
    (kms, KeyId) =>
      kms.createGrant({ KeyId, GranteePrincipal: 'arn:aws:iam::111122223333:role/r', Operations: ['Decrypt'] }),
  ],
  ['CreateAlias', '++S+++', (kms, KeyId) => kms.createAlias({ AliasName: 'alias/x', TargetKeyId: KeyId })],
  ['TagResource', '++S+++', (kms, KeyId) => kms.tagResource({ KeyId, Tags: [{ TagKey: 'a', TagValue: 'b' }] })],
  ['UntagResource', '++S+++', (kms, KeyId) => kms.untagResource({ KeyId, TagKeys: ['a'] })],
  ['UpdateKeyDescription', '++S+++', (kms, KeyId) => kms.updateKeyDescription({ KeyId, Description: 'x' })],
  ['EnableKey', '++SICP', (kms, KeyId) => kms.enableKey({ KeyId })],
  ['DisableKey', '++SICP', (kms, KeyId) => kms.disableKey({ KeyId })],
  ['EnableKeyRotation', '+DSOC+', (kms, KeyId) => kms.enableKeyRotation({ KeyId })],
  ['DisableKeyRotation', '+DSOC+', (kms, KeyId) => kms.disableKeyRotation({ KeyId })],
  ['GetKeyRotationStatus', '+++O++', (kms, KeyId) => kms.getKeyRotationStatus({ KeyId })],
  ['RotateKeyOnDemand', '+DSIC+', (kms, KeyId) => kms.rotateKeyOnDemand({ KeyId })],
  ['ScheduleKeyDeletion', '++S++P', (kms, KeyId) => kms.scheduleKeyDeletion({ KeyId })],
  ['CancelKeyDeletion', 'NN+NNN', (kms, KeyId) => kms.cancelKeyDeletion({ KeyId })],
  [
    'GetParametersForImport',
    'KKS+CP',
    (kms, KeyId) =>
      kms.getParametersForImport({ KeyId, WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' }),
  ],
  ['DeleteImportedKeyMaterial', 'KKK+CP', (kms, KeyId) => kms.deleteImportedKeyMaterial({ KeyId })],
  ['ReplicateKey', 'RDSICP', (kms, KeyId) => kms.replicateKey({ KeyId, ReplicaRegion: 'us-west-2' })],
  ['UpdatePrimaryRegion', 'RDSIC+', (kms, KeyId) => kms.updatePrimaryRegion({ KeyId, PrimaryRegion: 'us-east-1' })],
];

describe.each(table)('%s', (_operation, answers, call) => {
  it.each(states.map((state, index) => [state, answers[index]!] as const))('%s: %s', async (state, letter) => {
    const { client, KeyId } = await keyIn(state);
    expect(await stateOf(client, KeyId)).toBe(state);
    const outcome = await outcomeOf(call(client, KeyId));
    expect(outcome.replace(/arn:aws:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+/, '<arn>')).toBe(refusals[letter] ?? 'ok');
  });
});

describe('keys that are not symmetric', () => {
  it.each([
    ['PendingDeletion', 'KMSInvalidStateException'],
    ['Disabled', 'ok'],
  ] as const)('GetPublicKey in state %s: %s', async (state, expected) => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client, { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    await (state === 'Disabled' ? client.disableKey({ KeyId }) : client.scheduleKeyDeletion({ KeyId }));
    expect((await outcomeOf(client.getPublicKey({ KeyId }))).split(':')[0]).toBe(expected);
  });

  it.each([
    ['Sign', { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }],
    ['GenerateMac', { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }],
  ] as const)('%s with a disabled key is refused', async (operation, input) => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client, input);
    await client.disableKey({ KeyId });
    const Message = bytes('x');
    const call =
      operation === 'Sign'
        ? client.sign({ KeyId, Message, SigningAlgorithm: 'ECDSA_SHA_256' })
        : client.generateMac({ KeyId, Message, MacAlgorithm: 'HMAC_SHA_256' });
    expect(await outcomeOf(call)).toMatch(/^DisabledException/);
  });
});

describe('Decrypt and ReEncrypt', () => {
  it.each(['Disabled', 'PendingDeletion'] as const)('are refused for a key in state %s', async (state) => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client);
    const other = await newKey(client);
    const { CiphertextBlob } = await client.encrypt({ KeyId, Plaintext: bytes('x') });
    const fromOther = (await client.encrypt({ KeyId: other.id, Plaintext: bytes('x') })).CiphertextBlob;
    await (state === 'Disabled' ? client.disableKey({ KeyId }) : client.scheduleKeyDeletion({ KeyId }));
    const expected = state === 'Disabled' ? /^DisabledException/ : /^KMSInvalidStateException/;
    expect(await outcomeOf(client.decrypt({ CiphertextBlob }))).toMatch(expected);
    expect(await outcomeOf(client.decrypt({ CiphertextBlob, KeyId }))).toMatch(expected);
    expect(await outcomeOf(client.reEncrypt({ CiphertextBlob, DestinationKeyId: other.id }))).toMatch(expected);
    expect(await outcomeOf(client.reEncrypt({ CiphertextBlob: fromOther, DestinationKeyId: KeyId }))).toMatch(expected);
  });

  it('UpdateAlias is refused only where the new target is pending deletion', async () => {
    const { client } = stillKms();
    const [old, next] = [await newKey(client), await newKey(client)];
    await client.createAlias({ AliasName: 'alias/app', TargetKeyId: old.id });
    await client.scheduleKeyDeletion({ KeyId: old.id });
    await client.updateAlias({ AliasName: 'alias/app', TargetKeyId: next.id });
    expect(await outcomeOf(client.updateAlias({ AliasName: 'alias/app', TargetKeyId: old.id }))).toMatch(
      /pending deletion/,
    );
  });
});
