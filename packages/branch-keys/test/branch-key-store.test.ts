import { describe, expect, it } from 'vitest';
import { ATTRIBUTE, type BranchKeyRecord } from '../src/branch-key-record.ts';
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

const MRK_US = 'arn:aws:kms:us-east-1:111122223333:key/mrk-12345678123456781234567812345678';
const MRK_EU = 'arn:aws:kms:eu-west-1:111122223333:key/mrk-12345678123456781234567812345678';

function setUp(kmsKey: KmsKeyOption = { arn: ARN }) {
  const kms = new FakeKms();
  const storage = new MemoryStorage();
  const store = new BranchKeyStore({ storage, kms, logicalName: 'keys', kmsKey });
  const read = async (branchKeyId: string, recordType: string): Promise<BranchKeyRecord> => {
    const record = await storage.read({ branchKeyId, recordType });
    if (record === undefined) throw new Error('no such record');
    return record;
  };
  const put = async (old: BranchKeyRecord, attributes: Record<string, string>, ciphertext = old.ciphertext) =>
    storage.write([{ record: { attributes, ciphertext }, condition: { ciphertext: old.ciphertext } }]);
  return { kms, storage, store, read, put };
}

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
    const { kms, store } = setUp();
    await store.createKey();
    expect(kms.calls).toEqual({ generateDataKeyWithoutPlaintext: 2, reEncrypt: 1, decrypt: 0 });
  });

  it('gives the active record and its version the same key, and the beacon another', async () => {
    const { store } = setUp();
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
    const { store } = setUp();
    await store.createKey({ branchKeyId: 't1', encryptionContext: { a: 'b' } });
    const before = await store.getActiveBranchKey('t1');
    await expect(store.createKey({ branchKeyId: 't1', encryptionContext: { a: 'c' } })).rejects.toThrow(
      BranchKeyExistsError,
    );
    expect(await store.getActiveBranchKey('t1')).toEqual(before);
  });

  it('asks for a context with an id of the caller', async () => {
    const { store } = setUp();
    await expect(store.createKey({ branchKeyId: 't1' })).rejects.toThrow(TypeError);
    await expect(store.createKey({ branchKeyId: '', encryptionContext: { a: 'b' } })).rejects.toThrow(TypeError);
  });

  it('keeps a context key named __proto__', async () => {
    const { store } = setUp();
    const encryptionContext = JSON.parse('{"__proto__":"x"}');
    const { branchKeyId } = await store.createKey({ encryptionContext });
    const { encryptionContext: context } = await store.getActiveBranchKey(branchKeyId);
    expect(Object.entries(context)).toEqual([['__proto__', 'x']]);
  });

  it('is not possible in discovery', async () => {
    for (const kmsKey of ['discovery', { discoveryRegion: 'us-east-1' }] as const) {
      const { store } = setUp(kmsKey);
      await expect(store.createKey()).rejects.toThrow(TypeError);
      await expect(store.versionKey('any')).rejects.toThrow(TypeError);
    }
  });
});

describe('versionKey', () => {
  it('activates a new version and keeps the old one, the context and the beacon', async () => {
    const { store } = setUp();
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
    const { store, storage } = setUp();
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
    const { store, storage } = setUp();
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
    const { kms, store, read, put } = setUp();
    const { branchKeyId } = await store.createKey();
    const active = await read(branchKeyId, 'branch:ACTIVE');
    await put(active, { ...active.attributes, 'aws-crypto-ec:admin': 'yes' });
    const generated = kms.calls.generateDataKeyWithoutPlaintext;
    await expect(store.versionKey(branchKeyId)).rejects.toThrow('"aws-crypto-ec:admin"');
    expect(kms.calls.generateDataKeyWithoutPlaintext).toBe(generated);
  });

  it('moves a record of a former key to the configured one', async () => {
    const { kms, storage, store } = setUp();
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
    const { store } = setUp();
    await expect(store.getActiveBranchKey('none')).rejects.toThrow(BranchKeyNotFoundError);
    await expect(store.getActiveBranchKey('none')).rejects.toMatchObject({ recordType: 'branch:ACTIVE' });
  });

  it('refuses arguments of the wrong form before reading', async () => {
    const { store } = setUp();
    await expect(store.getBranchKeyVersion('a', 'ACTIVE')).rejects.toThrow(TypeError);
    await expect(store.getActiveBranchKey('')).rejects.toThrow(TypeError);
    await expect(store.getActiveBranchKey('x'.repeat(2049))).rejects.toThrow(TypeError);
  });

  it('does not open records of another logical name', async () => {
    const { kms, storage, store } = setUp();
    const { branchKeyId } = await store.createKey();
    const other = new BranchKeyStore({ storage, kms, logicalName: 'other', kmsKey: { arn: ARN } });
    await expect(other.getActiveBranchKey(branchKeyId)).rejects.toThrow(BranchKeyRecordError);
  });

  it('hands down abort and tells a KMS failure as it is', async () => {
    const { kms, store } = setUp();
    const { branchKeyId } = await store.createKey();
    await expect(store.getActiveBranchKey(branchKeyId, { signal: AbortSignal.abort('stop') })).rejects.toBe('stop');
    kms.failure = named('ThrottlingException');
    await expect(store.getActiveBranchKey(branchKeyId)).rejects.toMatchObject({ code: 'ERR_KMS_THROTTLED' });
  });

  it('lists branch keys with their active version', async () => {
    const { store } = setUp();
    const made = [await store.createKey(), await store.createKey()];
    const versioned = await store.versionKey(made[0]?.branchKeyId ?? '');
    const listed = await collect(store.listBranchKeys());
    expect(listed.map((summary) => summary.version).sort()).toEqual([versioned.version, made[1]?.version].sort());
  });
});

describe('the KMS key', () => {
  it('{ arn } refuses any other, naming kms-arn, without asking KMS', async () => {
    const { kms, storage, store } = setUp();
    const { branchKeyId } = await store.createKey();
    const other = new BranchKeyStore({ storage, kms, logicalName: 'keys', kmsKey: { arn: OTHER_ARN } });
    await expect(other.getActiveBranchKey(branchKeyId)).rejects.toMatchObject({ attributes: ['kms-arn'] });
    expect(kms.calls.decrypt).toBe(0);
  });

  it('{ mrkArn } calls KMS with the configured replica and keeps the stored ARN', async () => {
    const { kms, storage, store } = setUp({ mrkArn: MRK_US });
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
    const { kms, storage, store } = setUp({ mrkArn: MRK_US });
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

describe('a record that was tampered with', () => {
  type Change = [what: string, type: string, change: Record<string, string | undefined>, named: string[]];
  const changes: Change[] = [
    ['an extra attribute', 'branch:ACTIVE', { ttl: '1' }, ['ttl']],
    ['an extra context pair', 'branch:ACTIVE', { 'aws-crypto-ec:x': '1' }, ['aws-crypto-ec:x']],
    ['a changed context pair', 'branch:ACTIVE', { 'aws-crypto-ec:t': '2' }, ['aws-crypto-ec:t']],
    ['a removed context pair', 'branch:ACTIVE', { 'aws-crypto-ec:t': undefined }, ['aws-crypto-ec:t']],
    ['a changed create-time', 'branch:ACTIVE', { 'create-time': '2020-01-01T00:00:00.000000Z' }, ['create-time']],
    ['a missing create-time', 'branch:ACTIVE', { 'create-time': undefined }, ['create-time']],
    ['a changed kms-arn', 'branch:ACTIVE', { 'kms-arn': OTHER_ARN }, ['kms-arn']],
    ['a kms-arn that is an alias', 'branch:ACTIVE', { 'kms-arn': 'alias/x' }, ['kms-arn']],
    ['a changed hierarchy-version', 'branch:ACTIVE', { 'hierarchy-version': '2' }, ['hierarchy-version']],
    ['another version', 'branch:ACTIVE', { version: `branch:version:${crypto.randomUUID()}` }, ['version']],
    ['a version that is none', 'branch:ACTIVE', { version: 'latest' }, ['version']],
    ['no version', 'branch:ACTIVE', { version: undefined }, ['version']],
    ['a version where none belongs', 'beacon:ACTIVE', { version: 'x' }, ['version']],
    ['a stored tablename', 'branch:ACTIVE', { tablename: 'keys' }, ['tablename']],
    ['a changed pair of the beacon', 'beacon:ACTIVE', { 'aws-crypto-ec:t': '2' }, ['aws-crypto-ec:t']],
    ['a changed create-time of the beacon', 'beacon:ACTIVE', { 'create-time': 'x' }, ['create-time', 'enc']],
  ];

  it.each(changes)('%s (%s): the error names it', async (_what, recordType, change, attributes) => {
    const { store, read, put } = setUp();
    await store.createKey({ branchKeyId: 't1', encryptionContext: { t: '1' } });
    const record = await read('t1', recordType);
    const entries = Object.entries({ ...record.attributes, ...change });
    await put(
      record,
      Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
    );
    const open = recordType === 'branch:ACTIVE' ? store.getActiveBranchKey('t1') : store.getBeaconKey('t1');
    const error = await open.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(BranchKeyRecordError);
    expect(error).toMatchObject({ code: 'ERR_BRANCH_KEY_RECORD', category: 'mismatch', attributes, recordType });
    for (const name of attributes) expect(String(error)).toContain(`"${name}"`);
  });

  it('an old version record: its create-time or its ciphertext', async () => {
    const { store, read, put } = setUp();
    const { branchKeyId, version } = await store.createKey();
    await store.versionKey(branchKeyId);
    const record = await read(branchKeyId, `branch:version:${version}`);
    await put(record, { ...record.attributes, [ATTRIBUTE.createTime]: '2020-01-01T00:00:00.000000Z' });
    await expect(store.getBranchKeyVersion(branchKeyId, version)).rejects.toMatchObject({
      attributes: ['create-time', 'enc'],
    });
  });

  it('an active record that was set back to an older version: version', async () => {
    const { store, read, put } = setUp();
    const { branchKeyId, version } = await store.createKey();
    await store.versionKey(branchKeyId);
    const record = await read(branchKeyId, 'branch:ACTIVE');
    await put(record, { ...record.attributes, version: `branch:version:${version}` });
    await expect(store.getActiveBranchKey(branchKeyId)).rejects.toMatchObject({ attributes: ['version'] });
  });

  it('a flipped bit of the ciphertext: enc', async () => {
    const { store, read, put } = setUp();
    const { branchKeyId } = await store.createKey();
    const record = await read(branchKeyId, 'branch:ACTIVE');
    const ciphertext = Uint8Array.from(record.ciphertext, (byte, index) => (index === 20 ? byte ^ 1 : byte));
    await put(record, record.attributes, ciphertext);
    await expect(store.getActiveBranchKey(branchKeyId)).rejects.toMatchObject({ attributes: ['enc'] });
  });

  it('never tells a value', async () => {
    const { store, read, put } = setUp();
    await store.createKey({ branchKeyId: 't1', encryptionContext: { t: 'SECRET-1' } });
    const record = await read('t1', 'branch:ACTIVE');
    await put(record, { ...record.attributes, 'aws-crypto-ec:t': 'SECRET-2' });
    const error = await store.getActiveBranchKey('t1').catch((reason: Error) => reason);
    expect(JSON.stringify(error) + String(error)).not.toContain('SECRET');
  });

  it('without a prefix, but wrapped with the record, is accepted as other implementations do', async () => {
    const { kms, storage, store } = setUp();
    await store.createKey({ branchKeyId: 't1', encryptionContext: { t: '1' } });
    const attributes = {
      'branch-key-id': 't2',
      type: `branch:version:${crypto.randomUUID()}`,
      'create-time': '2020-01-01T00:00:00.000000Z',
      'kms-arn': ARN,
      'hierarchy-version': '1',
      department: 'sales',
    };
    const { CiphertextBlob: ciphertext } = await kms.generateDataKeyWithoutPlaintext({
      KeyId: ARN,
      EncryptionContext: { ...attributes, tablename: 'keys' },
    });
    await storage.write([{ record: { attributes, ciphertext }, condition: 'absent' }]);
    const version = attributes.type.slice('branch:version:'.length);
    expect((await store.getBranchKeyVersion('t2', version)).key).toHaveLength(32);
  });
});
