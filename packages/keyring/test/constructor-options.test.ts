// What every constructor and builder says of options that are none, of the wrong kind, or misspelt.

import {
  createKmsDiscoveryMultiKeyring,
  createKmsMrkDiscoveryMultiKeyring,
  createKmsMrkMultiKeyring,
  excludeRegions,
  formatKmsArn,
  isMultiRegionKey,
  KmsDiscoveryKeyring,
  KmsEcdhKeyring,
  KmsGovernor,
  KmsKeyring,
  KmsMrkDiscoveryKeyring,
  KmsMrkKeyring,
  KmsRsaKeyring,
  limitRegions,
  MultiKeyring,
  matchesMultiRegionKey,
  RawAesKeyring,
  RawEcdhKeyring,
  RawRsaKeyring,
} from '@waxseal/keyring';
import { awsKms } from '@waxseal/keyring/aws';
import { describe, expect, test } from 'vitest';
import { ecPair, rsaPair } from './key-pairs.ts';
import { keyArn, StubKms } from './stub-kms.ts';

const kms = Object.assign(new StubKms(), { getPublicKey: () => {}, deriveSharedSecret: () => {} });
const keyId = keyArn('mrk-1');
const filter = 'any';
const names = { namespace: 'app', name: 'key' };
const raw = new RawAesKeyring({ ...names, key: new Uint8Array(32) });
const ec = ecPair();
const rsa = rsaPair();

type Options = Readonly<Record<string, unknown>>;

/** Everything that takes options, with options that it takes. */
const makers: Readonly<Record<string, { make: (options: never) => unknown; good: Options }>> = {
  KmsKeyring: { make: (options) => new KmsKeyring(options), good: { kms, generatorKeyId: keyId } },
  KmsDiscoveryKeyring: { make: (options) => new KmsDiscoveryKeyring(options), good: { kms, filter } },
  KmsMrkKeyring: { make: (options) => new KmsMrkKeyring(options), good: { kms, keyId } },
  KmsMrkDiscoveryKeyring: {
    make: (options) => new KmsMrkDiscoveryKeyring(options),
    good: { kms, region: 'us-east-1', filter },
  },
  KmsRsaKeyring: {
    make: (options) => new KmsRsaKeyring(options),
    good: { kms, keyId, encryptionAlgorithm: 'RSAES_OAEP_SHA_256' },
  },
  KmsEcdhKeyring: {
    make: (options) => new KmsEcdhKeyring(options),
    good: { kms, schema: 'discovery', recipientKeyId: keyId },
  },
  RawAesKeyring: { make: (options) => new RawAesKeyring(options), good: { ...names, key: new Uint8Array(32) } },
  RawRsaKeyring: {
    make: (options) => new RawRsaKeyring(options),
    good: { ...names, publicKey: rsa.publicKey, padding: 'oaep-sha256' },
  },
  RawEcdhKeyring: {
    make: (options) => new RawEcdhKeyring(options),
    good: { schema: 'ephemeral', recipientPublicKey: ec.publicKey },
  },
  MultiKeyring: { make: (options) => new MultiKeyring(options), good: { generator: raw } },
  KmsGovernor: { make: (options) => new KmsGovernor(options), good: { requestsPerSecond: 1 } },
  createKmsMrkMultiKeyring: { make: (options) => createKmsMrkMultiKeyring(options), good: { kms, keyIds: [keyId] } },
  createKmsDiscoveryMultiKeyring: {
    make: (options) => createKmsDiscoveryMultiKeyring(options),
    good: { kms: () => kms, regions: ['us-east-1'], filter },
  },
  createKmsMrkDiscoveryMultiKeyring: {
    make: (options) => createKmsMrkDiscoveryMultiKeyring(options),
    good: { kms: () => kms, regions: ['us-east-1'], filter },
  },
};

describe.each(Object.entries(makers))('%s', (name, { make, good }) => {
  test('takes what is right, and an option that is explicitly undefined', () => {
    expect(make({ ...good, surplus: undefined } as never)).toBeDefined();
  });

  test.each([undefined, null, 'arn', 1, [], () => {}])('says what it takes when it is given %s', (options) => {
    expect(() => make(options as never)).toThrow(TypeError);
    expect(() => make(options as never)).toThrow(`${name} takes its options as an object: { `);
  });

  test('refuses an unknown option, and suggests what was meant', () => {
    const [option = '', value] = Object.entries(good).at(-1) ?? [];
    expect(() => make({ ...good, surplus: 1 } as never)).toThrow(/^unknown option "surplus" of /);
    const misspelt = `${option.slice(0, -1)}${option.at(-1)?.toUpperCase()}`;
    expect(() => make({ ...good, [misspelt]: value } as never)).toThrow(new RegExp(`did you mean ${option}\\?$`));
  });
});

test('names of the official SDK are translated', () => {
  const official = { clientProvider: () => kms, generatorKeyId: keyId };
  expect(() => new KmsKeyring(official as never)).toThrow(
    'unknown option "clientProvider" of KmsKeyring: did you mean kms?',
  );
  const rawOptions = { keyNamespace: 'app', keyName: 'key', unencryptedMasterKey: new Uint8Array(32) };
  expect(() => new RawAesKeyring(rawOptions as never)).toThrow('did you mean namespace?');
});

test('an option of another schema is unknown to this one', () => {
  const ephemeral = { schema: 'ephemeral', recipientPublicKey: ec.publicKey, senderPrivateKey: ec.privateKey };
  expect(() => new RawEcdhKeyring(ephemeral as never)).toThrow(/senderPrivateKey.*schema 'ephemeral'/);
  const discovery = { kms, schema: 'discovery', recipientKeyId: keyId, senderKeyId: keyId };
  expect(() => new KmsEcdhKeyring(discovery as never)).toThrow(/senderKeyId.*schema 'discovery'/);
});

test.each([
  ['keyIds', 'KmsKeyring', { keyIds: keyId }],
  ['keyIds', 'KmsKeyring', { keyIds: {} }],
  ['keyIds', 'KmsKeyring', { keyIds: null }],
  ['keyIds', 'KmsKeyring', { keyIds: [1] }],
  ['grantTokens', 'KmsKeyring', { grantTokens: 'token' }],
  ['grantTokens', 'KmsDiscoveryKeyring', { grantTokens: [1] }],
  ['grantTokens', 'KmsMrkKeyring', { grantTokens: null }],
  ['grantTokens', 'KmsMrkDiscoveryKeyring', { grantTokens: {} }],
  ['grantTokens', 'KmsRsaKeyring', { grantTokens: 'token' }],
  ['grantTokens', 'KmsEcdhKeyring', { grantTokens: 'token' }],
  ['generatorKeyId', 'KmsKeyring', { generatorKeyId: null }],
  ['kms', 'KmsKeyring', { kms: null }],
  ['filter', 'KmsDiscoveryKeyring', { filter: null }],
  ['filter', 'KmsDiscoveryKeyring', { filter: { partition: 'aws', accounts: '111122223333' } }],
  ['filter', 'KmsDiscoveryKeyring', { filter: { partition: 'aws', accounts: [111122223333] } }],
  ['regions', 'KmsMrkKeyring', { regions: 'eu-west-1' }],
  ['keyId', 'KmsMrkKeyring', { keyId: null }],
  ['region', 'KmsMrkDiscoveryKeyring', { region: 1 }],
  ['encryptionAlgorithm', 'KmsRsaKeyring', { encryptionAlgorithm: null }],
  ['publicKey', 'KmsRsaKeyring', { publicKey: null }],
  ['schema', 'KmsEcdhKeyring', { schema: null }],
  ['recipientKeyId', 'KmsEcdhKeyring', { recipientKeyId: 1 }],
  ['schema', 'RawEcdhKeyring', { schema: undefined }],
  ['recipientPublicKey', 'RawEcdhKeyring', { recipientPublicKey: {} }],
  ['namespace', 'RawAesKeyring', { namespace: null }],
  ['key', 'RawAesKeyring', { key: 'secret' }],
  ['padding', 'RawRsaKeyring', { padding: null }],
  ['publicKey', 'RawRsaKeyring', { publicKey: 1 }],
  ['children', 'MultiKeyring', { children: raw }],
  ['children', 'MultiKeyring', { children: null }],
  ['clock', 'KmsGovernor', { clock: {} }],
  ['keyIds', 'createKmsMrkMultiKeyring', { keyIds: keyId }],
  ['regions', 'createKmsDiscoveryMultiKeyring', { regions: 'us-east-1' }],
  ['supplier', 'createKmsDiscoveryMultiKeyring', { kms: null }],
  ['kms', 'createKmsMrkDiscoveryMultiKeyring', { kms: null }],
])('names %s, which is wrong for %s', (option, name, change) => {
  const { make, good } = makers[name]!;
  expect(() => make({ ...good, ...change } as never)).toThrow(TypeError);
  expect(() => make({ ...good, ...change } as never)).toThrow(new RegExp(`\\b${option}\\b`));
});

test('grant tokens are not quoted', () => {
  const wrong = { kms, keyIds: [keyId], grantTokens: 'the-token' };
  expect(() => new KmsKeyring(wrong as never)).toThrow(expect.not.objectContaining({ message: /the-token/ }));
});

test.each([
  ['kms', () => new KmsGovernor({ requestsPerSecond: 1 }).govern(undefined as never)],
  ['kms', () => new KmsGovernor({ requestsPerSecond: 1 }).govern(null as never, 'us-east-1')],
  ['region', () => new KmsGovernor({ requestsPerSecond: 1 }).govern(kms, 1 as never)],
  ['supplier', () => limitRegions(undefined as never, ['us-east-1'])],
  ['regions', () => limitRegions(() => kms, undefined as never)],
  ['supplier', () => excludeRegions(kms as never, ['us-east-1'])],
  ['regions', () => excludeRegions(() => kms, 'us-east-1' as never)],
  ['arn', () => formatKmsArn(undefined as never)],
  ['arn', () => isMultiRegionKey(null as never)],
  ['left', () => matchesMultiRegionKey(undefined as never, undefined as never)],
  ['config', () => awsKms('us-east-1' as never)],
  ['config', () => awsKms(null as never)],
])('a function names its argument %s, which is wrong', (argument, call) => {
  expect(call).toThrow(TypeError);
  expect(call).toThrow(new RegExp(`^${argument} must `));
});
