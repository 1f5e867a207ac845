import { describe, expect, it } from 'vitest';
import { ATTRIBUTE } from '../src/branch-key-record.ts';
import { BranchKeyRecordError } from '../src/index.ts';
import { ARN, OTHER_ARN } from './fake-kms.ts';
import { setUpStore } from './store-fixture.ts';

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
    const { store, read, put } = setUpStore();
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
    const { store, read, put } = setUpStore();
    const { branchKeyId, version } = await store.createKey();
    await store.versionKey(branchKeyId);
    const record = await read(branchKeyId, `branch:version:${version}`);
    await put(record, { ...record.attributes, [ATTRIBUTE.createTime]: '2020-01-01T00:00:00.000000Z' });
    await expect(store.getBranchKeyVersion(branchKeyId, version)).rejects.toMatchObject({
      attributes: ['create-time', 'enc'],
    });
  });

  it('an active record that was set back to an older version: version', async () => {
    const { store, read, put } = setUpStore();
    const { branchKeyId, version } = await store.createKey();
    await store.versionKey(branchKeyId);
    const record = await read(branchKeyId, 'branch:ACTIVE');
    await put(record, { ...record.attributes, version: `branch:version:${version}` });
    await expect(store.getActiveBranchKey(branchKeyId)).rejects.toMatchObject({ attributes: ['version'] });
  });

  it('a flipped bit of the ciphertext: enc', async () => {
    const { store, read, put } = setUpStore();
    const { branchKeyId } = await store.createKey();
    const record = await read(branchKeyId, 'branch:ACTIVE');
    const ciphertext = Uint8Array.from(record.ciphertext, (byte, index) => (index === 20 ? byte ^ 1 : byte));
    await put(record, record.attributes, ciphertext);
    await expect(store.getActiveBranchKey(branchKeyId)).rejects.toMatchObject({ attributes: ['enc'] });
  });

  it('never tells a value', async () => {
    const { store, read, put } = setUpStore();
    await store.createKey({ branchKeyId: 't1', encryptionContext: { t: 'SECRET-1' } });
    const record = await read('t1', 'branch:ACTIVE');
    await put(record, { ...record.attributes, 'aws-crypto-ec:t': 'SECRET-2' });
    const error = await store.getActiveBranchKey('t1').catch((reason: Error) => reason);
    expect(JSON.stringify(error) + String(error)).not.toContain('SECRET');
  });

  it('without a prefix, but wrapped with the record, is accepted as other implementations do', async () => {
    const { kms, storage, store } = setUpStore();
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
