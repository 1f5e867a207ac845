// What constructors and functions say of options that are none, of the wrong kind, or misspelt.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LocalMaterialsCache, systemClock } from '@waxseal/data-key-cache';
import { describe, expect, it } from 'vitest';
import { DynamoDbStorage } from '../src/dynamodb/index.ts';
import { BranchKeyStore, FileStorage, HierarchicalKeyring, MemoryStorage, rewrapBranchKeys } from '../src/index.ts';
import { ARN, FakeKms } from './fake-kms.ts';

const kms = new FakeKms();
const storage = new MemoryStorage();
const client = new DynamoDBClient({ region: 'us-east-1' });
const store = new BranchKeyStore({ storage, kms, logicalName: 'keys', kmsKey: { arn: ARN } });
const cache = new LocalMaterialsCache();

type Options = Readonly<Record<string, unknown>>;

/** Everything that takes options, with all of those that it takes. */
const makers: Readonly<Record<string, { make: (options: never) => unknown; good: Options }>> = {
  BranchKeyStore: {
    make: async (options) => new BranchKeyStore(options),
    good: { storage, kms, logicalName: 'keys', grantTokens: [], now: () => 0, kmsKey: { arn: ARN } },
  },
  HierarchicalKeyring: {
    make: async (options) => new HierarchicalKeyring(options),
    good: {
      branchKeyId: 't1',
      refreshAheadMs: 1,
      jitter: 0,
      cache,
      partitionId: 'p',
      clock: systemClock,
      localeSortedContext: 'en-US',
      maxAgeMs: 1_000,
      keyStore: store,
    },
  },
  FileStorage: { make: async (options) => new FileStorage(options), good: { lockTimeoutMs: 1, path: '.' } },
  DynamoDbStorage: { make: async (options) => new DynamoDbStorage(options), good: { client, tableName: 'keys' } },
  rewrapBranchKeys: {
    make: (options) => rewrapBranchKeys(options),
    good: {
      storage,
      kms,
      from: ARN,
      to: `${ARN}-2`,
      grantTokens: [],
      concurrency: 1,
      dryRun: true,
      onProgress: () => {},
      signal: new AbortController().signal,
      logicalName: 'keys',
    },
  },
  createKey: {
    make: (options) => store.createKey(options),
    good: { encryptionContext: { t: '1' }, branchKeyId: 't1', priority: 'background' },
  },
};

describe.each(Object.entries(makers))('%s', (name, { make, good }) => {
  it('takes what is right, and an option that is explicitly undefined', async () => {
    expect(await make({ ...good, surplus: undefined } as never)).toBeDefined();
  });

  it.each([null, 'keys', 1, [], () => {}])('says what it takes when it is given %s', async (options) => {
    await expect(make(options as never)).rejects.toThrow(`${name} takes its options as an object: { `);
    await expect(make(options as never)).rejects.toThrow(TypeError);
  });

  it('refuses an unknown option, and suggests what was meant', async () => {
    const [option = '', value] = Object.entries(good).at(-1) ?? [];
    await expect(make({ ...good, surplus: 1 } as never)).rejects.toThrow(`unknown option "surplus" of ${name}`);
    const misspelt = { ...good, [option.toUpperCase()]: value };
    await expect(make(misspelt as never)).rejects.toThrow(`did you mean ${option}?`);
  });
});

it('needs options, but to create a key', async () => {
  for (const [name, { make }] of Object.entries(makers)) {
    if (name !== 'createKey') await expect(make(undefined as never)).rejects.toThrow(`${name} takes its options`);
  }
  expect((await store.createKey(undefined)).branchKeyId).toHaveLength(36);
});

it.each([
  ['storage', 'BranchKeyStore', null],
  ['kms', 'BranchKeyStore', null],
  ['logicalName', 'BranchKeyStore', 1],
  ['kmsKey', 'BranchKeyStore', undefined],
  ['kmsKey', 'BranchKeyStore', {}],
  ['kmsKey', 'BranchKeyStore', ARN],
  ['kmsKey.arn', 'BranchKeyStore', { arn: 1 }],
  ['kmsKey.formerArns', 'BranchKeyStore', { arn: ARN, formerArns: ARN }],
  ['kmsKey.discoveryRegion', 'BranchKeyStore', { discoveryRegion: 1 }],
  ['kmsKey.discoveryRegion', 'BranchKeyStore', { discoveryRegion: 'eu-west-1/../x' }],
  ['grantTokens', 'BranchKeyStore', 's3cret'],
  ['grantTokens', 'BranchKeyStore', [1]],
  ['now', 'BranchKeyStore', 1],
  ['keyStore', 'HierarchicalKeyring', null],
  ['branchKeyId', 'HierarchicalKeyring', 1],
  ['maxAgeMs', 'HierarchicalKeyring', undefined],
  ['cache', 'HierarchicalKeyring', {}],
  ['clock', 'HierarchicalKeyring', {}],
  ['partitionId', 'HierarchicalKeyring', 1],
  ['path', 'FileStorage', 1],
  ['lockTimeoutMs', 'FileStorage', 'long'],
  ['client', 'DynamoDbStorage', null],
  ['tableName', 'DynamoDbStorage', undefined],
  ['storage', 'rewrapBranchKeys', null],
  ['kms', 'rewrapBranchKeys', null],
  ['from', 'rewrapBranchKeys', 1],
  ['concurrency', 'rewrapBranchKeys', '8'],
  ['onProgress', 'rewrapBranchKeys', 'yes'],
  ['signal', 'rewrapBranchKeys', new AbortController()],
  ['dryRun', 'rewrapBranchKeys', 'true'],
  ['dryRun', 'rewrapBranchKeys', 1],
  ['encryptionContext', 'createKey', 'x'],
  ['branchKeyId', 'createKey', 1],
])('names %s, which is wrong for %s', async (option, name, value) => {
  const { make, good } = makers[name]!;
  const [field = ''] = option.split('.');
  // A RangeError where a number is out of range, or none.
  const failure = expect(make({ ...good, [field]: value } as never)).rejects;
  await failure.toThrow(new RegExp(`^${option} must (?:not )?be `));
  await failure.not.toThrow(/s3cret/);
});

it('names branchKeyIdFor when it is no function', () => {
  const options = { keyStore: store, branchKeyIdFor: 'tenant', maxAgeMs: 1_000 };
  expect(() => new HierarchicalKeyring(options as never)).toThrow('branchKeyIdFor must be a function');
});

it.each([
  [{ arn: ARN, formerArn: [ARN] }, 'unknown option "formerArn" of kmsKey: did you mean formerArns?'],
  [{ arn: ARN, mrkArn: ARN }, 'unknown option "mrkArn" of kmsKey'],
  [{ mrkArn: ARN, formerArns: [ARN] }, 'unknown option "formerArns" of kmsKey'],
  [{ discoveryRegion: 'us-east-1', arns: [ARN] }, 'unknown option "arns" of kmsKey'],
])('takes one kind of kmsKey and nothing else: %j', (kmsKey, message) => {
  const make = (option: unknown) => new BranchKeyStore({ storage, kms, logicalName: 'keys', kmsKey: option as never });
  expect(() => make(kmsKey)).toThrow(message);
  expect(make({ mrkArn: ARN, arn: undefined, discoveryRegion: undefined }).logicalName).toBe('keys');
});
