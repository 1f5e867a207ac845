import { describe, expect, it } from 'vitest';
import {
  BranchKeyConflictError,
  BranchKeyExistsError,
  BranchKeyNotFoundError,
  BranchKeyRecordError,
  BranchKeyStore,
  type KmsKeyOption,
  MemoryStorage,
} from '../src/index.ts';
import { ARN, FakeKms, named, OTHER_ARN } from './fake-kms.ts';
import { setUpStore } from './store-fixture.ts';

const MRK_US = 'arn:aws:kms:us-east-1:111122223333:key/mrk-12345678123456781234567812345678';
const MRK_EU = 'arn:aws:kms:eu-west-1:111122223333:key/mrk-12345678123456781234567812345678';

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

describe('createKey', () => {
  it('writes the three records of the specification', async () => {
    const now = () => Date.UTC(2025, 0, 2, 3, 4, 5) + 6.0078;
    const storage = new MemoryStorage();
    const store = new BranchKeyStore({ storage, kms: new FakeKms(), logicalName: 'keys', kmsKey: { arn: ARN }, now });
    const { branchKeyId, version } = await store.createKey({ branchKeyId: 't1', encryptionContext: { tenant: 'one' } });
    const records = [];
    for await (const record of storage.list(branchKeyId))
      records.push('attributes' in record && { ...record.attributes });
    const shared = {
      'branch-key-id': 't1',
      'create-time': '2025-01-02T03:04:05.006007Z',
      'kms-arn': ARN,
      'hierarchy-version': '1',
      'aws-crypto-ec:tenant': 'one',
    };
    expect(records).toEqual([
      { ...shared, type: `branch:version:${version}` },
      { ...shared, type: 'branch:ACTIVE', version: `branch:version:${version}` },
      { ...shared, type: 'beacon:ACTIVE' },
    ]);
  });

  it('makes three KMS calls and never sees the key', async () => {
    const { kms, store } = setUpStore();
    await store.createKey();
    expect(kms.calls).toEqual({ generateDataKeyWithoutPlaintext: 2, reEncrypt: 1, decrypt: 0 });
  });

  it('gives the active record and its version the same key, and the beacon another', async () => {
    const { store } = setUpStore();
    const { branchKeyId, version } = await store.createKey();
    const active = await store.getActiveBranchKey(branchKeyId);
    const old = await store.getBranchKeyVersion(branchKeyId, version);
    const beacon = await store.getBeaconKey(branchKeyId);
    expect(active).toEqual(old);
    expect(active.version).toBe(version);
    expect(active.key).toHaveLength(32);
    expect(beacon.key).not.toEqual(active.key);
    expect('version' in beacon).toBe(false);
  });

  it('refuses an id that exists and leaves it as it is', async () => {
    const { store } = setUpStore();
    await store.createKey({ branchKeyId: 't1', encryptionContext: { a: 'b' } });
    const before = await store.getActiveBranchKey('t1');
    await expect(store.createKey({ branchKeyId: 't1', encryptionContext: { a: 'c' } })).rejects.toThrow(
      BranchKeyExistsError,
    );
    expect(await store.getActiveBranchKey('t1')).toEqual(before);
  });

  it('asks for a context with an id of the caller', async () => {
    const { store } = setUpStore();
    await expect(store.createKey({ branchKeyId: 't1' })).rejects.toThrow(TypeError);
    await expect(store.createKey({ branchKeyId: '', encryptionContext: { a: 'b' } })).rejects.toThrow(TypeError);
  });

  it('keeps a context key named __proto__', async () => {
    const { store } = setUpStore();
    const encryptionContext = JSON.parse('{"__proto__":"x"}');
    const { branchKeyId } = await store.createKey({ encryptionContext });
    const { encryptionContext: context } = await store.getActiveBranchKey(branchKeyId);
    expect(Object.entries(context)).toEqual([['__proto__', 'x']]);
  });

  it('is not possible in discovery', async () => {
    for (const kmsKey of ['discovery', { discoveryRegion: 'us-east-1' }] as const) {
      const { store } = setUpStore(kmsKey);
      await expect(store.createKey()).rejects.toThrow(TypeError);
      await expect(store.versionKey('any')).rejects.toThrow(TypeError);
    }
  });
});

describe('versionKey', () => {
  it('activates a new version and keeps the old one, the context and the beacon', async () => {
    const { store } = setUpStore();
    const first = await store.createKey({ branchKeyId: 't1', encryptionContext: { tenant: 'one' } });
    const [oldKey, beacon] = [await store.getActiveBranchKey('t1'), await store.getBeaconKey('t1')];
    const second = await store.versionKey('t1');
    const active = await store.getActiveBranchKey('t1');
    expect(active.version).toBe(second.version);
    expect(active.key).not.toEqual(oldKey.key);
    expect(active.encryptionContext).toEqual(oldKey.encryptionContext);
    expect(await store.getBranchKeyVersion('t1', first.version)).toEqual(oldKey);
    expect(await store.getBeaconKey('t1')).toEqual(beacon);
  });

  it('loses none of several versions made at once', async () => {
    const { store, storage } = setUpStore();
    const { branchKeyId, version } = await store.createKey();
    const made = await Promise.all(Array.from({ length: 6 }, () => store.versionKey(branchKeyId)));
    const versions = [version, ...made.map((result) => result.version)];
    expect(new Set(versions).size).toBe(7);
    for (const each of versions) await store.getBranchKeyVersion(branchKeyId, each);
    expect(versions).toContain((await store.getActiveBranchKey(branchKeyId)).version);
    const types = [];
    for await (const record of storage.list(branchKeyId))
      types.push('attributes' in record && record.attributes['type']);
    expect(types).toHaveLength(9);
  });

  it('writes nothing over an active record that changed meanwhile', async () => {
    const { store, storage } = setUpStore();
    const { branchKeyId } = await store.createKey();
    const write = storage.write.bind(storage);
    storage.write = async () => {
      throw new BranchKeyConflictError(branchKeyId);
    };
    const signal = AbortSignal.timeout(100);
    await expect(store.versionKey(branchKeyId, { signal })).rejects.toThrow();
    storage.write = write;
    await store.versionKey(branchKeyId);
  });

  it('authenticates the active record first', async () => {
    const { kms, store, read, put } = setUpStore();
    const { branchKeyId } = await store.createKey();
    const active = await read(branchKeyId, 'branch:ACTIVE');
    await put(active, { ...active.attributes, 'aws-crypto-ec:admin': 'yes' });
    const generated = kms.calls.generateDataKeyWithoutPlaintext;
    await expect(store.versionKey(branchKeyId)).rejects.toThrow('"aws-crypto-ec:admin"');
    expect(kms.calls.generateDataKeyWithoutPlaintext).toBe(generated);
  });

  it('moves a record of a former key to the configured one', async () => {
    const { kms, storage, store } = setUpStore();
    const { branchKeyId, version } = await store.createKey();
    const next = new BranchKeyStore({
      storage,
      kms,
      logicalName: 'keys',
      kmsKey: { arn: OTHER_ARN, formerArns: [ARN] },
    });
    await next.versionKey(branchKeyId);
    await next.getBranchKeyVersion(branchKeyId, version);
    const [summary] = await collect(next.listBranchKeys());
    expect(summary?.kmsArn).toBe(OTHER_ARN);
  });
});

describe('reading', () => {
  it('tells which record is missing', async () => {
    const { store } = setUpStore();
    await expect(store.getActiveBranchKey('none')).rejects.toThrow(BranchKeyNotFoundError);
    await expect(store.getActiveBranchKey('none')).rejects.toMatchObject({ recordType: 'branch:ACTIVE' });
  });

  it('refuses arguments of the wrong form before reading', async () => {
    const { store } = setUpStore();
    await expect(store.getBranchKeyVersion('a', 'ACTIVE')).rejects.toThrow(TypeError);
    await expect(store.getActiveBranchKey('')).rejects.toThrow(TypeError);
    await expect(store.getActiveBranchKey('x'.repeat(2049))).rejects.toThrow(TypeError);
  });

  it('does not open records of another logical name', async () => {
    const { kms, storage, store } = setUpStore();
    const { branchKeyId } = await store.createKey();
    const other = new BranchKeyStore({ storage, kms, logicalName: 'other', kmsKey: { arn: ARN } });
    await expect(other.getActiveBranchKey(branchKeyId)).rejects.toThrow(BranchKeyRecordError);
  });

  it('hands down abort and tells a KMS failure as it is', async () => {
    const { kms, store } = setUpStore();
    const { branchKeyId } = await store.createKey();
    await expect(store.getActiveBranchKey(branchKeyId, { signal: AbortSignal.abort('stop') })).rejects.toBe('stop');
    kms.failure = named('ThrottlingException');
    await expect(store.getActiveBranchKey(branchKeyId)).rejects.toMatchObject({ code: 'ERR_KMS_THROTTLED' });
  });

  it('lists branch keys with their active version', async () => {
    const { store } = setUpStore();
    const made = [await store.createKey(), await store.createKey()];
    const versioned = await store.versionKey(made[0]?.branchKeyId ?? '');
    const listed = await collect(store.listBranchKeys());
    expect(listed.map((summary) => summary.version).sort()).toEqual([versioned.version, made[1]?.version].sort());
  });
});

describe('the KMS key', () => {
  it('{ arn } refuses any other, naming kms-arn, without asking KMS', async () => {
    const { kms, storage, store } = setUpStore();
    const { branchKeyId } = await store.createKey();
    const other = new BranchKeyStore({ storage, kms, logicalName: 'keys', kmsKey: { arn: OTHER_ARN } });
    await expect(other.getActiveBranchKey(branchKeyId)).rejects.toMatchObject({ attributes: ['kms-arn'] });
    expect(kms.calls.decrypt).toBe(0);
  });

  it('{ mrkArn } calls KMS with the configured replica and keeps the stored ARN', async () => {
    const { kms, storage, store } = setUpStore({ mrkArn: MRK_US });
    const { branchKeyId } = await store.createKey();
    const asked: string[] = [];
    const replica = new BranchKeyStore({
      storage,
      kms: (region) => {
        asked.push(region ?? 'none');
        return kms;
      },
      logicalName: 'keys',
      kmsKey: { mrkArn: MRK_EU },
    });
    await expect(replica.getActiveBranchKey(branchKeyId)).rejects.toThrow(BranchKeyRecordError);
    expect(asked).toEqual(['eu-west-1']);
  });

  it('discovery uses the stored ARN, and discoveryRegion the replica there', async () => {
    const { kms, storage, store } = setUpStore({ mrkArn: MRK_US });
    const { branchKeyId } = await store.createKey();
    const open = (kmsKey: KmsKeyOption, asked: (string | undefined)[]) =>
      new BranchKeyStore({
        storage,
        kms: (region) => {
          asked.push(region);
          return kms;
        },
        logicalName: 'keys',
        kmsKey,
      }).getActiveBranchKey(branchKeyId);
    const asked: (string | undefined)[] = [];
    await open('discovery', asked);
    await open({ discoveryRegion: 'us-east-1' }, asked);
    await open({ discoveryRegion: 'eu-west-1' }, asked).catch(() => {});
    expect(asked).toEqual(['us-east-1', 'us-east-1', 'eu-west-1']);
  });

  it('can be no alias, and nothing else', () => {
    const options = { storage: new MemoryStorage(), kms: new FakeKms(), logicalName: 'keys' };
    const wrong = [
      { arn: 'arn:aws:kms:us-east-1:111122223333:alias/a' },
      { mrkArn: 'mrk-1' },
      { discoveryRegion: '' },
      { arn: ARN, formerArns: ['alias/a'] },
      'everything',
      undefined,
      {},
    ];
    for (const kmsKey of wrong) {
      expect(() => new BranchKeyStore({ ...options, kmsKey: kmsKey as KmsKeyOption })).toThrow(TypeError);
    }
  });
});
